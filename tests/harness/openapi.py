"""config/openapi.yaml held against what the running servers say: every answer of
a Checked session must be one that the document describes."""
import functools
import json
import re
import urllib.parse

import jsonschema
import requests
import yaml

from .processes import ROOT

METHODS = ("get", "put", "post", "delete", "options", "patch")
OTHERS = "x-other-methods"

# What is refused before its path is looked at; the document says so once for all.
UNREADABLE = {400: "bad-request", 408: "too-slow", 413: "too-large", 414: "target-too-long",
              417: "expectation", 421: "wrong-host", 431: "head-too-large",
              501: "not-implemented", 503: "no-room", 505: "http-version"}


def media(answer):
    return answer.headers.get("Content-Type", "").partition(";")[0].strip()


def pattern_of(template):
    """Matches the paths of a template; those with fewer holes come first."""
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))


class Document:
    def __init__(self, path=ROOT / "config" / "openapi.yaml"):
        self.root = yaml.safe_load(path.read_text())
        self.resolver = jsonschema.RefResolver.from_schema(self.root)
        self.formats = jsonschema.FormatChecker()
        paths = sorted(self.root["paths"], key=lambda path: (path.count("{"), path))
        self.patterns = [(pattern_of(path), path) for path in paths]
        self.seen = set()

    def follow(self, value):
        """What it is or, when it is a reference, stands for."""
        while "$ref" in value:
            value = self.resolver.resolve(value["$ref"])[1]
        return value

    @functools.lru_cache(maxsize=None)
    def _validator(self, text):
        return jsonschema.Draft202012Validator(
            json.loads(text), resolver=self.resolver, format_checker=self.formats)

    def wrong(self, schema, value):
        """What is wrong with a value, in words; "" when nothing is."""
        worst = jsonschema.exceptions.best_match(
            self._validator(json.dumps(schema)).iter_errors(value))
        return f"{worst.json_path}: {worst.message}" if worst else ""

    def find(self, path):
        """The template that describes a path, or None."""
        return next((template for pattern, template in self.patterns
                     if pattern.fullmatch(path)), None)

    def methods(self, template):
        item = self.root["paths"][template]
        return {method.upper() for method in METHODS if method in item}

    def promised(self):
        """(method, template, status) of all that is described."""
        return {(method, template, int(status))
                for template, item in self.root["paths"].items()
                for method in self.methods(template)
                for status in item[method.lower()]["responses"]}

    def check(self, answer):
        """Asserts that an answer, and what was asked when it was a success, are as
        described; notes that they were seen."""
        request = answer.request
        path = urllib.parse.urlsplit(request.url).path
        template = self.find(path)
        about = f"{request.method} {path} {answer.status_code}"
        assert template, f"{about}: the document has no such path"
        item = self.root["paths"][template]
        method = "GET" if request.method == "HEAD" else request.method
        if method not in self.methods(template):
            self._check_refusal(answer, item, template, about)
            return
        operation = item[method.lower()]
        described = operation["responses"].get(str(answer.status_code))
        if not described and self._is_unreadable(answer):
            self._check_answer(answer, self.root["components"]["responses"]["Problem"], about)
            return
        assert described, f"{about}: the document has no such answer; {answer.text[:300]}"
        self._check_answer(answer, self.follow(described), about)
        if answer.ok:
            parameters = item.get("parameters", []) + operation.get("parameters", [])
            self._check_query(request, [self.follow(each) for each in parameters], about)
            self._check_body(request, operation, about)
        self.seen.add((method, template, answer.status_code))

    @staticmethod
    def _is_unreadable(answer):
        return media(answer) == "application/problem+json" and \
            answer.json()["type"] == f"/problems/{UNREADABLE.get(answer.status_code)}"

    def _check_refusal(self, answer, item, template, about):
        assert answer.status_code == 405, f"{about}: the document does not know this method"
        allowed = {each.strip() for each in answer.headers.get("Allow", "").split(",")}
        assert allowed - {"HEAD", "OPTIONS"} == self.methods(template) - {"OPTIONS"}, \
            f"{about}: Allow says {allowed}"
        self._check_answer(answer, self.follow(item[OTHERS]), about)

    def _check_answer(self, answer, described, about):
        for name, header in described.get("headers", {}).items():
            header = self.follow(header)
            assert name in answer.headers or not header.get("required"), f"{about}: no {name}"
            if name in answer.headers:
                self._check_text(header["schema"], answer.headers[name], f"{about}: {name}")
        content = described.get("content")
        if not content or answer.request.method == "HEAD":
            assert not answer.content, f"{about}: has a body, {answer.content[:100]}"
            return
        assert media(answer) in content, f"{about}: {media(answer)!r} is none of {list(content)}"
        value = answer.json() if "json" in media(answer) else answer.text
        wrong = self.wrong(content[media(answer)]["schema"], value)
        assert not wrong, f"{about}: {wrong[:600]}"

    def _check_text(self, schema, text, about):
        """A parameter or header, which is text whatever its type."""
        schema = self.follow(schema)
        value = int(text) if schema.get("type") == "integer" and \
            re.fullmatch(r"-?\d+", text) else text
        wrong = self.wrong(schema, value)
        assert not wrong, f"{about}: {wrong}"

    def _check_query(self, request, parameters, about):
        known = {each["name"]: each for each in parameters if each["in"] == "query"}
        known.update(self._query_keys())
        query = urllib.parse.urlsplit(request.url).query
        for name, text in urllib.parse.parse_qsl(query, keep_blank_values=True):
            assert name in known, f"{about}: the document has no parameter {name}"
            self._check_text(known[name]["schema"], text, f"{about}: {name}")

    def _query_keys(self):
        schemes = self.root["components"]["securitySchemes"].values()
        return {each["name"]: {"schema": {"type": "string"}}
                for each in schemes if each.get("in") == "query"}

    def _check_body(self, request, operation, about):
        content = operation.get("requestBody", {}).get("content", {})
        kind = request.headers.get("Content-Type", "").partition(";")[0]
        if not request.body:
            return
        assert kind in content, f"{about}: the document takes no {kind!r}"
        if "json" in kind:
            wrong = self.wrong(content[kind]["schema"], json.loads(request.body))
            assert not wrong, f"{about}: the body, {wrong}"


class Checked(requests.Session):
    """A session whose every answer is held against the document."""

    def __init__(self, document):
        super().__init__()
        self.document = document
        self.hooks["response"].append(self._look)

    def _look(self, answer, *_, **__):
        self.document.check(answer)
