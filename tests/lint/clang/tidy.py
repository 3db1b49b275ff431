"""clang-tidy over every source file of src/, several at once.

A file that passed is not looked at again until it, a header it includes, or
.clang-tidy changes: what passed is kept by content under build/tidy/.

    tidy.py BUILD_FOLDER        a folder with compile_commands.json
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
CACHE = ROOT / "build" / "tidy"
TIDY = "clang-tidy-14"
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.M)


def closure(path, seen):
    """The file and every header of the project it includes, however far."""
    if path in seen or not path.exists():
        return
    seen.add(path)
    for name in INCLUDE.findall(path.read_bytes()):
        closure(ROOT / "src" / name.decode(), seen)


def fingerprint(path):
    seen = set()
    closure(path, seen)
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for each in sorted(seen):
        digest.update(str(each.relative_to(ROOT)).encode() + b"\0" + each.read_bytes())
    return digest.hexdigest()


def tidy(build, path):
    """Whether it passed, and what clang-tidy said."""
    mark = CACHE / fingerprint(path)
    if mark.exists():
        return True, ""
    # The flags are those of gcc, which has warnings that clang does not know.
    run = subprocess.run([TIDY, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                          "-p", build, str(path)], cwd=ROOT,
                         capture_output=True, text=True, check=False)
    if run.returncode == 0:
        mark.touch()
    return run.returncode == 0, run.stdout


def main(build):
    CACHE.mkdir(parents=True, exist_ok=True)
    commands = json.loads((ROOT / build / "compile_commands.json").read_text())
    sources = [pathlib.Path(command["file"]) for command in commands]
    sources = sorted(path for path in sources if path.is_relative_to(ROOT / "src"))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for passed, words in pool.map(lambda path: tidy(build, path), sources):
            if not passed:
                failed += 1
                print(words)
    if failed:
        sys.exit(f"tidy: {failed} of {len(sources)} files to mend")
    print(f"tidy: {len(sources)} files passed")


main(sys.argv[1])
