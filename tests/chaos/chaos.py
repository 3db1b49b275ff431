"""script/chaos: a storm of kills as long as one likes, on the binary named by
AFTERHOURS_TEST_BINARY."""
import argparse
import pathlib
import secrets
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from harness.processes import BINARY, Nursery
from harness.receiver import Receiver
from harness.servers import Redis, Sandbox
from harness.storm import Plan, Storm


def options():
    parser = argparse.ArgumentParser(prog="script/chaos", description=(
        "Kills serve, work and Redis with -9 at random while messages come in, then "
        "says what was lost, doubled, unexpected, untold or mistold."))
    parser.add_argument("--kills", type=int, default=50, help="of each of the three")
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--pause", type=float, default=0.8, metavar="SECONDS",
                        help="between two kills, on the average")
    parser.add_argument("--threads", type=int, default=8, help="senders at a time")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31),
                        help="who is killed, and when")
    return parser.parse_args()


def main():
    asked = options()
    began = time.monotonic()
    print(f"{BINARY}\nscript/chaos --kills {asked.kills} --submissions {asked.submissions} "
          f"--pause {asked.pause} --threads {asked.threads} --seed {asked.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="ah-")
    nursery, receiver = Nursery(folder), Receiver()
    reports = []
    try:
        plan = Plan(asked.kills, asked.submissions, asked.seed, asked.pause, asked.threads)
        storm = Storm(nursery, Redis(nursery),
                      Sandbox(nursery, "--ticket-delay", "300", "--search-lag", "100"),
                      receiver, plan, lambda line: print(line, flush=True))
        found = storm.run()
    finally:
        reports = nursery.close()
        receiver.close()
    for name, ids in found.items():
        print(f"{name:10} {len(ids)} {' '.join(ids[:5])}")
    for report in reports:
        print(report)
    bad = any(found.values()) or reports
    print(f"{'FAILED' if bad else 'passed'} in {time.monotonic() - began:.0f} s"
          + (f"; logs in {folder}" if bad else ""))
    if not bad:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
