"""The demo website in a real browser: from its form to a ticket's number."""
import pytest
from selenium.webdriver.common.by import By

from harness.waiting import wait_until
from test_status_page import complaints, open_browser, picture, text, website  # noqa: F401


@pytest.fixture
def relay(make_relay):
    relay = make_relay()
    relay.start("serve", "--demo")
    relay.start("work")
    relay.wait_ready()
    return relay


def fill_in(browser, email):
    browser.find_element(By.ID, "message").send_keys("Are you open on Monday?")
    browser.find_element(By.ID, "email").clear()
    browser.find_element(By.ID, "email").send_keys(email)
    browser.find_element(By.TAG_NAME, "button").click()


def test_the_demo_shows_the_ticket_without_leaving_its_page(open_browser, relay):  # noqa: F811
    browser = open_browser()
    browser.get(relay.url)
    picture(browser, "demo")
    fill_in(browser, "ada@example.org")
    wait_until(lambda: "#1" in browser.find_element(By.ID, "ticket").text)
    picture(browser, "demo-linked")
    assert browser.current_url == f"{relay.url}/"
    assert complaints(browser) == []
    browser.find_element(By.ID, "page").click()
    wait_until(lambda: "/s/" in browser.current_url)
    assert "#1" in text(browser)


def test_the_demo_says_which_field_is_wrong_and_keeps_what_was_typed(
        open_browser, relay):  # noqa: F811
    browser = open_browser()
    browser.get(relay.url)
    fill_in(browser, "ada@localhost")
    wrong = browser.find_element(By.ID, "email-wrong")
    wait_until(lambda: "domain" in wrong.text)
    picture(browser, "demo-wrong")
    assert browser.find_element(By.ID, "email").get_attribute("aria-invalid") == "true"
    assert browser.find_element(By.ID, "message").get_attribute("value") \
        == "Are you open on Monday?"
    browser.find_element(By.ID, "message").clear()
    fill_in(browser, "ada@example.org")
    wait_until(lambda: "#1" in browser.find_element(By.ID, "ticket").text)


def test_the_demo_works_without_scripts(open_browser, relay):  # noqa: F811
    browser = open_browser(javascript=False)
    browser.get(relay.url)
    fill_in(browser, "ada@example.org")
    wait_until(lambda: "/s/" in browser.current_url)

    def shown():
        browser.refresh()
        return "#1" in text(browser)
    wait_until(shown, what="a ticket after a reload")
