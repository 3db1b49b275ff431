"""Each guard of the queue's functions taken away, one at a time: the random driver
or a planted oddity must notice. A guard nobody misses is either needless or not
tested; harness/mutants.py has the table."""
import re
import time

import pytest

from harness.alike import ALIKE
from harness.driver import Driver
from harness.mutants import BY_ODDITY, MUTANTS, all_mutants
from harness.oddities import try_all
from harness.pretend import Broken
from harness.processes import ROOT
from harness.store import Store
from harness.wire import texts

SEEDS = range(1, 9)
OPERATIONS, RESTART_EVERY = 6000, 600
PARTS = 4  # of the mutants, played side by side


def noticed(store, name, files):
    """What was noticed, if anything."""
    try:
        if name in BY_ODDITY:
            try_all(store, files)
            return None
        for seed in SEEDS:
            driver = Driver(store, seed, files)
            driver.run(OPERATIONS, RESTART_EVERY)
            driver.come_to_rest()
    except Broken as broken:
        return str(broken)
    return None


class Unfenced(Driver):
    """Its workers send after their own deadline."""
    fence = False


class Impatient(Driver):
    """One look that finds nothing is enough for them."""
    patience = False


class Silent(Driver):
    """They post without a word to Redis."""
    intending = False


@pytest.mark.parametrize("kind", (Unfenced, Impatient, Silent))
def test_a_worker_without_its_guard_is_noticed(nursery, kind):
    driver = kind(Store(nursery, fsync="no"), SEEDS[0])
    with pytest.raises(Broken, match="was sent twice|a post is forgotten"):
        driver.run(200000, restart_every=200000)


@pytest.mark.parametrize("ledger,file,old,new,said", ALIKE, ids=[row[0].__name__ for row in ALIKE])
def test_a_promise_is_kept_by_more_than_the_ledger(nursery, ledger, file, old, new, said):
    files = texts()
    assert files[file].count(old) == 1
    files[file] = files[file].replace(old, new)
    driver = Driver(Store(nursery, fsync="no"), SEEDS[0], files, ledger)
    with pytest.raises(Broken, match=said):
        driver.run(60000, restart_every=60000)


def test_each_guard_of_the_model_has_its_mutant():
    model = (ROOT / "tests/model/queue.pml").read_text()
    rows = re.findall(r"^\| `([A-Z]+)` \|.*\|(.*)\|$", (ROOT / "tests/model/README.md").read_text(),
                      re.M)
    guards = set(re.findall(r"^#ifndef ([A-Z]+)", model, re.M)) - {"REACH", "LOST"}
    assert {name for name, _ in rows} == guards
    for name, mutants in rows:
        named = re.findall(r'"([^"]+)"', mutants)
        assert named or "the driver's worker" in mutants, name
        assert set(named) <= set(MUTANTS), name


def test_what_no_move_makes_disturbs_nothing(nursery):
    try_all(Store(nursery, fsync="no"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_guard_is_missed_when_it_is_gone(nursery, part):
    store, survivors, count = Store(nursery, fsync="no"), [], 0
    for name, files in list(all_mutants(texts()))[part::PARTS]:
        began = time.monotonic()
        broken = noticed(store, name, files)
        count += 1
        told = " ".join(broken.split())[:160] if broken else "NOTHING"
        print(f"{name} ({time.monotonic() - began:.1f} s): {told}")
        if not broken:
            survivors.append(name)
    print(f"{count} mutants, {len(survivors)} survived")
    assert not survivors, survivors
