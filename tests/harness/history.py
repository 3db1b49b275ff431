"""What was promised against what has come of it. Knows nothing of the product:
it reads what senders were told, what the destination holds, and what the
website's server has heard."""
import collections
import datetime


def differences(accepted, chats):
    """Accepted ids that no chat carries, that more than one carries, and chats
    that nobody was promised. Three empty lists are the product's promise."""
    made = collections.Counter(chat["session_id"] for chat in chats)
    accepted = set(accepted)
    return {
        "lost": sorted(accepted - set(made)),
        "doubled": sorted(key for key, count in made.items() if count > 1),
        "unexpected": sorted(set(made) - accepted),
    }


def delays(accepted, chats):
    """{id: seconds from being accepted until its chat was made}."""
    made = {chat["session_id"]: datetime.datetime.fromisoformat(chat["created_at"]).timestamp()
            for chat in chats}
    return {key: made[key] - at for key, at in accepted.items() if key in made}


def judge(accepted, chats, news=None, late_s=None):
    """The same of {id: when it was accepted}, in seconds of the wall clock, and:
    late: its chat was made more than late_s seconds after; untold: nobody heard
    of its ticket; mistold: somebody heard of another chat or ticket than it has."""
    found = {**differences(accepted, chats), "late": [], "untold": [], "mistold": []}
    by_id = {chat["session_id"]: chat for chat in chats}
    told = collections.defaultdict(set)
    for each in news or ():
        if each["type"] == "submission.linked":
            told[each["data"]["id"]].add(
                (each["data"]["chat_id"], each["data"]["zendesk_ticket_id"]))
    if late_s is not None:
        found["late"] = [key for key, delay in delays(accepted, chats).items() if delay > late_s]
    for key in accepted:
        chat = by_id.get(key)
        if news is not None and not told[key]:
            found["untold"].append(key)
        if chat and any(pair != (chat["id"], chat["ticket_id"]) for pair in told[key]):
            found["mistold"].append(key)
    return found


def assert_nothing(found):
    """found: of differences() or judge()."""
    assert not any(found.values()), {key: (len(ids), ids[:5]) for key, ids in found.items()}


def assert_exactly_once(accepted, chats, maybe=()):
    """maybe: ids that were stored without our hearing of it (an answer that was
    lost on its way to us); they may have been delivered, but only once."""
    found = differences(accepted, chats)
    found["unexpected"] = [key for key in found["unexpected"] if key not in set(maybe)]
    assert_nothing(found)
