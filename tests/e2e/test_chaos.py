"""A storm of kills: serve, work and Redis die by -9 again and again while
thousands of messages come in, and worse besides. script/chaos makes longer ones."""
import os
import secrets

import pytest

from harness.blows import KILLED
from harness.history import assert_nothing
from harness.storm import Plan, Storm


@pytest.mark.timeout(400)
def test_a_storm_of_kills_loses_doubles_and_hides_nothing(nursery, redis, sandbox, receiver):
    seed = int(os.environ.get("AFTERHOURS_TEST_SEED") or secrets.randbelow(2**31))
    print(f"AFTERHOURS_TEST_SEED={seed}")
    plan = Plan(kills=14, submissions=10_000, seed=seed, pause_s=0.45, others=1, faults=0.005,
                erase_after="10s")
    storm = Storm(nursery, redis, sandbox, receiver, plan, print)
    assert_nothing(storm.run())
    assert storm.killed == dict.fromkeys(KILLED, plan.kills)
    assert storm.dealt == dict.fromkeys(storm.blows.others, 1)
    assert len(sandbox.chats()) == plan.submissions
