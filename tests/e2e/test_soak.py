"""Thousands of submissions through everything, until nothing is left of them.
script/soak sends a million, and holds memory to tighter bounds."""
import pytest

from harness.hooks import Hooks
from harness.receiver import SECRET
from harness.servers import Sandbox
from harness.soak import Plan, Soak

ASAN_KB = 24 * 1024  # a sanitized binary's own books


@pytest.mark.timeout(300)
def test_thousands_through_everything_leave_nothing_behind(nursery, redis):
    hooks = Hooks(nursery.folder, SECRET)
    sandbox = Sandbox(nursery, "--ticket-delay", "500", "--search-lag", "100")
    plan = Plan(submissions=3000, warm=700, keep="5s", flat_kb=ASAN_KB, sample_s=0.5,
                rest_s=90, pooled=96, in_use=96)
    try:
        soak = Soak(nursery, redis, sandbox, hooks, plan, print)
        lines = soak.run()
    finally:
        hooks.close()
    assert not [line for line in lines if not line.good], soak.wrong[:5]
    assert len(soak.promised) > plan.submissions
    assert len(hooks.told()[0]) > plan.submissions / 5
