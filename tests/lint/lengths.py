"""Files under 500 lines, functions under 60, nested at most 3 deep, with at
most 6 parameters. A quick reading of the text; clang-tidy measures the same
for src/ exactly, and reads the three limits on functions from .clang-tidy,
as this does.
"""
import re

import yaml

from support.report import ROOT, expect, files, finish

FILE_LINES = 500
STRIPPED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def limits():
    options = yaml.safe_load((ROOT / ".clang-tidy").read_text())["CheckOptions"]
    values = {option["key"].rpartition(".")[2]: option["value"] for option in options}
    return tuple(int(values[name]) for name in
                 ("LineThreshold", "ParameterThreshold", "NestingThreshold"))


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def functions(text):
    """(line, header, body lines) of each function, by braces in column 0."""
    lines = STRIPPED.sub(blank, text).splitlines()
    start = None
    for index, line in enumerate(lines):
        if line == "{":
            start = index
        elif line.startswith("}") and start is not None:
            first = start
            while first and lines[first - 1].strip() and \
                    not lines[first - 1].startswith(("#", "}")) and \
                    not lines[first - 1].rstrip().endswith(";"):
                first -= 1
            yield first + 1, " ".join(lines[first:start]), lines[start + 1:index]
            start = None


def parameters(header):
    inside = header[header.find("(") + 1:header.rfind(")")]
    depth = 0
    count = 1
    for letter in inside:
        depth += (letter in "([") - (letter in ")]")
        count += letter == "," and depth == 0
    return count


def nesting(body):
    """How deep statements' braces go; an initialiser's do not count."""
    depth = deepest = 0
    kinds = []
    for line in body:
        for match in re.finditer(r"[{}]", line):
            if match.group() == "}":
                depth -= kinds.pop() if kinds else 0
                continue
            before = line[:match.start()].rstrip()
            statement = before.endswith((")", "else", "do")) and "=" not in before.split("(")[0]
            kinds.append(statement)
            depth += statement
            deepest = max(deepest, depth)
    return deepest


def lint_functions(place, text, most):
    lines, names, depth = most
    for number, header, body in functions(text):
        name = re.search(r"(\w+)\s*\(", header)
        name = name.group(1) if name else "?"
        where = f"{place}:{number}: {name}()"
        if len(body) > lines:
            yield f"{where} has {len(body)} lines, {lines} are the most"
        if parameters(header) > names:
            yield f"{where} has {parameters(header)} parameters, {names} are the most"
        if nesting(body) > depth:
            yield f"{where} is nested {nesting(body)} deep, {depth} is the most"


def lint():
    findings = []
    most = limits()
    for path in files("*.c", "*.h", "*.py", "*.lua", "*.js"):
        place = path.relative_to(ROOT)
        text = path.read_text()
        count = text.count("\n")
        if count > FILE_LINES:
            findings.append(f"{place}: {count} lines, {FILE_LINES} are the most")
        if path.suffix == ".c":
            findings += lint_functions(place, text, most)
    return findings


PLANTED = """
static int long_one(void)
{
%s}

int few(int a, int b, int c, int d, int e, int f);
int few(int a, int b, int c, int d, int e, int f)
{
}

int many(int a, int (*b)(int, int), int c,
         int d, int e, int f, int g)
{
    return "{{{{"[a];
}

void deep(void)
{
    struct x y = {{{{0}}}};

    if (a) {
        while (b) {
            for (;;) {
                if (c) {
                    d();
                }
            }
        }
    }
}
""" % ("    x();\n" * 61)

expect("lengths", ["long_one() has 61", "many() has 7", "deep() is nested 4"],
       lint_functions("planted.c", PLANTED, (60, 6, 3)))
finish("lengths", lint())
