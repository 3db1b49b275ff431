"""The documents: every link and every path they name leads somewhere, and no
file names a place that exists on one machine only.
"""
import re

from support.report import ROOT, expect, files, finish

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:src|tests|script|docker|config)/[\w./-]+)`")
MACHINE = re.compile(r"(?<![\w.}>-])/(?:work|root|home/\w+|tmp/wt)/|\.\./shared\b")
TEXTS = ("*.c", "*.h", "*.py", "*.md", "*.sh", "*.lua", "*.js", "*.html", "*.css",
         "*.yaml", "*.json", "*.txt", "*.cmake", "Dockerfile")


def lint_links(place, text, exists):
    for number, line in enumerate(text.splitlines(), 1):
        for target in LINK.findall(line):
            path = target.partition("#")[0]
            if path and "://" not in target and not exists(place, path):
                yield f"{place}:{number}: links to {target}, which is not there"
        for path in PATH.findall(line):
            if not exists("", path):
                yield f"{place}:{number}: names {path}, which is not there"


def lint_machine(place, text):
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE.search(line):
            yield f"{place}:{number}: names a place on one machine: {line.strip()}"


def exists(place, path):
    return ((ROOT / place).parent / path if place else ROOT / path).exists()


def lint():
    findings = []
    top = [path for pattern in ("*.md", "*.txt", "*.json") for path in ROOT.glob(pattern)]
    for path in [*top, *files(*TEXTS)]:
        place = str(path.relative_to(ROOT))
        text = path.read_text(errors="replace")
        if place != "tests/lint/docs.py":
            findings += lint_machine(place, text)
        if path.suffix == ".md":
            findings += lint_links(place, text, exists)
    return findings


expect("docs", ["links to gone.md", "names src/gone.c"],
       lint_links("a.md", "[x](gone.md) [y](https://example.org)\n`src/gone.c`\n",
                  lambda place, path: False))
expect("docs", ["one machine"], lint_machine("a", "see /home/me/x\nhttp://x/home/a/\n"))
finish("docs", lint())
