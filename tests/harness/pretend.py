"""The destination as the random driver pretends it: it makes a chat of every post
that reaches it, however late, shows it in its search later still, and counts."""

FLIGHT_MS = 2000  # a post is on its way no longer
LAG_MS = 3000     # so long the search does not show what landed
LOOK_MS = 6000    # between two looks, and from a post to "it did not land"


class Broken(AssertionError):
    """A promise that was not kept."""


def promise(kept, *words):
    if not kept:
        raise Broken(" ".join(str(word) for word in words))


class Zendesk:
    def __init__(self):
        self.flying, self.landed = [], {}  # id: when it landed
        self.made = 0

    def post(self, item_id, now, flight):
        """A post that lands, after so long."""
        self.flying.append((now + flight, item_id))
        self.step(now)

    def step(self, now):
        """Whatever has arrived by now makes a chat, and never a second one."""
        arrived = [each for each in self.flying if each[0] <= now]
        if arrived:
            self.flying = [each for each in self.flying if each[0] > now]
        for at, item_id in sorted(arrived):
            promise(item_id not in self.landed, item_id, "was sent twice")
            self.landed[item_id] = at
            self.made += 1

    def shows(self, item_id, now):
        return item_id in self.landed and self.landed[item_id] + LAG_MS <= now

    def may_hold(self, item_id):
        """A chat of it is there, or on its way."""
        return item_id in self.landed or any(each[1] == item_id for each in self.flying)
