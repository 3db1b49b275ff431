"""What was promised against what has come of it."""
import collections


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


def assert_exactly_once(accepted, chats, maybe=()):
    """maybe: ids that were stored without our hearing of it (an answer that was
    lost on its way to us); they may have been delivered, but only once."""
    found = differences(accepted, chats)
    found["unexpected"] = [key for key in found["unexpected"] if key not in set(maybe)]
    assert not any(found.values()), {key: (len(ids), ids[:5]) for key, ids in found.items()}
