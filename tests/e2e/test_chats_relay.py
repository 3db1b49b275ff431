"""What the relay adds to the Chats API: a program that posted to Create Chat has
changed its host and its token, and now there is a queue behind it. The calls
themselves are in test_chats_table.py."""
import copy
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.chats import draft, make_relay
from harness.held import Loader
from harness.openapi import Document
from harness.servers import Redis
from harness.waiting import wait_until

HELD = int(os.environ.get("AFTERHOURS_TEST_HELD", "20000"))
LONG_US = 10000  # of one command to Redis
PATIENCE = 10  # seconds of a search
HOUR = 3600
NOWHERE = {"base_url": "http://127.0.0.1:9", "token": "a-token-for-nobody"}


@pytest.fixture(scope="module")
def document():
    return Document()


@pytest.fixture
def target(nursery, document):
    """serve alone: nothing leaves the queue."""
    return make_relay(nursery, document)


@pytest.fixture
def whole(nursery, document, redis, sandbox, receiver):
    """With a worker, a Zendesk and a website's server."""
    return make_relay(nursery, document, sandbox, redis, forms={"contact": {
        "callback": {"url": receiver.url, "secret": receiver.secret,
                     "events": ["delivered", "linked"], "allow_networks": ["127.0.0.0/8"]}}})


def change_settings(target, change):
    """The running relay reads them again."""
    settings = copy.deepcopy(target.server.settings)
    settings["destinations"] = {"support": dict(NOWHERE)}
    change(settings)
    target.server.write(settings)
    target.server.serve.signal(signal.SIGHUP)


def with_ticket(target, chat_id, timeout=30):
    def there():
        chat = target.show(chat_id)
        assert chat["zendesk_ticket_id"], chat
        return chat
    return wait_until(there, timeout, "a ticket")


def test_what_is_created_becomes_a_ticket_and_shows_it(whole, sandbox, receiver):
    created = whole.create(message="Where is my order?")
    assert created["zendesk_ticket_id"] is None and created["unread"] is True
    assert created["session"]["id"] == draft()["session"]["id"]
    shown = with_ticket(whole, created["id"])
    ticket = shown["zendesk_ticket_id"]
    assert {**shown, "zendesk_ticket_id": None, "update_timestamp": None} == \
        {**created, "update_timestamp": None}
    assert whole.ask("GET", "/chats").json()["chats"][0]["zendesk_ticket_id"] == ticket
    (chat,) = sandbox.chats()
    assert chat["session_id"] == created["id"]
    wait_until(lambda: receiver.news(created["id"], "submission.linked"), what="the callback")
    page = whole.wait_exported("/incremental/chats?start_time=0")
    exported = [chat for chat in page["chats"] if chat["id"] == created["id"]]
    assert [chat["zendesk_ticket_id"] for chat in exported] == [ticket]


def test_an_old_message_whose_answer_is_lost_is_not_sent_twice(whole, sandbox):
    """Zendesk keeps the timestamp it came with: it is looked for there, too."""
    sandbox.fault("create", "lose_after")
    created = whole.create(message="from the archive", at=int(time.time()) - 1000 * HOUR)
    with_ticket(whole, created["id"])
    assert [chat["session_id"] for chat in sandbox.chats()] == [created["id"]]


def test_the_same_key_makes_one_chat_and_another_body_is_refused(target):
    body = draft("Once")

    def create(key, **more):
        return target.ask("POST", "/chats", json={**body, **more},
                          headers={"Idempotency-Key": key})

    first, again = create('"order-7"'), create("order-7")
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert create("order-7", message="Other").status_code == 422
    assert create("order-8").json()["id"] != first.json()["id"]
    assert target.ask("GET", "/chats").json()["count"] == 2


def test_without_a_key_a_double_click_is_one_chat(target):
    body = draft("Twice", email="twice@example.org")
    first = target.ask("POST", "/chats", json=body)
    again = target.ask("POST", "/chats", json={**body, "timestamp": body["timestamp"] + 1})
    other = target.ask("POST", "/chats", json=draft("Thrice", email="twice@example.org"))
    assert first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["id"] != first.json()["id"]


def test_without_an_address_only_the_same_body_is_the_same_chat(target):
    body = draft("Please call me", name="Ada", email="")
    first = target.ask("POST", "/chats", json=body).json()["id"]
    assert target.ask("POST", "/chats", json=body).json()["id"] == first
    assert target.ask("POST", "/chats", json=draft("Please call me", name="Eve", email="")
                      ).json()["id"] != first


def test_while_redis_is_away_nothing_is_promised(target):
    kept = target.create(message="before")
    target.redis.kill()
    body = draft("meanwhile", email="meanwhile@example.org")
    asked = (("POST", "/chats", {"json": body}), ("GET", "/chats", {}),
             ("GET", "/chats/search", {"params": {"q": "before"}}),
             ("GET", "/incremental/chats", {"params": {"start_time": 0}}),
             ("PUT", f"/chats/{kept['id']}", {"json": {"unread": False}}),
             ("DELETE", f"/chats/{kept['id']}", {}))
    with ThreadPoolExecutor(len(asked)) as pool:
        for answer in pool.map(lambda each: target.ask(*each[:2], **each[2]), asked):
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    target.redis.start()
    target.server.wait_ready()
    assert target.ask("POST", "/chats", json=body).status_code == 201
    assert target.search("meanwhile").json()["count"] == 1
    assert target.show(kept["id"])["message"] == "before"


def test_a_message_has_as_many_characters_as_a_forms(nursery, document):
    target = make_relay(nursery, document, limits={"message": 20, "body": "4KiB"})
    assert target.create(message="ä" * 20)["message"] == "ä" * 20
    answer = target.ask("POST", "/chats", json=draft("ä" * 21))
    assert answer.status_code == 422 and "message" in answer.json()["details"]
    assert target.ask("POST", "/chats", data=b"{" + b" " * 5000,
                      headers={"Content-Type": "application/json"}).status_code == 413


def test_a_key_sees_its_own_destination_only(nursery, document):
    target = make_relay(nursery, document)

    def change(settings):
        settings["destinations"]["elsewhere"] = dict(NOWHERE)
        settings["forms"]["other"] = {"destination": "elsewhere"}
        settings["api"]["keys"]["stranger"] = {"key": "a-key-for-elsewhere", "form": "other"}

    change_settings(target, change)
    wait_until(lambda: target.ask("GET", "/chats", key="a-key-for-elsewhere").status_code == 200,
               what="the new key to be let in")
    ours = target.create(message="ours")["id"]
    for method, path in (("GET", f"/chats/{ours}"), ("DELETE", f"/chats/{ours}"),
                         ("PUT", f"/chats/{ours}")):
        assert target.ask(method, path, key="a-key-for-elsewhere", json={"unread": False}
                          ).status_code == 404
    assert target.ask("GET", "/chats", key="a-key-for-elsewhere").json()["count"] == 0
    assert target.ask("GET", f"/chats?ids={ours}", key="a-key-for-elsewhere"
                      ).json()["docs"] == {}
    theirs = target.ask("POST", "/chats", key="a-key-for-elsewhere", json=draft("theirs")).json()
    assert theirs["id"].startswith("elsewhere-")
    assert target.show(ours)["message"] == "ours"


def test_a_key_is_read_again_when_its_file_changes(nursery, document):
    target = make_relay(nursery, document)
    file = nursery.folder / "shop_key"
    file.write_text("the-first-key-of-the-shop\n")
    change_settings(target, lambda settings: settings["api"]["keys"].update(
        shop={"key_file": str(file), "form": "contact"}))

    def status(key):
        return target.ask("GET", "/chats", key=key).status_code

    wait_until(lambda: status("the-first-key-of-the-shop") == 200, what="the first key")
    file.write_text("the-second-key-of-the-shop\n")
    wait_until(lambda: status("the-second-key-of-the-shop") == 200, what="the second key")
    assert status("the-first-key-of-the-shop") == 401


def test_each_key_has_its_requests_a_minute(nursery, document):
    target = make_relay(nursery, document)
    change_settings(target, lambda settings: settings["api"].update(rate_limit=3))
    wait_until(lambda: "X-Rate-Limit" in target.ask("GET", "/chats", key="reader").headers,
               what="the limit")
    for _ in range(3):
        last = target.ask("GET", "/chats")
    assert last.status_code == 200 and last.headers["X-Rate-Limit-Remaining"] == "0"
    assert target.ask("GET", "/chats").status_code == 429
    assert target.ask("GET", "/chats", key="owner").status_code == 200


def test_delete_leaves_nothing_behind(target):
    chat = target.create(message="to be forgotten", at=int(time.time()) - 1000 * HOUR)
    target.ask("PUT", f"/chats/{chat['id']}", json={"unread": False})
    assert target.ask("DELETE", f"/chats/{chat['id']}").status_code == 204
    assert target.ask("DELETE", f"/chats/{chat['id']}").status_code == 404
    assert target.search("forgotten").json()["count"] == 0
    client = target.redis.client
    traces = [name for name in client.keys("*") if chat["id"].encode() in name]
    # That it was erased is known for a while, so that no journal brings it back.
    known = b"{support}gone:" + chat["id"].encode()
    assert traces == [known] and client.pttl(known) > 0
    assert client.get(known).isdigit(), "when, and no word of what it was"
    traces.remove(known)
    members = [name for name in client.keys("*") if client.type(name) == b"zset"
               and client.zscore(name, chat["id"]) is not None]
    assert traces == members == []


def test_what_is_of_another_time_is_found_by_its_time(target):
    chat = target.create(message="an old one", at=1413331200)
    target.create(message="a new one", email="new@example.org")
    found = target.search("timestamp:[2014-10-14 TO 2014-10-16]").json()
    assert [row["id"] for row in found["results"]] == [chat["id"]]
    assert target.search("timestamp:[2014-10-14 TO *]").json()["count"] == 2
    assert target.search("timestamp:[2014-10-16 TO *]").json()["count"] == 1


def test_an_erased_payload_leaves_what_is_known(target):
    chat = target.create(message="kept no longer")
    target.redis.client.delete("{support}body:" + chat["id"])
    shown = target.show(chat["id"])
    assert shown["message"] == "" and shown["id"] == chat["id"] and shown["visitor"] == {}
    assert abs(int(time.time()) - time.mktime(time.strptime(
        shown["timestamp"], "%Y-%m-%dT%H:%M:%SZ")) + time.timezone) < 60
    assert target.search("type:offline_msg").json()["count"] == 1
    assert target.search("longer").json()["count"] == 0


# Searching through everything.

@pytest.fixture(scope="module")
def full(module_nursery, document):
    """HELD submissions, a tenth of a second apart, the last one just now."""
    target = make_relay(module_nursery, document, redis=Redis(module_nursery, "everysec"))
    target.held = Loader(target.redis.client, int(time.time() * 1000) - HELD * 100, 100)
    target.held.load(HELD)
    target.redis.client.config_set("slowlog-log-slower-than", LONG_US)
    return target


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at // 1000))


def quick(target, ask):
    """Its answer, and the seconds it took. No command to Redis may be long by
    itself: one that is long because others had the processor is not so again."""
    long = None
    for _ in range(5):
        target.redis.client.slowlog_reset()
        began = time.monotonic()
        answer = ask()
        took = time.monotonic() - began
        assert answer.status_code == 200, answer.text
        slow = {each["command"] for each in target.redis.client.slowlog_get(128)}
        long = slow if long is None else long & slow
        if not long:
            return answer.json(), took
    raise AssertionError(long)


@pytest.mark.parametrize("query, count", [
    ("nothing-of-this", 0),
    (f"n{HELD // 3}", 1),
    ("chocolate", (HELD + 7) // 8),
    ("type:offline_msg", HELD),
    (f'visitor_name:"Visitor {HELD // 2}"', 1),
    ("type:chat", 0), ("rating:good", 0), ("agent_names:Tom", 0)])
def test_a_search_through_all_is_answered_in_time(full, query, count):
    found, took = quick(full, lambda: full.search(query))
    print(f"{query}: {took:.3f} s")
    assert found["count"] == count and len(found["results"]) == min(count, 40)
    assert took < PATIENCE


def test_the_last_page_of_a_search_is_answered_in_time(full):
    found, took = quick(full, lambda: full.search("type:offline_msg", page=250))
    assert took < PATIENCE and found["next_url"] is None
    first = HELD - 1 - 249 * 40
    assert [row["id"] for row in found["results"]] == \
        [full.held.id(number) for number in range(first, first - 40, -1)]


def test_a_short_range_of_time_is_looked_through_alone(full):
    first, last = full.held.at(HELD // 2), full.held.at(HELD // 2 + 99)

    def calls():
        return full.redis.client.info("commandstats")["cmdstat_fcall"]["calls"]

    before = calls()
    found, _ = quick(full, lambda: full.search(f"timestamp:[{iso(first)} TO {iso(last)}]"))
    assert 90 <= found["count"] <= 120
    assert calls() - before < 4 * 60


def test_lists_and_exports_of_all_are_quick(full):
    page, _ = quick(full, lambda: full.ask("GET", "/chats"))
    assert page["count"] == HELD and page["chats"][0]["id"] == full.held.id(HELD - 1)
    quick(full, lambda: full.ask("GET", "/incremental/chats", params={"start_time": 0}))


def test_too_many_searches_at_once_are_told_to_come_back(full):
    """Each process lets a few go through everything; others are not held up."""
    with ThreadPoolExecutor(12) as pool:
        searches = [pool.submit(full.search, "nothing-of-this") for _ in range(12)]
        assert full.ask("GET", "/chats").status_code == 200
    answers = [search.result() for search in searches]
    assert 503 in {answer.status_code for answer in answers} <= {200, 400, 503}
    assert all(int(answer.headers["Retry-After"]) > 0
               for answer in answers if answer.status_code == 503)


def test_a_search_that_takes_too_long_asks_for_a_shorter_range(full):
    """What is asked of a few is answered all the same."""
    change_settings(full, lambda settings: settings["api"].update(search_timeout="10ms"))
    said = wait_until(lambda: full.search("nothing-of-this").json().get("description"),
                      what="a search to take too long")
    assert said.startswith("q: ") and "timestamp:[" in said
    assert full.search("visitor_email:ada@example.org").status_code == 200
    change_settings(full, lambda settings: None)
    wait_until(lambda: full.search("nothing-of-this").status_code == 200, what="all of its time")


def test_a_search_goes_on_while_messages_come_and_go(full):
    """Those that were there throughout are found, each once."""
    stop, made = threading.Event(), []

    def churn():
        while not stop.is_set():
            chat = full.create(message="come and gone", email="churn@example.org",
                               at=int(time.time()))
            made.append(chat["id"])
            full.ask("DELETE", f"/chats/{chat['id']}")

    thread = threading.Thread(target=churn)
    thread.start()
    found = full.search("chocolate").json()
    stop.set()
    thread.join()
    assert found["count"] == (HELD + 7) // 8 and made
