#!/usr/bin/env python3
"""Checks the queue's protocol with spin: whole, and without each guard.

Every run is one line: which guards were off, what was expected, how many
states were looked at. Ends with 1 when one does not come out as expected.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).resolve().parent / "queue.pml"

# What is switched off or on, and whether the claims must hold then.
RUNS = [
    # The private Redis: fsync always. Nothing can be lost by a restart, so the
    # waiting and the looking after one are left out, as meeting.c does.
    ({"GRACE": 0, "SUSPECT": 0}, True),
    ({}, True),
    # Without always an accepted submission may vanish with a restart (which
    # the claim about the sender finds); LOST=1 leaves that claim out, and then
    # a second chat is still ruled out, by these two guards.
    ({"ALWAYS": 0}, False),
    ({"ALWAYS": 0, "LOST": 1}, True),
    ({"ALWAYS": 0, "LOST": 1, "GRACE": 0}, False),
    ({"ALWAYS": 0, "LOST": 1, "SUSPECT": 0}, False),
    # The model does something: a submission can be finished in it.
    ({"REACH": 1}, False),
    # Each guard by itself.
    ({"INTEND": 0}, False),
    ({"LOOK": 0}, False),
    ({"PATIENCE": 0}, False),
    ({"FENCE": 0}, False),
    ({"TOKEN": 0}, False),
    ({"PROOF": 0}, False),
    ({"KEEP": 0}, False),
    ({"KNOWN": 0}, False),
]


def build(folder, defines):
    flags = [f"-D{name}={value}" for name, value in defines.items()]
    subprocess.run(["spin", *flags, "-a", str(MODEL)], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["cc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c"], cwd=folder, check=True)


def run(defines):
    """Whether the claims hold, and how many states there were."""
    with tempfile.TemporaryDirectory(prefix="afterhours-model-") as folder:
        build(folder, defines)
        said = subprocess.run(["./pan", "-m1000000", "-w24"], cwd=folder,
                              stdout=subprocess.PIPE, check=True,
                              text=True).stdout
    if "max search depth too small" in said or "out of memory" in said:
        sys.exit("the search was cut short:\n" + said)
    errors = int(re.search(r"errors: (\d+)", said).group(1))
    states = re.search(r"([\d.e+]+) states, stored", said).group(1)
    return errors == 0, int(float(states))


def guards_left_out():
    """Guards of the model that no run takes away and sees fail."""
    guards = set(re.findall(r"^#ifndef ([A-Z]+)", MODEL.read_text(), re.M)) - {"REACH", "LOST"}
    return guards - {name for defines, expected in RUNS if not expected
                     for name, value in defines.items() if value == 0}


def main():
    wrong = 0
    if guards_left_out():
        sys.exit(f"no run takes away {', '.join(sorted(guards_left_out()))}: add it to RUNS")
    if not shutil.which("spin"):
        sys.exit("spin is not installed: run script/setup")
    for defines, expected in RUNS:
        holds, states = run(defines)
        name = " ".join(f"{k}={v}" for k, v in defines.items()) or "as shipped"
        verdict = "holds" if holds else "fails"
        if holds != expected:
            wrong += 1
            verdict += ", which is NOT as it must be"
        print(f"{name}: {verdict} ({states} states)", flush=True)
    print(f"model: {wrong} wrong" if wrong else "model: passed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
