"""The schemas of chats in config/openapi.yaml against the table of properties in
the code."""
import json

import pytest

from harness.openapi import Document
from harness.processes import run

DOCUMENT = Document()
SCHEMAS = DOCUMENT.root["components"]["schemas"]
KINDS = {"offline_msg": SCHEMAS["OfflineMessage"], "chat": SCHEMAS["SupportChat"]}


@pytest.fixture(scope="module")
def table():
    done = run("chats", "properties", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["properties"]


# The reference has an example with "unread": 0, and the sandbox shows it so.
ODD_TYPES = {("chat", "unread"): {"integer"}}


def types_of(schema):
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return {"null" if value is None else "string" for value in values}
    kinds = schema["type"]
    return set(kinds) if isinstance(kinds, list) else {kinds}


def assert_described(schema, row, kind=None):
    words = {**schema, **DOCUMENT.follow(schema), "description": schema.get("description")}
    expected = {"timestamp": "string"}.get(row["type"], row["type"])
    others = ({"null"} if row["nullable"] else set()) | ODD_TYPES.get((kind, row["name"]), set())
    assert types_of(words) == {expected} | others, row
    assert words["description"] == row["description"]
    if "enum" in words:
        assert [value for value in words["enum"] if value is not None] == row["choices"]
    if "const" in words:
        assert words["const"] == kind and kind in row["choices"]


def find_schema(name, kind):
    whole, _, part = name.partition(".")
    schema = KINDS[kind]["properties"][whole]
    return DOCUMENT.follow(schema)["properties"][part] if part else schema


def test_every_property_is_described_as_the_code_has_it(table):
    for row in table:
        for kind in row["kinds"]:
            assert_described(find_schema(row["name"], kind), row, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_described_that_the_code_does_not_have(table, kind):
    names = {row["name"] for row in table if kind in row["kinds"]}
    for name, schema in KINDS[kind]["properties"].items():
        assert name in names
        for part in DOCUMENT.follow(schema).get("properties", {}):
            assert f"{name}.{part}" in names


@pytest.mark.parametrize("kind", KINDS)
def test_what_update_cannot_change_is_read_only(table, kind):
    writable = {row["name"].partition(".")[0] for row in table if kind in row["writable"]}
    for name, schema in KINDS[kind]["properties"].items():
        assert schema.get("readOnly", False) == (name not in writable), name


def test_create_and_update_take_what_the_code_takes(table):
    assert SCHEMAS["ChatToCreate"]["required"] == [row["name"] for row in table if row["required"]]
    changes = SCHEMAS["ChatChanges"]["properties"]
    assert list(changes) == [row["name"] for row in table if row["writable"]]
    for row in table:
        if row["writable"]:
            assert_described(changes[row["name"]], row)
