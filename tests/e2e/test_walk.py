"""A message goes all the way: from a form to a ticket, and the news of it."""
import concurrent.futures
import re

import pytest
import requests

from harness.faults import at_once
from harness.history import assert_exactly_once
from harness.relay import ORIGIN
from harness.servers import Sandbox
from harness.waiting import wait_until

BROWSER = {
    "Origin": ORIGIN,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
}


def chat_of(sandbox, submission):
    found = [chat for chat in sandbox.chats() if chat["session_id"] == submission]
    assert len(found) == 1, found
    url = f"{sandbox.url}/api/v2/chat/chats/{found[0]['id']}"
    answer = requests.get(url, headers={"Authorization": f"Bearer {sandbox.TOKEN}"}, timeout=10)
    answer.raise_for_status()
    return answer.json()


def test_a_json_post_ends_with_a_ticket_and_signed_news(relay, sandbox, receiver):
    answer = relay.post("Zwölf Äpfel, 東京 🍎", email="ada@example.org", name="Ada L.")
    assert answer.status_code == 202
    accepted = answer.json()
    assert answer.headers["Location"] in accepted["status_url"]
    assert int(answer.headers["Retry-After"]) >= 1
    assert accepted["state"] == "queued" and accepted["durability"] == "disk"
    assert re.fullmatch(r"support-[0-9A-HJKMNP-TV-Z]{26}", accepted["id"])

    linked = relay.wait_state(accepted)
    ticket = linked["zendesk_ticket_id"]
    assert ticket > 0 and str(ticket) in linked["ticket_url"]

    chat = chat_of(sandbox, accepted["id"])
    assert chat["zendesk_ticket_id"] == ticket
    assert "Zwölf Äpfel, 東京 🍎" in chat["message"]
    assert (chat["visitor"]["email"], chat["visitor"]["name"]) == ("ada@example.org", "Ada L.")
    assert chat["type"] == "offline_msg"

    news = wait_until(lambda: receiver.news(accepted["id"], "submission.linked"))[0]
    assert news["data"]["zendesk_ticket_id"] == ticket
    assert news["data"]["chat_id"] == chat["id"]
    assert receiver.wrong == []
    wait_until(lambda: relay.look(accepted)["callback"] == "sent", what="callback: sent")


def test_a_browsers_form_post_ends_on_a_page_with_a_ticket(relay, sandbox):
    answer = requests.post(f"{relay.url}/f/contact", headers=BROWSER, timeout=10,
                           allow_redirects=False, data={
                               "message": "Grüße\r\nund Fragen?", "email": "b@example.org"})
    assert answer.status_code == 303
    page = requests.get(requests.compat.urljoin(answer.url, answer.headers["Location"]),
                        headers=BROWSER, timeout=10)
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]

    chat = wait_until(lambda: sandbox.chats())[0]
    wait_until(lambda: chat_of(sandbox, chat["session_id"])["zendesk_ticket_id"])
    ticket = chat_of(sandbox, chat["session_id"])["zendesk_ticket_id"]
    wait_until(lambda: str(ticket) in requests.get(page.url, timeout=10).text,
               what="the ticket's number on the page")


def test_a_waiting_look_ends_when_the_state_changes(relay):
    accepted = relay.accept()
    seen = [accepted["state"]]
    while seen[-1] != "linked":
        answer = relay.http.get(accepted["status_url"], headers={"Prefer": "wait=10"}, timeout=20)
        assert answer.status_code == 200
        if answer.json()["state"] != seen[-1]:
            seen.append(answer.json()["state"])
    order = ["queued", "delivering", "delivered", "linked"]
    assert seen == sorted(seen, key=order.index)


def test_a_post_that_waits_gets_the_final_state(relay):
    answer = relay.post(headers={"Prefer": "wait=20"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "linked"
    assert answer.json()["zendesk_ticket_id"] > 0


def test_a_double_click_makes_one_submission(relay, sandbox):
    answers = at_once(relay, 50)
    assert {answer.status_code for answer in answers} == {202}
    ids = {answer.json()["id"] for answer in answers}
    assert len(ids) == 1
    relay.wait_state(answers[0].json())
    assert_exactly_once(ids, sandbox.chats())


@pytest.mark.parametrize("spelling", ['"key-1"', "key-1"])
def test_a_repeated_key_gives_the_first_answer_again(relay, spelling):
    first = relay.post("once", headers={"Idempotency-Key": "key-1"})
    again = relay.post("once", headers={"Idempotency-Key": spelling})
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_repeated_key_with_another_body_is_refused(relay):
    relay.post("once", headers={"Idempotency-Key": "key-2"})
    other = relay.post("something else", headers={"Idempotency-Key": "key-2"})
    assert other.status_code == 422
    assert other.headers["Content-Type"] == "application/problem+json"


def test_a_chat_without_a_ticket_ends_unlinked_and_says_so(nursery, redis, receiver, make_relay):
    sandbox = Sandbox(nursery, "--no-ticket", "1")
    relay = make_relay(destinations={"support": {
        "base_url": sandbox.url, "ticket_patience": "1s"}})
    relay.start_all()
    accepted = relay.accept()
    found = relay.wait_state(accepted, "unlinked")
    assert not found.get("zendesk_ticket_id")
    wait_until(lambda: receiver.news(accepted["id"], "submission.unlinked"))


def test_a_message_from_the_command_line_goes_the_same_way(relay, sandbox):
    run = relay.run("submit", "--form", "contact", "message=by hand", "email=d@example.org")
    assert run.returncode == 0, run.stderr
    chat = wait_until(lambda: sandbox.chats())[0]
    shown = wait_until(lambda: "linked" in relay.run("show", chat["session_id"]).stdout
                       and relay.run("show", chat["session_id"]).stdout)
    assert chat["session_id"] in shown


def test_many_at_once_all_arrive_once(relay, sandbox):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda n: relay.accept(f"number {n}", email=f"n{n}@example.org")["id"],
                            range(500)))
    wait_until(lambda: len(sandbox.chats()) >= len(ids), 60, "500 chats")
    assert_exactly_once(ids, sandbox.chats())
