"""script/soak: very many submissions through everything, and what it leaves behind,
on the binary named by AFTERHOURS_TEST_BINARY."""
import argparse
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from harness.by_hand import judge_at_ctrl_c, last_words
from harness.hooks import Hooks
from harness.processes import BINARY, Nursery
from harness.receiver import SECRET
from harness.servers import Redis, Sandbox
from harness.soak import Plan, Soak

ABOUT = """Sends very many submissions of every kind through everything: accepted,
delivered, looked for, linked, told, and erased when their keeping time is over. Says
whether memory and descriptors of serve and work stay as they were after the warm-up,
whether Redis is back where it began, and whether anything was lost or doubled.
Ctrl-C ends the sending and judges what there is; a second one ends it at once."""


WARM_LEAST = 30_000  # fewer do not fill what serve and work keep for later


def options():
    parser = argparse.ArgumentParser(
        prog="script/soak", description=ABOUT,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--submissions", type=int, default=1_000_000)
    parser.add_argument("--warm", type=int, default=50_000,
                        help=f"before them, to fill what is kept for later; at least {WARM_LEAST}")
    parser.add_argument("--keep", default="30s", metavar="TIME",
                        help="how long what is finished is kept, as in the settings")
    parser.add_argument("--faults", type=float, default=0.0005, metavar="SHARE",
                        help="of the destination's answers: 5xx, request lost, answer lost")
    parser.add_argument("--flat", type=int, default=1024, metavar="KB",
                        help="what a process, and Redis, may have grown by")
    parser.add_argument("--sample", type=float, default=5, metavar="SECONDS")
    parser.add_argument("--senders", type=int, default=2, help="processes")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.warm < WARM_LEAST:
        parser.error(f"--warm {asked.warm}: growth would be seen that is none; "
                     f"at least {WARM_LEAST} are needed")
    return asked


def show(lines):
    width = max(len(line.name) for line in lines)
    print(f"\n{'':{width}}  {'before':>10}  {'after':>10}")
    for line in lines:
        verdict = ("well" if line.good else "FAILED") + f": {line.bound}" if line.bound else ""
        print(f"{line.name:{width}}  {line.before:10}  {line.after:10}  {verdict}")


def main():
    asked = options()
    began = time.monotonic()
    print(f"{BINARY}\n{' '.join(['script/soak', *sys.argv[1:]])}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ah-"))
    hooks = Hooks(folder, SECRET)
    nursery = Nursery(folder)
    reports = ["it was not seen to its end"]
    try:
        soak = Soak(nursery, Redis(nursery), Sandbox(
            nursery, "--ticket-delay", "1000", "--search-lag", "100"), hooks,
            Plan(submissions=asked.submissions, warm=asked.warm, keep=asked.keep,
                 faults=asked.faults, flat_kb=asked.flat, sample_s=asked.sample,
                 senders=asked.senders, seed=asked.seed),
            lambda line: print(line, flush=True))
        judge_at_ctrl_c(soak, "sending no more; what there is will be judged")
        lines = soak.run()
        reports = []
    finally:
        reports += nursery.close()
        hooks.close()
        if reports:
            print("\n".join([*reports, f"logs in {folder}"]), flush=True)
    show(lines)
    for line in soak.wrong[:10]:
        print(line)
    bad = reports or not all(line.good for line in lines)
    return last_words(bad, began, folder)


if __name__ == "__main__":
    sys.exit(main())
