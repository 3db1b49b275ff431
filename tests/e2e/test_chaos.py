"""A storm of kills: serve, work and Redis die by -9 again and again while
thousands of messages come in. script/chaos makes longer ones."""
import os
import secrets

import pytest

from harness.history import assert_nothing
from harness.storm import ROLES, Plan, Storm


@pytest.mark.timeout(400)
def test_a_storm_of_kills_loses_doubles_and_hides_nothing(nursery, redis, sandbox, receiver):
    seed = int(os.environ.get("AFTERHOURS_TEST_SEED") or secrets.randbelow(2**31))
    print(f"AFTERHOURS_TEST_SEED={seed}")
    plan = Plan(kills=14, submissions=10_000, seed=seed)
    storm = Storm(nursery, redis, sandbox, receiver, plan, print)
    assert_nothing(storm.run())
    assert storm.killed == dict.fromkeys(ROLES, plan.kills)
    assert len(sandbox.chats()) == plan.submissions
