"""The examples of Zendesk's reference, as it prints them: what the sandbox is given
it shows again word for word, and the example queries find what they are to find."""
import json
import pathlib

import pytest

from harness.chats import make_sandbox
from harness.openapi import Document

SAMPLES = pathlib.Path(__file__).parent / "samples"


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def support_chat(chat_id, message="", **members):
    """One as the reference has them, with these members of its own."""
    chat = {**sample("chat"), "id": chat_id, "comment": "", "rating": None, "agent_names": [],
            "history": [{"type": "chat.msg", "msg": message, "name": "Visitor 123", "options": "",
                         "channel": "#supportchat:123", "timestamp": "2014-10-09T05:28:35Z"}]}
    for name, value in members.items():
        whole, _, part = name.partition("__")
        if part:
            chat[whole] = {**chat[whole], part: value}
        else:
            chat[whole] = value
    return chat


@pytest.fixture(scope="module")
def sandbox(module_nursery):
    return make_sandbox(module_nursery, Document())


@pytest.fixture
def give(sandbox):
    """The sandbox has these chats and no others."""
    def give(*chats):
        answer = sandbox.server.http.post(f"{sandbox.url}/_sandbox/chats", json=chats, timeout=10)
        assert answer.ok, answer.text
        return sandbox
    sandbox.server.http.delete(f"{sandbox.url}/_sandbox/chats", timeout=10)
    return give


@pytest.mark.parametrize("name", ["offline_msg", "chat"])
def test_an_example_is_shown_as_the_reference_prints_it(give, name):
    assert give(sample(name)).show("123") == sample(name)


def test_the_example_of_list_is_answered_as_the_reference_prints_it(give):
    target = give(*reversed(sample("list")["chats"]))  # the newest came last
    assert target.ask("GET", "/chats").json() == sample("list")


def test_the_example_of_ids_is_answered_as_the_reference_prints_it(give):
    shown = {chat_id: {"agent_ids": [], "agent_names": [], "comment": comment, "count": {}}
             for chat_id, comment in (("100", "Hi there!"), ("110", "Help me"))}
    target = give(*(support_chat(chat_id, **members) for chat_id, members in shown.items()))
    answer = target.ask("GET", "/chats", params={"ids": "100,110"}).json()
    assert list(answer) == ["count", "docs"] and answer["count"] == 2
    for chat_id, members in shown.items():
        assert members.items() <= answer["docs"][chat_id].items()


def test_the_example_of_search_is_answered_as_the_reference_prints_it(give):
    target = give(support_chat("123", "Hi there! How are you?", timestamp="2014-10-15T16:31:25Z"))
    expected = sample("search")
    # Ours leads to us, where the reference's leads to a host that is gone.
    expected["results"][0]["url"] = f"{target.url}/api/v2/chat/chats/123"
    assert target.search("how are you").json() == expected


def test_the_example_queries_find_what_they_are_to_find(give):
    target = give(
        support_chat("1", agent_names=["Tom", "Ann"], visitor__name="Harry"),
        support_chat("2", agent_names=["Tom"], visitor__name="Sally"),
        support_chat("3", "no chocolate today", timestamp="2014-10-20T08:00:00Z"),
        support_chat("4", visitor__email="customer@example.com", timestamp="2014-12-12T23:59:59Z"),
        support_chat("5", visitor__email="customer@example.com", timestamp="2014-12-13T00:00:00Z"),
        support_chat("6", rating="good", session__end_date="2014-10-25T00:00:00Z"),
        support_chat("7", rating="good", session__end_date="2014-10-24T23:59:59Z"),
        support_chat("8", rating="bad", session__end_date="2016-10-25T00:00:00Z"),
        support_chat("9", rating="good", timestamp="2016-02-02T16:00:00Z",
                     session__end_date="2014-10-01T00:00:00Z"),
        {**sample("offline_msg"), "id": "10", "message": "Chocolate!"})
    for query, found in (
            ("agent_names:Tom AND visitor_name:Harry", "1"),
            ("type:chat AND chocolate", "3"),
            ("visitor_email:customer@example.com AND timestamp:[2014-10-10 TO 2014-12-12]", "4"),
            ("timestamp:[2014-10-16 TO *] AND chocolate", "3"),
            ("end_timestamp:[2014-10-25 TO *] AND rating:good", "6"),
            ("timestamp:[2016-02-02T16:00:00 TO *] AND rating:good", "9")):
        answer = target.search(query).json()
        assert [row["id"] for row in answer["results"]] == [found], query


def test_a_search_ends_after_its_250th_page(nursery):
    """Though there is more to be found."""
    target = make_sandbox(nursery, Document(), "--chats", "10100")
    last = target.search("timestamp:[* TO *]", page=250).json()
    assert len(last["results"]) == 40 and last["next_url"] is None
    assert last["count"] >= 10_000
    beyond = target.search("timestamp:[* TO *]", page=251)
    assert beyond.status_code == 400 and "250" in beyond.json()["description"]
