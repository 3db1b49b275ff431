"""What a row of tests/e2e/test_chats_table.py is, the chats that rows speak of,
and what can be checked of an answer. The rows are in chats_rows.py."""
import dataclasses
import typing

from .chats import draft

LIST = "/chats"
SEARCH = "/chats/search"
EXPORT = "/incremental/chats"
NOBODY = "2104.10414779.nobody0nobody"
MANY = 45
AUTUMN = 1413331200  # 2014-10-15T00:00:00Z
SUPPORT = "support chats are what Zendesk has; the relay holds offline messages only"
POSTED = "the relay has promised to send what was posted"
PROMISE = "Zendesk documents no idempotency, so its sandbox has none"


@dataclasses.dataclass
class Row:
    what: str
    method: str
    path: str
    status: int
    _: dataclasses.KW_ONLY
    key: str | None = "administrator"
    params: typing.Any = None
    json: typing.Any = None
    body: typing.Any = None
    headers: dict | None = None
    names: str | None = None    # what a complaint must name
    raw: bool = False           # sent as it stands, however odd
    check: typing.Any = None    # of (target, answer, value)
    only: str | None = None
    why: str | None = None


def seed(target):
    """The chats the rows speak of."""
    target.create("harry", message="I love chocolate", name="Harry", email="harry@example.org",
                  at=AUTUMN + 86400)
    target.create("grace", message="Grüße, 東京 🍎", name="Grace", email="grace@example.org")
    for name in ("read", "visited", "gone", "gone1", "gone2", "exported"):
        target.create(name, message=f"to be {name}", email=f"{name}@example.org")
    for number in range(MANY):
        target.create(message=f"one of many, number {number}", email=f"many{number}@example.org")
    target.wait_found("many", MANY)


def ids_of(rows):
    return [row["id"] for row in rows]


def same(value, **members):
    for name, expected in members.items():
        assert value.get(name) == expected, (name, value.get(name), expected)


# Checks.

def pages_of_list(target, _, value):
    """next_url leads through every chat once and back by prev_url."""
    seen, urls, page = ids_of(value["chats"]), [], value
    assert page["prev_url"] in (None, "null") and len(page["chats"]) == 40
    while page["next_url"] not in (None, "null"):
        urls.append(page["next_url"])
        page = target.ask("GET", page["next_url"]).json()
        seen += ids_of(page["chats"])
    assert len(seen) == len(set(seen)) == value["count"] > MANY
    assert set(target.names.values()) - {target.names.get(name) for name in (
        "gone", "gone1", "gone2")} <= set(seen)
    back = target.ask("GET", page["prev_url"]).json()
    assert set(ids_of(back["chats"])) <= set(seen)


def pages_of_search(target, _, value):
    assert value["count"] == MANY and len(value["results"]) == 40
    assert value["prev_url"] is None
    last = target.ask("GET", value["next_url"]).json()
    assert len(last["results"]) == MANY - 40 and last["next_url"] is None
    first = target.ask("GET", last["prev_url"]).json()
    assert ids_of(first["results"]) == ids_of(value["results"])
    times = [row["timestamp"] for row in value["results"] + last["results"]]
    assert times == sorted(times, reverse=True)


def finds(*names, other=False):
    """The search's rows are those chats; with other, perhaps more."""
    def check(target, _, value):
        expected = {target.names.get(name, name) for name in names}
        found = set(ids_of(value["results"]))
        assert expected <= found if other else expected == found, value
        assert value["count"] >= len(expected)
    return check


def finds_on(sandbox, relay):
    """Other chats are there on either."""
    return lambda target, answer, value: finds(*(
        sandbox if target.kind == "sandbox" else relay))(target, answer, value)


def row_of_harry(target, _, value):
    row = value["results"][0]
    assert set(row) == {"id", "preview", "timestamp", "type", "url"}
    same(row, id=target.names["harry"], preview="I love chocolate", type="offline_msg",
         timestamp="2014-10-16T00:00:00Z")
    assert target.ask("GET", row["url"]).json()["id"] == row["id"]


def docs_of(*names):
    def check(target, _, value):
        assert set(value["docs"]) == {target.names[name] for name in names}
        assert value["count"] == len(names)
        for chat_id, chat in value["docs"].items():
            assert chat["id"] == chat_id
    return check


def created(target, _, value):
    sent = draft("A new one", at=AUTUMN)
    same(value, type="offline_msg", message="A new one", unread=True, visitor=sent["visitor"],
         timestamp="2014-10-15T00:00:00Z", webpath=[])
    assert "zendesk_ticket_id" in value
    same(value["session"], **sent["session"])
    assert target.show(value["id"])["session"] == value["session"]


def kept(name, expected):
    return lambda target, _, value: same(value, **{name: expected})


def refused(*members):
    """details names exactly these members."""
    def check(_, __, value):
        assert set(value["details"]) == set(members), value
    return check


def updated(**members):
    def check(target, _, value):
        same(value, **members)
        same(target.show(value["id"]), **members)
    return check


def renamed(target, _, value):
    same(value["visitor"], name="Joe", notes="rang twice")
    same(target.show(value["id"])["visitor"], name="Joe", notes="rang twice")


def gone(*names):
    def check(target, answer, _):
        assert answer.content == b""
        for name in names:
            assert target.ask("GET", f"{LIST}/{target.names[name]}").status_code == 404
    return check


def exports_all(target, answer, _):
    value = target.wait_exported(answer.url)
    assert value["count"] == len(value["chats"]) > MANY
    stamps = [chat["update_timestamp"] for chat in value["chats"] if "update_timestamp" in chat]
    assert stamps == sorted(stamps)
    again = target.ask("GET", value["next_page"]).json()
    assert again["count"] == 0 and again["next_page"]


def exports_pages(target, answer, _):
    """A page after the other gives each chat once."""
    page = target.wait_exported(answer.url)
    seen = ids_of(page["chats"])
    assert page["count"] == 7
    while page["count"] == 7:
        page = target.ask("GET", page["next_page"]).json()
        seen += ids_of(page["chats"])
    assert len(seen) == len(set(seen)) > MANY


def only_fields(*fields):
    def check(_, __, value):
        assert value["chats"]
        for chat in value["chats"]:
            assert set(chat) <= set(fields), set(chat)
            assert "id" in chat
    return check


def example_chat(_, __, value):
    same(value, type="chat", rating="good", comment="Great customer experience!", duration=913,
         agent_names=["John"], zendesk_ticket_id=83, unread=False)
    assert len(value["history"]) == 4 and len(value["webpath"]) == 2


def allows(*methods):
    def check(_, answer, __):
        assert set(answer.headers["Allow"].replace(",", " ").split()) == set(methods)
    return check


def without(member):
    return {name: value for name, value in draft().items() if name != member}


def repeated(target, value):
    key = {"Idempotency-Key": "again"}
    body = draft("once", email="once@example.org", at=AUTUMN)
    again = target.ask("POST", LIST, headers=key, json=body)
    assert again.status_code == 201 and again.json()["id"] == value["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = target.ask("POST", LIST, headers=key, json={**body, "message": "another"})
    assert other.status_code == 422, other.text
