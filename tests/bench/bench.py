"""bench.py [--rounds N] TABLE ...: everything of one table in one run, rounds
interleaved, medians, ratios. Timings decide no test."""
import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
os.environ.setdefault("AFTERHOURS_TEST_BINARY",
                      str(HERE.parents[1] / "build" / "release" / "afterhours"))

import deliver  # noqa: E402
import intake  # noqa: E402
import sandbox  # noqa: E402

TABLES = {"intake": intake.run, "deliver": deliver.run, "sandbox": sandbox.run}


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("tables", nargs="*", metavar="TABLE", default=list(TABLES),
                        help=" or ".join(TABLES))
    options = parser.parse_args()
    for name in options.tables:
        if name not in TABLES:
            parser.error(f"no table '{name}'; there are: {', '.join(TABLES)}")
    for name in options.tables:
        print(f"{name}:", flush=True)
        TABLES[name](options.rounds)


main()
