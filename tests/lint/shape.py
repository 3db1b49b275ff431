"""How a source file is laid out, as far as no compiler looks at it.

Every .c and .h begins with a comment on what it is for. A .c includes its own
header first and "base/banned.h" last. Nothing promises work for later, and no
test sleeps.
"""
import re

from support.report import ROOT, expect, files, finish

INCLUDE = re.compile(r'^#\s*include\s+["<]([^">]+)[">]', re.M)
LATER = re.compile(r"\b(TODO|FIXME|XXX)\b")
SLEEP = re.compile(r"\b(time\.sleep|usleep|sleep|nanosleep|sleep_for)\s*\(")


def lint_c(place, text, has_own_header):
    includes = INCLUDE.findall(text)
    if includes[-1:] != ["base/banned.h"]:
        yield f'{place}: "base/banned.h" must be its last include'
    own = re.sub(r"^src/|\.c$", "", place) + ".h"
    if has_own_header and includes[:1] != [own]:
        yield f'{place}: "{own}" must be its first include'


def lint_text(place, text):
    if place.endswith((".c", ".h")) and not text.startswith("/*"):
        yield f"{place}:1: begin with a comment on what the file is for"
    for number, line in enumerate(text.splitlines(), 1):
        if LATER.search(line):
            yield f"{place}:{number}: do it now or leave it out: {line.strip()}"
        if place.startswith("tests/") and SLEEP.search(line):
            yield f"{place}:{number}: wait for a condition, not for a time"


def lint():
    findings = []
    this = "tests/lint/shape.py"
    for path in files("*.c", "*.h", "*.py", "*.lua", "*.sh", "*.js"):
        place = str(path.relative_to(ROOT))
        text = path.read_text()
        if place != this:
            findings += lint_text(place, text)
        if place.endswith(".c") and place.startswith("src/"):
            findings += lint_c(place, text, path.with_suffix(".h").exists())
    return findings


expect("shape", ["banned.h", '"a/b.h" must be its first'],
       lint_c("src/a/b.c", '#include <x.h>\n#include "a/b.h"\n', True))
expect("shape", ["begin with", "do it now", "wait for"],
       lint_text("tests/a.c", "int x; /* TODO */\nusleep(3);\n"))
finish("shape", lint())
