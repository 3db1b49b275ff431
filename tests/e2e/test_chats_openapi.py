"""config/openapi.yaml against the running relay: each answer that the document
promises is asked for once, and each answer that comes is as it is described."""
import concurrent.futures
import re

import pytest

from harness.chats import draft, make_relay, make_sandbox, relay_keys
from harness.openapi import OTHERS, Checked, Document
from harness.relay import ORIGIN
from harness.waiting import wait_until

DOCUMENT = Document()
FORM = {"message": "Good evening", "email": "ada@example.org"}
ELSEWHERE = {"Origin": "https://elsewhere.example"}
PAGE = {"Origin": ORIGIN}
NOBODY = "support-00000000000000000000000000"

# On another listener: see test_admin_openapi.py.
OPERATORS = "/v1/admin/"
PROMISED = {each for each in DOCUMENT.promised() if not each[1].startswith(OPERATORS)}

# What a test cannot bring about.
UNSEEN = {}


def visit_forms(target, http):
    url, form = target.url, f"{target.url}/f/contact"
    http.post(form, json=FORM, headers=PAGE)
    http.post(form, json={**FORM, "message": "now"}, headers={**PAGE, "Prefer": "wait=20"})
    http.post(form, data=FORM, headers=PAGE, allow_redirects=False)
    http.post(form, data="{", headers={**PAGE, "Content-Type": "application/json"})
    http.post(f"{url}/f/guarded", json=FORM)
    http.post(form, json=FORM, headers=ELSEWHERE)
    http.post(f"{url}/f/nobody", json=FORM, headers=PAGE)
    http.post(form, json={"message": "x" * 300_000}, headers=PAGE)
    http.post(form, data="<form/>", headers={**PAGE, "Content-Type": "application/xml"})
    http.post(form, json={"message": ""}, headers=PAGE)
    for method in ("GET", "OPTIONS"):
        http.request(method, form, headers=PAGE)
        http.request(method, form, headers=ELSEWHERE)
        http.request(method, f"{url}/f/nobody", headers=PAGE)


def visit_submissions(target, http):
    accepted = http.post(f"{target.url}/f/contact", json={**FORM, "message": "to be looked at"},
                         headers=PAGE).json()
    status = accepted["status_url"]
    wait_until(lambda: http.get(status).json()["state"] == "linked")
    tag = http.get(status).headers["ETag"]
    http.get(status, headers={"If-None-Match": tag})
    stream = http.get(status, headers={"Accept": "text/event-stream"})
    last = [line[3:].strip() for line in stream.text.splitlines() if line.startswith("id:")][-1]
    http.get(status, headers={"Accept": "text/event-stream", "Last-Event-ID": last})
    http.get(f"{target.url}/v1/submissions/{NOBODY}?token=none")
    http.get(accepted["page_url"])
    http.get(f"{target.url}/s/{NOBODY}?token=none")
    http.options(status, headers=PAGE)
    http.options(status, headers=ELSEWHERE)


def visit_pages(target, http):
    for path in ("/livez", "/readyz", "/healthz", "/livez?verbose", "/", "/problems/not-found",
                 "/problems/unheard-of"):
        http.get(target.url + path)
    tag = http.get(f"{target.url}/openapi.yaml").headers["ETag"]
    http.get(f"{target.url}/openapi.yaml", headers={"If-None-Match": tag})


# Each call of the Chats API, good and bad. "$id" is a chat's id.
CALLS = {
    "list": ("GET", "/chats", {}), "ids": ("GET", "/chats?ids=$id,none", {}),
    "create": ("POST", "/chats", {"json": draft("A chat")}),
    "search": ("GET", "/chats/search?q=chat", {}), "show": ("GET", "/chats/$id", {}),
    "update": ("PUT", "/chats/$id", {"json": {"unread": False}}),
    "export": ("GET", "/incremental/chats?start_time=0", {}),
    "delete": ("DELETE", "/chats/$id", {}), "delete ids": ("DELETE", "/chats?ids=$id", {}),
}
LONG = "1" * 200
WRONG = (
    ("GET", "/chats?cursor=nonsense", {}), ("DELETE", "/chats", {}), ("GET", "/chats/search", {}),
    ("GET", "/incremental/chats?start_time=now", {}), ("POST", "/chats", {"json": []}),
    ("PUT", "/chats/$id", {"json": []}), ("POST", "/chats", {"json": {}}),
    ("PUT", "/chats/$id", {"json": {"colour": "red"}}), ("POST", "/chats", {"data": {"a": "b"}}),
    ("PUT", "/chats/$id", {"data": {"a": "b"}}), ("POST", "/chats", {"json": draft("x" * 600_000)}),
    ("PUT", "/chats/$id", {"data": "x" * 600_000, "headers": {"Content-Type": "application/json"}}),
    *((method, "/chats/nobody", more) for method, more in (
        ("GET", {}), ("PUT", {"json": {"unread": True}}), ("DELETE", {}))),
    *((method, f"/chats/{LONG}", more) for method, more in (
        ("GET", {}), ("PUT", {"json": {"unread": True}}), ("DELETE", {}))),
)


def visit_chats(target, _):
    for number, (method, path, more) in enumerate(CALLS.values()):
        chat = target.create(message=f"A chat, number {number}", email=f"{number}@example.org")
        for key in ("administrator", "nobodys-very-own-key", "agent", "reader", "writer"):
            target.ask(method, path.replace("$id", chat["id"]), key=key, **more)
    chat = target.create(message="A chat to go wrong with")
    for method, path, more in WRONG:
        target.ask(method, path.replace("$id", chat["id"]), **more)


def visit_chats_at_once(target, _):
    """All calls, of a server that refuses them: some wait for their time-out."""
    with concurrent.futures.ThreadPoolExecutor(len(CALLS)) as pool:
        list(pool.map(lambda call: target.ask(
            call[0], call[1].replace("$id", NOBODY), **call[2]), CALLS.values()))


def visit_without_redis(target, http):
    accepted = http.post(f"{target.url}/f/contact", json=FORM, headers=PAGE).json()
    target.redis.kill()
    wait_until(lambda: http.get(f"{target.url}/readyz").status_code == 503)
    http.get(f"{target.url}/healthz")
    visits = (lambda: http.post(f"{target.url}/f/contact", json=FORM, headers=PAGE),
              lambda: http.get(accepted["status_url"]), lambda: http.get(accepted["page_url"]),
              lambda: visit_chats_at_once(target, http))
    with concurrent.futures.ThreadPoolExecutor(len(visits)) as pool:
        list(pool.map(lambda visit: visit(), visits))


def visit_with_other_methods(target, _):
    """Document.check() compares Allow with the methods described."""
    for template, item in DOCUMENT.root["paths"].items():
        if OTHERS in item and not template.startswith(OPERATORS):
            path = re.sub(r"\{[^}]*\}", "contact", template)
            assert target.ask("PATCH", target.url + path).status_code == 405
            if DOCUMENT.methods(template) & {"GET"}:
                target.ask("HEAD", target.url + path)


@pytest.fixture(scope="module")
def seen(module_nursery):
    """(method, path, status) of all that was answered."""
    forms = {"guarded": {"destination": "support", "key": "the-key-of-the-guarded-form"}}
    sandbox = make_sandbox(module_nursery, DOCUMENT)
    relay = make_relay(module_nursery, DOCUMENT, sandbox.server, forms=forms)
    http = Checked(DOCUMENT)
    for visit in (visit_forms, visit_submissions, visit_pages, visit_with_other_methods):
        visit(relay, http)
    visit_chats(sandbox, http)
    visit_chats(relay, http)
    hurried = make_relay(module_nursery, DOCUMENT, redis=relay.redis,
                         api={"keys": relay_keys(), "rate_limit": 1})
    hurried.ask("GET", "/chats")  # the one that it lets in
    visit_chats_at_once(hurried, http)
    visit_without_redis(relay, http)
    return DOCUMENT.seen


@pytest.mark.parametrize("promise", sorted(PROMISED - set(UNSEEN)),
                         ids=lambda promise: "{} {} {}".format(*promise))
def test_an_answer_comes_as_it_is_described(seen, promise):
    assert promise in seen


def test_what_is_not_seen_is_promised():
    assert set(UNSEEN) <= PROMISED


def references(value):
    """Every $ref in a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from [each] if name == "$ref" else references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_component_is_used():
    used = set(references(DOCUMENT.root))
    kinds = ("parameters", "headers", "responses", "schemas")
    unused = [f"{kind}/{name}" for kind in kinds for name in DOCUMENT.root["components"][kind]
              if f"#/components/{kind}/{name}" not in used]
    assert unused == []
