"""The status page in a real browser: the ticket's number appears by itself."""
import contextlib
import http.server
import threading

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from harness.processes import ROOT
from harness.waiting import wait_until

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--window-size=900,900"]
PICTURES = ROOT / "build" / "screenshots"

FORM = """<!doctype html><html lang=en><title>A shop</title>
<form action="{relay}/f/contact" method="post">
<label>Message <textarea name=message></textarea></label>
<label>Email <input name=email type=email></label>
<button>Send</button></form></html>"""


@pytest.fixture
def open_browser(tmp_path):
    """A fresh Chromium; javascript=False for the visitor without scripts."""
    with contextlib.ExitStack() as stack:
        def start(javascript=True):
            options = webdriver.ChromeOptions()
            options.binary_location = "/usr/bin/chromium"
            for flag in [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]:
                options.add_argument(flag)
            if not javascript:
                options.add_experimental_option(
                    "prefs", {"profile.managed_default_content_settings.javascript": 2})
            options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
            browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"),
                                       options=options)
            stack.callback(browser.quit)
            browser.set_page_load_timeout(30)
            return browser
        yield start


@pytest.fixture
def website():
    """A page of somebody's website; give it its HTML."""
    class Page(http.server.BaseHTTPRequestHandler):
        html = ""

        def do_GET(self):
            body = Page.html.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Page.url = f"http://127.0.0.1:{server.server_port}"
    yield Page
    server.shutdown()
    server.server_close()


def picture(browser, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(PICTURES / f"{name}.png"))


def text(browser):
    return browser.find_element(By.TAG_NAME, "body").text


def complaints(browser):
    """What the page's scripts and its security policy had to say."""
    return [entry for entry in browser.get_log("browser")
            if "favicon" not in entry["message"]]


def send_form(browser, website, relay):
    website.html = FORM.format(relay=relay.url)
    browser.get(website.url)
    browser.find_element(By.NAME, "message").send_keys("Are you open on Monday?")
    browser.find_element(By.NAME, "email").send_keys("ada@example.org")
    browser.find_element(By.TAG_NAME, "button").click()
    wait_until(lambda: browser.current_url.startswith(f"{relay.url}/s/support-"))


@pytest.fixture
def relay(make_relay, website):
    relay = make_relay(forms={"contact": {"origins": [website.url]}})
    relay.start("serve")
    relay.wait_ready()
    return relay


def ticket_number(sandbox, relay):
    chat = wait_until(sandbox.chats)[0]
    run = wait_until(lambda: "linked" in relay.run("show", chat["session_id"]).stdout)
    assert run
    answer = sandbox.http.get(f"{sandbox.url}/api/v2/chat/chats/{chat['id']}", timeout=10,
                              headers={"Authorization": f"Bearer {sandbox.TOKEN}"})
    return str(answer.json()["zendesk_ticket_id"])


def test_a_sent_form_shows_its_ticket_without_a_reload(open_browser, website, relay, sandbox):
    browser = open_browser()
    send_form(browser, website, relay)
    browser.execute_script("window.notReloaded = true")
    picture(browser, "queued")
    assert "#" not in text(browser)
    relay.start("work")
    number = ticket_number(sandbox, relay)
    wait_until(lambda: number in text(browser), what=f"{number} on the page")
    assert browser.execute_script("return window.notReloaded === true")
    picture(browser, "linked")
    link = browser.find_element(By.PARTIAL_LINK_TEXT, number)
    assert number in link.get_attribute("href")
    assert complaints(browser) == []


def test_without_scripts_a_reload_shows_the_ticket(open_browser, website, relay, sandbox):
    browser = open_browser(javascript=False)
    send_form(browser, website, relay)
    relay.start("work")
    number = ticket_number(sandbox, relay)

    def shown():
        browser.refresh()
        return number in text(browser)
    wait_until(shown, what=f"{number} after a reload")
    picture(browser, "linked-without-scripts")


def test_the_page_fits_a_telephone_and_names_its_language(open_browser, website, relay):
    browser = open_browser()
    send_form(browser, website, relay)
    browser.set_window_size(360, 640)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= browser.execute_script("return window.innerWidth")
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang")
    assert browser.find_elements(By.CSS_SELECTOR, "[role=status], [aria-live]")
    picture(browser, "telephone")


def test_a_markup_message_is_only_text(open_browser, website, relay):
    browser = open_browser()
    website.html = FORM.format(relay=relay.url)
    browser.get(website.url)
    browser.find_element(By.NAME, "message").send_keys("<script>document.title='taken'</script>")
    browser.find_element(By.NAME, "email").send_keys("ada@example.org")
    browser.find_element(By.TAG_NAME, "button").click()
    wait_until(lambda: "/s/" in browser.current_url)
    assert browser.title != "taken"
    assert complaints(browser) == []
