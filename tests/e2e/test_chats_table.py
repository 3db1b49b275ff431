"""The Chats API, row by row: every endpoint, every parameter and every answer of
Zendesk's reference, each asked of the sandbox and of the relay. The rows are in
harness/chats_rows.py; each answer is also held against config/openapi.yaml.
"""
import string

import pytest

from harness import chats_rows
from harness.chats import TARGETS, make_relay, make_sandbox
from harness.chats_row import seed
from harness.openapi import Document

pytestmark = pytest.mark.xdist_group("test_chats_table")  # its targets are got by name


@pytest.fixture(scope="module")
def sandbox_target(module_nursery, document):
    target = make_sandbox(module_nursery, document, "--examples")
    seed(target)
    return target


@pytest.fixture(scope="module")
def relay_target(module_nursery, document):
    target = make_relay(module_nursery, document)
    seed(target)
    return target


@pytest.fixture(scope="module")
def document():
    return Document()


def filled(value, names):
    """With the ids that "$name" stands for."""
    if isinstance(value, str):
        return string.Template(value).safe_substitute(names)
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    return value


def ask(target, row):
    if row.raw:
        return target.ask_raw(row.method, row.path)
    return target.ask(row.method, filled(row.path, target.names), key=row.key,
                      headers=row.headers, **{
                          name: filled(value, target.names) for name, value in (
                              ("params", row.params), ("json", row.json), ("data", row.body))
                          if value is not None})


def rows():
    for row in chats_rows.ROWS:
        for kind in TARGETS:
            if row.only in (None, kind):
                yield pytest.param(kind, row, id=f"{kind}: {row.what}")


@pytest.mark.parametrize("kind, row", rows())
def test_the_table(request, kind, row):
    target = request.getfixturevalue(f"{kind}_target")
    answer = ask(target, row)
    assert answer.status_code == row.status, f"{answer.status_code} {answer.text[:500]}"
    if row.names:
        said = answer.json()
        # What is no HTTP at all is refused before it is known to be of this API.
        words = said["detail"] if "problem" in answer.headers["Content-Type"] else \
            said["description"] + " ".join(said.get("details", {}))
        assert row.names in words, said
    if row.check:
        value = answer.json() if answer.content and row.status != 429 else None
        row.check(target, answer, value)


def test_each_row_for_one_server_only_says_why():
    assert [row.what for row in chats_rows.ROWS if row.only and not row.why] == []


def test_each_row_has_a_name_of_its_own():
    names = [(row.what, row.only) for row in chats_rows.ROWS]
    assert sorted(set(names)) == sorted(names)
