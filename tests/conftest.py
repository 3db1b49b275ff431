"""Fixtures for the tests of the running binary. Whatever a test starts is ended
with it; when it fails, the logs are shown; a sanitizer's report fails it."""
import shutil
import tempfile

import pytest

from harness.processes import BINARY, Nursery
from harness.receiver import Receiver
from harness.relay import Relay
from harness.servers import Redis, Sandbox


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is not built; script/test builds it, or set "
                    "AFTERHOURS_TEST_BINARY", returncode=4)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(config, items):
    """With several at once: what a file's tests share stays with one of them, any
    other test goes to the next that is free, those that may take long before
    the rest, so that none is left alone with one at the end."""
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        if any(made[-1].scope == "module" for made in item._fixtureinfo.name2fixturedefs.values()):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=longest_first)


def longest_first(item):
    mark = item.get_closest_marker("timeout")
    return -mark.args[0] if mark else 0


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    nursery = getattr(item, "nursery", None) or \
        getattr(item.getparent(pytest.Module), "nursery", None)
    report = outcome.get_result()
    if nursery and report.failed and call.when != "teardown":
        report.sections.append(("the processes' logs", nursery.logs()))


def nursery_of(node):
    folder = tempfile.mkdtemp(prefix="ah-")
    nursery = node.nursery = Nursery(folder)
    yield nursery
    reports = nursery.close()
    logs = nursery.logs()
    shutil.rmtree(folder, ignore_errors=True)
    assert not reports, "\n\n".join([*reports, logs])


@pytest.fixture
def nursery(request):
    """Where a test starts processes."""
    yield from nursery_of(request.node)


@pytest.fixture(scope="module")
def module_nursery(request):
    """Likewise, for all tests of a file: none of them may break what it holds."""
    yield from nursery_of(request.node)


@pytest.fixture
def redis(nursery):
    return Redis(nursery)


@pytest.fixture
def sandbox(nursery):
    return Sandbox(nursery, "--ticket-delay", "300", "--search-lag", "100")


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def make_relay(nursery, redis, sandbox, receiver):
    """A relay with other settings than the usual; nothing is started."""
    def make(**settings):
        return Relay(nursery, redis, sandbox, receiver, settings)
    return make


@pytest.fixture
def relay(make_relay):
    """serve and work, running and ready."""
    relay = make_relay()
    relay.serve, relay.work = relay.start_all()
    return relay
