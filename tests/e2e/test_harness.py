"""The tests' own instruments, against what is published or planted."""
import pytest

from harness.history import assert_exactly_once, differences
from harness.receiver import sign, verify
from harness.waiting import wait_until

# The example of the Standard Webhooks specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
BODY = b'{"test": 2432232314}'
NOW = 1614265330


def test_the_receiver_trusts_the_published_vector():
    assert verify(SECRET, HEADERS, BODY, NOW) is None
    assert sign(SECRET, HEADERS["webhook-id"], NOW, BODY) == HEADERS["webhook-signature"]


@pytest.mark.parametrize("change", [
    {"webhook-id": "msg_other"},
    {"webhook-timestamp": str(NOW + 1)},
    {"webhook-signature": "v1,AAAA"},
    {"webhook-signature": ""},
])
def test_the_receiver_trusts_nothing_else(change):
    assert verify(SECRET, {**HEADERS, **change}, BODY, NOW)


def test_the_receiver_refuses_an_old_message():
    assert verify(SECRET, HEADERS, BODY, NOW + 301) == "its time is too far off"


def test_the_checker_sees_what_is_lost_doubled_and_unexpected():
    chats = [{"session_id": each} for each in ("a", "b", "b", "x")]
    assert differences(["a", "b", "c"], chats) == {
        "lost": ["c"], "doubled": ["b"], "unexpected": ["x"]}
    with pytest.raises(AssertionError):
        assert_exactly_once(["a", "b", "c"], chats)
    assert_exactly_once(["a"], chats[:1])


def test_waiting_tells_what_it_saw_last():
    with pytest.raises(AssertionError, match="the moon.*three"):
        wait_until(lambda: int("three"), 0.05, "the moon")
