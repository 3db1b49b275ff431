"""The table of failures, row 25: a server that is told the same news twice."""
from harness.crew import Crew
from harness.faults import BRISK, failing
from harness.waiting import wait_until


def test_row_25_a_news_told_twice_has_the_same_id(make_relay, nursery, receiver):
    relay = make_relay(**BRISK)
    relay.start("serve")
    relay.wait_ready()
    crew = Crew(relay, "work", 1, **failing(nursery, "flight.answered/callback"))
    accepted = relay.accept()
    twice = wait_until(lambda: [each for each in receiver.seen
                                if len([e for e in receiver.seen if e["id"] == each["id"]]) > 1],
                       what="a news to be told twice")
    assert crew.deaths == 1
    assert {each["data"]["id"] for each in twice} == {accepted["id"]}
    assert twice[0] == twice[1], "the whole body is the same"
    wait_until(lambda: relay.look(accepted)["callback"] == "sent")
    crew.close()
    assert not receiver.wrong
