"""Who includes whom, against src/layers.txt, whose head explains its rows.

Finds: a folder that names a folder it may not, a room's private header seen
from outside, an outside library in the wrong folder, a library nobody is
allowed, a folder with no row, a row that is not below what it names.
"""
import pathlib
import re
import tempfile

from support.report import ROOT, expect, finish

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')

# What comes with C and the system; anything else outside needs a row.
SYSTEM = re.compile(
    r"^(sys|netinet|arpa|linux)/|^(assert|ctype|dirent|errno|fcntl|getopt|inttypes"
    r"|limits|locale|math|netdb|poll|pwd|grp|sched|signal|stdalign|stdarg|stdatomic"
    r"|stdbool|stddef|stdint|stdio|stdlib|string|strings|syslog|time|unistd|wchar"
    r"|iconv|langinfo|spawn|pthread|termios|regex|fnmatch|glob|math)\.h$")


class Layers:
    """The rows of layers.txt."""

    def __init__(self, text, findings):
        self.may, self.rooms, self.libraries = {}, set(), {}
        for number, line in enumerate(text.splitlines(), 1):
            line = line.partition("#")[0].strip()
            if line:
                self._row(f"src/layers.txt:{number}", line, findings)

    def _row(self, place, line, findings):
        name, _, rest = line.partition(":")
        name, *mark = name.split()
        named = rest.split()
        for other in named:
            if other not in self.may:
                findings.append(f"{place}: {name} names {other}, which is not above it")
        if name.startswith("<"):
            self.libraries[name.strip("<>")] = set(named)
            return
        self.may[name] = set(named)
        if mark:
            self.rooms.add(name)

    def library_folders(self, header):
        """The folders that may include it; None for the system's own headers."""
        for name, folders in self.libraries.items():
            if header == name or name.endswith("/") and header.startswith(name):
                return folders
            if "/" not in name and "." not in name and header.startswith(name + "/"):
                return folders
        return None if SYSTEM.match(header) else set()


def judge(layers, folder, quote, header):
    """Why this folder may not include this header; None when it may."""
    if quote == "<":
        folders = layers.library_folders(header)
        if folders is None or folder in folders:
            return None
        return f"<{header}> is for {', '.join(sorted(folders)) or 'nobody: give it a row'}"
    target = header.split("/")[0]
    if target not in layers.may:
        return f'"{header}" is in no folder of layers.txt'
    if target == folder:
        return None
    if folder and target not in layers.may[folder]:
        return f"{folder} may not include {target}"
    if target in layers.rooms and header != f"{target}/{target}.h":
        return f'"{header}" is private to {target}; its door is {target}/{target}.h'
    return None


def lint(root):
    findings = []
    source = root / "src"
    layers = Layers((source / "layers.txt").read_text(), findings)
    for path in sorted(source.rglob("*.[ch]")):
        below = path.relative_to(source).parts
        folder = below[0] if len(below) > 1 else ""
        place = path.relative_to(root)
        if folder and folder not in layers.may:
            findings.append(f"{place}: folder {folder} has no row in src/layers.txt")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, header = match.groups()
            reason = judge(layers, folder, quote, header)
            if reason:
                findings.append(f"{place}:{number}: {reason}")
            elif quote == '"' and not (source / header).exists():
                findings.append(f'{place}:{number}: there is no "{header}"')
    return findings


PLANTED_TREE = {
    "layers.txt": "base :\nup : base high\nroom ! : base\nhigh : base room\n<lib/> : high\n<one.h> : base\n",
    "base/a.c": '#include <stdio.h>\n#include <one.h>\n#include "room/room.h"\n',
    "base/a.h": "",
    "room/room.h": "",
    "room/inner.h": '#include "room/room.h"\n',
    "room/room.c": '#include "room/inner.h"\n#include <lib/x.h>\n',
    "high/h.c": '#include "room/inner.h"\n#include <lib/x.h>\n#include "base/none.h"\n',
    "stray/s.c": "",
    "up/u.c": "#include <strange.h>\n",
    "main.c": '#include "high/h.h"\n#include "room/inner.h"\n',
    "high/h.h": "",
}
PLANTED_FAULTS = [
    "layers.txt:2: up names high, which is not above it",
    "base/a.c:3: base may not include room",
    "room/room.c:2: <lib/x.h> is for high",
    'high/h.c:1: "room/inner.h" is private to room',
    'high/h.c:3: there is no "base/none.h"',
    "stray/s.c: folder stray has no row",
    "up/u.c:1: <strange.h> is for nobody",
    'main.c:2: "room/inner.h" is private to room',
]


def test_itself():
    with tempfile.TemporaryDirectory() as top:
        root = pathlib.Path(top)
        for name, text in PLANTED_TREE.items():
            path = root / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        expect("layers", PLANTED_FAULTS, lint(root))


test_itself()
finish("layers", lint(ROOT))
