"""The settings: src/config/schema.c is the table; config/afterhours.yaml explains
every row of it with its default, and config/afterhours.schema.json allows the
same names and values to an editor.
"""
import json
import re

import jsonschema
import yaml

from support.report import ROOT, expect, finish

TABLE = "src/config/schema.c"
EXAMPLE = "config/afterhours.yaml"
SCHEMA = "config/afterhours.schema.json"

# Names in the example that the table leaves to the reader.
FREE = ("admin.tokens.*", "api.keys.*", "destinations.*", "forms.*", "forms.*.fields.*",
        "forms.*.departments.*")
SETTING = re.compile(r"^( *)#(?=\S)(?!$)", re.M)
CONSTANTS = {"SECOND": 10**3, "MINUTE": 60 * 10**3, "HOUR": 3600 * 10**3, "DAY": 86400 * 10**3,
             "YEAR": 366 * 86400 * 10**3, "KIB": 2**10, "MIB": 2**20, "INT64_MAX": 2**63 - 1}
NUMBERS = ("NUMBER", "COUNT", "INTEGER")


class Row:
    """One row of the table: path, kind, default, range and choices."""

    def __init__(self, text, lists):
        self.path = re.match(r'"([^"]+)"', text)[1]
        self.kind = re.search(r"\bKIND_(\w+)", text)[1]
        default = re.search(r'INITIAL\("([^"]*)"\)', text)
        limits = re.search(r"RANGE\(([^,]+), ([^)]+)\)", text)
        choices = re.search(r"\.choices = (\w+)", text)
        self.default = self.value(default[1]) if default else None
        self.range = [product(limit) for limit in limits.groups()] if limits else None
        self.choices = lists[choices[1]] if choices else None

    def value(self, text):
        """The default as YAML and JSON write it."""
        if self.kind in NUMBERS:
            return int(text)
        if self.kind == "SHARE":
            return float(text)
        if self.kind == "BOOL":
            return text == "true"
        return text.split(",") if self.kind == "EVENTS" else text

    def is_secret(self):
        return self.kind in ("SECRET", "SECRETS")


def product(text):
    number = 1
    for factor in text.split("*"):
        factor = factor.strip()
        number *= CONSTANTS[factor] if factor in CONSTANTS else int(factor)
    return number


def read_table(text):
    lists = {name: re.findall(r'"(\w+)"', words)
             for name, words in re.findall(r"(\w+)\[\] = \{([^}]*NULL)\}", text)}
    body = text.partition("schema_settings[] = {")[2].partition("{ .path = NULL }")[0]
    rows = [Row(" ".join(row.split()), lists) for row in re.findall(r"\{ (\".*?) \},", body, re.S)]
    later = text.partition("schema_later[] = {")[2].partition("NULL")[0]
    return {row.path: row for row in rows}, re.findall(r'"([^"]+)"', later)


def pattern_of(path, name):
    """The path of name below path, with a star for a name that is free."""
    star = f"{path}.*" if path else "*"
    return star if star in FREE else f"{path}.{name}".lstrip(".")


def read_example(text):
    """{path: values} of everything the example says once it is uncommented."""
    found = {}

    def walk(path, value):
        if isinstance(value, dict) and value:
            for name, below in value.items():
                walk(pattern_of(path, name), below)
        else:
            found.setdefault(path, []).append(value)

    walk("", yaml.safe_load(SETTING.sub(r"\1", text)) or {})
    return found


def lint_example(rows, text):
    found = read_example(text)
    names = set(rows) | {f"{row.path}_file" for row in rows.values() if row.is_secret()}
    for path in sorted(set(found) - names):
        yield f"{EXAMPLE}: {path} is no setting"
    for path, row in rows.items():
        said = found.get(path, [])
        if not said and f"{path}_file" not in found:
            yield f"{EXAMPLE}: {path} is missing"
        for value in said:
            if row.default is not None and value != row.default:
                yield f"{EXAMPLE}: {path} is shown as {value!r}, its default is {row.default!r}"


def read_schema(node, path=""):
    """{path: its part of the schema}."""
    below = {pattern_of(path, name): part for name, part in node.get("properties", {}).items()}
    free = node.get("additionalProperties")
    if isinstance(free, dict):
        below[f"{path}.*"] = free
    if not below:
        return {path: node}
    return {name: leaf for key, part in below.items() for name, leaf in read_schema(part, key).items()}


def choices_of(part):
    allowed = part.get("enum") or part.get("items", {}).get("enum") or []
    return [choice for choice in allowed if choice is not None]


def lint_part(row, part):
    place = f"{SCHEMA}: {row.path}"
    if part.get("default") != row.default:
        yield f"{place} has the default {part.get('default')!r}, the table {row.default!r}"
    if choices_of(part) != (row.choices or []):
        yield f"{place} allows {choices_of(part)}, the table {row.choices}"
    if row.kind in NUMBERS and part.get("minimum") != row.range[0]:
        yield f"{place} begins at {part.get('minimum')}, in the table at {row.range[0]}"
    if row.kind in NUMBERS and part.get("maximum", 2**63 - 1) != row.range[1]:
        yield f"{place} ends at {part.get('maximum')}, in the table at {row.range[1]}"
    if "description" not in part and "." not in row.path:
        yield f"{place} has no description"


def lint_schema(rows, schema):
    parts = read_schema(schema)
    for path, row in rows.items():
        if path not in parts:
            yield f"{SCHEMA}: {path} is missing"
        else:
            yield from lint_part(row, parts[path])
        if row.is_secret() and f"{path}_file" not in parts:
            yield f"{SCHEMA}: {path}_file is missing"
    secrets = {f"{row.path}_file" for row in rows.values() if row.is_secret()}
    for path in sorted(set(parts) - set(rows) - secrets):
        yield f"{SCHEMA}: {path} is no setting"


WRONG = [
    "listn: 1", "processes: {serve: 0}", "log: {level: loud}", "redis: {timeout: 5 s}",
    "destinations: {Support: {}}", "destinations: {d: {token: a, token_file: b}}",
    "forms: {f: {callback: {events: [lost]}}}", "forms: {f: {fields: {a: {type: date}}}}",
    "forms: {f: {departments: {a: x}}}", "limits: {body: big}", "journal: {enabled: maybe}", "- a",
]


def lint_judgement(schema, example):
    """What the schema lets pass, and what not."""
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    for place, text in ((EXAMPLE, example), (f"{EXAMPLE}, uncommented", SETTING.sub(r"\1", example))):
        for fault in validator.iter_errors(yaml.safe_load(text)):
            yield f"{SCHEMA}: refuses {place}: {fault.json_path}: {fault.message}"
    for text in WRONG:
        if validator.is_valid(yaml.safe_load(text)):
            yield f"{SCHEMA}: lets pass: {text}"


def lint():
    rows, later = read_table((ROOT / TABLE).read_text())
    schema = json.loads((ROOT / SCHEMA).read_text())
    example = (ROOT / EXAMPLE).read_text()
    findings = [f"{TABLE}: {path} is built, yet marked as not built" for path in later if path in rows]
    if len(rows) < 40:
        findings.append(f"{TABLE}: only {len(rows)} rows could be read")
    return [*findings, *lint_example(rows, example), *lint_schema(rows, schema),
            *lint_judgement(schema, example)]


PLANTED_TABLE = """
static const char *const levels[] = {"low", "high", NULL};
const struct setting schema_settings[] = {
    { "listen", TOP(listen), KIND_TEXT, INITIAL("a"), CHECK(x) },
    { "log.level", TOP(level), KIND_CHOICE, INITIAL("low"),
      .choices = levels },
    { "forms.*.key", FORM(key), KIND_SECRET, UNSET },
    { "forms.*.most", FORM(most), KIND_NUMBER, INITIAL("3"), RANGE(1, 2 * KIB) },
    { .path = NULL },
};
const char *const schema_later[] = {
    "seal",
    NULL,
};
"""
PLANTED_EXAMPLE = "# Words\n#listen: b\n#forms:\n  #x:\n    # Words\n    #most: 3\n    #more: 4\n"
PLANTED_SCHEMA = {"properties": {
    "listen": {"default": "a"}, "seal": {},
    "log": {"properties": {"level": {"default": "low", "enum": ["low", None]}}},
    "forms": {"additionalProperties": {"properties": {
        "key": {}, "most": {"default": 3, "minimum": 0, "maximum": 2048}}}}}}


def test_itself():
    rows, later = read_table(PLANTED_TABLE)
    expect("settings", ["seal"], later)
    expect("settings", ["forms.*.more is no setting", "listen is shown as 'b'",
                        "log.level is missing", "forms.*.key is missing"],
           lint_example(rows, PLANTED_EXAMPLE))
    expect("settings", ["seal is no setting", "listen has no description", "log.level allows",
                        "forms.*.key_file is missing", "forms.*.most begins at 0"],
           lint_schema(rows, PLANTED_SCHEMA))


test_itself()
finish("settings", lint())
