"""script/chaos: a storm of kills as long as one likes, on the binary named by
AFTERHOURS_TEST_BINARY."""
import argparse
import pathlib
import secrets
import shlex
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from harness.by_hand import judge_at_ctrl_c, last_words
from harness.processes import BINARY, Nursery
from harness.receiver import Receiver
from harness.servers import Redis, Sandbox
from harness.storm import Plan, Storm

ABOUT = """Kills serve, work and Redis with -9 at random while messages come in, and does
worse besides; then says what was lost, doubled, unexpected, late, untold or mistold.
Ctrl-C ends the storm and judges what there is; a second one ends it at once."""

# Its files stay small, so that it is soon back when there was much.
SOON_SMALL = ("--auto-aof-rewrite-min-size", "16mb")


def options():
    parser = argparse.ArgumentParser(
        prog="script/chaos", description=ABOUT,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="of each of the three")
    parser.add_argument("--submissions", type=int, default=10_000,
                        help="spread over the whole storm")
    parser.add_argument("--pause", type=float, default=0.8, metavar="SECONDS",
                        help="between two blows, on the average")
    parser.add_argument("--others", type=int, default=5, metavar="N", help=(
        "of each of the other blows: processes stopped for longer than a lease, ended, "
        "all killed at once; settings read again; Redis or the destination hung; "
        "429; the callbacks' receiver gone"))
    parser.add_argument("--faults", type=float, default=0.01, metavar="SHARE",
                        help="of the destination's answers: 5xx, request lost, answer lost")
    parser.add_argument("--late", type=float, default=120, metavar="SECONDS",
                        help="from being accepted until the chat is made, at most")
    parser.add_argument("--erase-after", default="30d", metavar="TIME",
                        help="how long what is finished is kept, as in the settings")
    parser.add_argument("--journal", action="store_true",
                        help="with the spill journal on, while Redis is away")
    parser.add_argument("--threads", type=int, default=8, help="senders at a time")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31),
                        help="who is struck, and when")
    return parser.parse_args()


def command(asked):
    """What makes the same storm again."""
    said = []
    for name, value in vars(asked).items():
        option = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            said += [option] * value
        else:
            said += [option, str(value)]
    return shlex.join(["script/chaos", *said])


def main():
    asked = options()
    began = time.monotonic()
    print(f"{command(asked)}\n{BINARY}", flush=True)
    folder = tempfile.mkdtemp(prefix="ah-")
    nursery, receiver = Nursery(folder), Receiver()
    reports = ["it was not seen to its end"]
    try:
        plan = Plan(asked.kills, asked.submissions, asked.seed, asked.pause, asked.threads,
                    asked.others, asked.faults, asked.late, asked.erase_after, asked.journal)
        storm = Storm(nursery, Redis(nursery, options=SOON_SMALL),
                      Sandbox(nursery, "--ticket-delay", "300", "--search-lag", "100"),
                      receiver, plan, lambda line: print(line, flush=True))
        judge_at_ctrl_c(storm, "ending the storm; what there is will be judged")
        found = storm.run()
        reports = []
    finally:
        reports += nursery.close()
        receiver.close()
        if reports:
            print("\n".join([*reports, f"logs in {folder}"]), flush=True)
    print("\n".join(storm.measured()))
    for name, ids in found.items():
        print(f"{name:11} {len(ids)} {' '.join(ids[:5])}")
    bad = any(found.values()) or reports
    return last_words(bad, began, folder)


if __name__ == "__main__":
    sys.exit(main())
