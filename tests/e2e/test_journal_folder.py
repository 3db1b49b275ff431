"""What becomes of the journal when its folder goes away under it, or its disk is
full: nothing is promised that nobody will find."""
import re
import shutil

import pytest

from harness.disk import Disk
from harness.history import assert_exactly_once
from harness.journal import away, drained, files, folder, records, verbose
from harness.processes import BINARY
from harness.waiting import wait_until

JOURNAL = {"enabled": True}


@pytest.fixture
def relay(make_relay):
    return make_relay(journal=JOURNAL, redis={"timeout": "1s"}, log={"level": "debug"})


def remove(relay):
    shutil.rmtree(folder(relay))


def rename(relay):
    folder(relay).rename(folder(relay).with_name("elsewhere"))


def rename_the_file(relay):
    path, = files(relay)
    path.rename(path.with_name("kept.for.later"))


GONE = {"removed": remove, "renamed": rename, "file renamed": rename_the_file}


def on_disk(relay):
    """The ids of those that another process would find."""
    return sorted(each["id"] for path in files(relay) for each in records(path))


def ids_of(relay, *messages):
    return [relay.accept(each)["id"] for each in messages]


@pytest.mark.parametrize("gone", GONE)
def test_what_is_promised_survives_its_folder_and_its_process(relay, redis, sandbox, gone):
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    ids = ids_of(relay, "one", "two")
    GONE[gone](relay)
    ids += ids_of(relay, "three")
    assert ids[2] in on_disk(relay), "on disk before it was promised"
    wait_until(lambda: on_disk(relay) == sorted(ids), what="all to be in a file of that folder")
    wait_until(lambda: serve.logged("journal_rewritten .*count=2"), what="the log to tell")
    assert serve.count_logged("journal_lost") == 1
    serve.kill()
    redis.start()
    relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 3, what="all to be delivered")
    assert_exactly_once(ids, sandbox.chats())


def test_what_was_promised_is_written_anew_though_nobody_posts(relay, redis):
    relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    ids = ids_of(relay, "one", "two")
    remove(relay)
    wait_until(lambda: on_disk(relay) == sorted(ids), what="both to be in a file again")


def test_an_orderly_end_leaves_nothing_in_a_file_that_is_gone(relay, redis):
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    ids = ids_of(relay, "one", "two")
    remove(relay)
    assert serve.stop() == 0
    assert on_disk(relay) == sorted(ids)


def test_a_folder_that_went_while_nothing_waited_is_made_again(relay, redis):
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    remove(relay)
    away(relay, redis)
    ids = ids_of(relay, "one")
    assert on_disk(relay) == ids and folder(relay).stat().st_mode & 0o777 == 0o700
    assert serve.logged("journal_folder_made")


def test_what_nobody_would_find_is_not_promised(relay, redis, sandbox):
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    ids = ids_of(relay, "one", "two")
    rename(relay)
    folder(relay).write_text("in its place")
    assert [relay.post(each).status_code for each in "34"] == [503, 503]
    assert not relay.ready() and "[-] journal: takes nothing" in verbose(relay)
    assert serve.count_logged("journal_failed") == 1
    wait_until(lambda: serve.logged("journal_lost .*count=2"), what="the log to count them")
    wait_until(lambda: serve.logged("journal_not_rewritten .*count=2"), what="the same")
    redis.start()
    relay.start("work")
    wait_until(lambda: len(sandbox.chats()) == 2, what="both to be delivered")
    assert_exactly_once(ids, sandbox.chats())
    assert serve.count_logged("journal_lost") == serve.count_logged("journal_not_rewritten") == 1


def test_a_full_disk_is_told_of_until_something_was_written(relay, redis):
    disk = Disk(relay.nursery, folder(relay), "1m")
    serve = relay.nursery.start("serve", [*disk.inside(), BINARY, "serve", "--child",
                                          "--config", relay.path])
    relay.wait_ready()
    away(relay, redis)
    disk.run("sh", "-c", f"cat /dev/zero > {folder(relay)}/ballast")
    assert [relay.post(each).status_code for each in "12"] == [503, 503]
    for trials in (1, 3):
        wait_until(lambda n=trials: serve.count_logged("journal_tried") >= n, what="trials")
        assert not relay.ready() and "[-] journal: takes nothing" in verbose(relay)
    assert serve.count_logged("journal_failed") == 1

    redis.start()
    wait_until(lambda: "[+] queue: ok" in verbose(relay), what="Redis to be back")
    assert relay.ready() and "[-] journal: takes nothing" in verbose(relay)
    check = disk.run(BINARY, "check", "--config", relay.path)
    assert check.returncode == 1
    assert re.search(r"wrong +journal .*No space left on device", check.stdout.decode())
    tried = serve.count_logged("journal_tried")
    wait_until(lambda: serve.count_logged("journal_tried") > tried, what="a trial in between")
    away(relay, redis)
    assert [relay.post(each).status_code for each in "12"] == [503, 503]
    assert serve.count_logged("journal_failed") == 2, "once for each outage"

    disk.run("rm", f"{folder(relay)}/ballast")
    wait_until(lambda: "[+] journal: takes messages" in verbose(relay), what="it to take again")
    assert serve.count_logged("journal_recovered") == 1
    assert relay.accept()["durability"] == "journal"
    left = disk.run("ls", "-A", folder(relay)).stdout.decode().split()
    assert len(left) == 1 and left[0].startswith("journal-"), left


def test_a_serve_that_starts_on_a_full_disk_says_so(relay, redis):
    disk = Disk(relay.nursery, folder(relay), "1m")
    disk.run("sh", "-c", f"cat /dev/zero > {folder(relay)}/ballast")
    redis.stop()
    serve = relay.nursery.start("serve", [*disk.inside(), BINARY, "serve", "--child",
                                          "--config", relay.path])
    wait_until(lambda: serve.logged("journal_failed .*No space left"), what="the log to tell")
    assert not relay.ready() and "[-] journal: takes nothing" in verbose(relay)
