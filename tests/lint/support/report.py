"""What every lint shares: where the project is, and how findings are told."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def files(*patterns, under=("src", "tests", "script", "docker", "config")):
    """The project's own files whose names match, made and borrowed ones left out."""
    for folder in under:
        for pattern in patterns:
            for path in sorted((ROOT / folder).rglob(pattern)):
                parts = path.relative_to(ROOT).parts
                if "corpus" in parts or "node_modules" in parts:
                    continue
                if path.is_file():
                    yield path


def finish(name, findings):
    """Prints the findings, each FILE:LINE: WORDS, and ends the program."""
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(f"{name}: {len(findings)} to mend")
    print(f"{name}: passed")
    sys.exit(0)


def expect(name, planted, findings):
    """A lint's own test: each planted fault must be found, and nothing else."""
    rest = list(findings)
    for words in planted:
        found = next((f for f in rest if words in f), None)
        if found is None:
            sys.exit(f"{name}: its own test failed: did not find '{words}'")
        rest.remove(found)
    if rest:
        sys.exit(f"{name}: its own test failed: found besides: {rest}")
