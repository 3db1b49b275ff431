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
BATCH = 6  # files for one process: starting it costs as much as a small file
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


def clang_tidy(build, paths):
    """Whether they passed, and what clang-tidy said."""
    # The flags are those of gcc, which has warnings that clang does not know.
    run = subprocess.run([TIDY, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                          "-p", build, *map(str, paths)], cwd=ROOT,
                         capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout


def tidy(build, batch):
    """How many of the batch failed, and what clang-tidy said of those."""
    passed, words = clang_tidy(build, batch)
    if passed:
        for path in batch:
            (CACHE / fingerprint(path)).touch()
        return 0, ""
    if len(batch) == 1:
        return 1, words
    results = [tidy(build, [path]) for path in batch]
    return sum(failed for failed, _ in results), "".join(words for _, words in results)


def main(build):
    CACHE.mkdir(parents=True, exist_ok=True)
    commands = json.loads((ROOT / build / "compile_commands.json").read_text())
    sources = [pathlib.Path(command["file"]) for command in commands]
    sources = sorted(path for path in sources if path.is_relative_to(ROOT / "src"))
    changed = [path for path in sources if not (CACHE / fingerprint(path)).exists()]
    batches = [changed[start:start + BATCH] for start in range(0, len(changed), BATCH)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for count, words in pool.map(lambda batch: tidy(build, batch), batches):
            failed += count
            print(words, end="")
    if failed:
        sys.exit(f"tidy: {failed} of {len(sources)} files to mend")
    print(f"tidy: {len(sources)} files passed")


main(sys.argv[1])
