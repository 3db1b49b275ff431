"""Random calls of the Chats API, on both servers, against a model of twenty lines:
whatever was done, every way of asking tells the same. A run is repeated with
AFTERHOURS_TEST_SEED."""
import os
import random

import pytest

from harness.chats import TARGETS, make_relay, make_sandbox
from harness.openapi import Document
from harness.waiting import wait_until

SEED = int(os.environ.get("AFTERHOURS_TEST_SEED") or random.SystemRandom().randrange(10**6))
MOVES = 250
WORDS = ("anchor", "bramble", "cobalt", "dune")


class Model:
    """What should be there: by id, in the order of creation."""

    def __init__(self, target, chance):
        self.target = target
        self.chance = chance
        self.chats = {}
        self.number = 0
        self.feed = f"{target.url}/api/v2/chat/incremental/chats?start_time=0&limit=20"
        self.told = {}

    def some_id(self):
        return self.chance.choice(list(self.chats) or ["nobody"])

    def create(self):
        self.number += 1
        word = self.chance.choice(WORDS)
        chat = self.target.create(message=f"{word} number {self.number}",
                                  email=f"{word}{self.number}@example.org")
        self.chats[chat["id"]] = {"word": word, "unread": True}

    def update(self):
        chat_id, unread = self.some_id(), self.chance.random() < 0.3
        answer = self.target.ask("PUT", f"/chats/{chat_id}", json={"unread": unread})
        assert answer.status_code == (200 if chat_id in self.chats else 404)
        if chat_id in self.chats:
            self.chats[chat_id]["unread"] = unread

    def delete(self):
        chat_id = self.some_id()
        answer = self.target.ask("DELETE", f"/chats/{chat_id}")
        assert answer.status_code == (204 if self.chats.pop(chat_id, None) else 404)

    def delete_some(self):
        ids = [self.some_id() for _ in range(self.chance.randrange(1, 4))]
        assert self.target.ask("DELETE", "/chats", params={"ids": ",".join(ids)}).status_code == 204
        for chat_id in ids:
            self.chats.pop(chat_id, None)

    def look(self):
        ids = [self.some_id() for _ in range(self.chance.randrange(1, 9))] + ["nobody"]
        docs = self.target.ask("GET", "/chats", params={"ids": ",".join(ids)}).json()["docs"]
        assert {chat_id: chat["unread"] for chat_id, chat in docs.items()} == {
            chat_id: self.chats[chat_id]["unread"] for chat_id in ids if chat_id in self.chats}

    def search(self):
        word = self.chance.choice(WORDS)
        found = list(self.pages("/chats/search?q=" + word, "results", "next_url"))
        assert found == [chat_id for chat_id in reversed(self.chats)
                         if self.chats[chat_id]["word"] == word]

    def list(self):
        assert list(self.pages("/chats", "chats", "next_url")) == list(reversed(self.chats))

    def pages(self, path, rows, following):
        while path not in (None, "null"):
            page = self.target.ask("GET", path).json()
            yield from (row["id"] for row in page[rows])
            path = page[following]

    def follow_feed(self):
        """Reads on where it stopped; what is new may be left for later."""
        while True:
            page = self.target.ask("GET", self.feed).json()
            self.feed = page["next_page"]
            self.told.update((chat["id"], chat["unread"]) for chat in page["chats"])
            if page["count"] < 20:
                return

    def check_feed(self):
        """In the end it has told of all, and of each as it is now."""
        def complete():
            self.follow_feed()
            return {chat_id: self.told.get(chat_id) for chat_id in self.chats} == {
                chat_id: chat["unread"] for chat_id, chat in self.chats.items()}
        wait_until(complete, what="the feed to tell of everything")


MAKE = {"sandbox": make_sandbox, "relay": make_relay}
# The more often it stands here, the more often it is done.
KINDS = (*["create"] * 8, *["update"] * 5, *["delete"] * 2, "delete_some", *["look"] * 2, "search",
         "list", *["follow_feed"] * 2)


@pytest.mark.parametrize("kind", TARGETS)
def test_every_way_of_asking_tells_the_same(nursery, kind):
    model = Model(MAKE[kind](nursery, Document()), random.Random(SEED))
    for number in range(MOVES):
        move = model.chance.choice(KINDS)
        try:
            getattr(model, move)()
        except AssertionError as error:
            raise AssertionError(f"AFTERHOURS_TEST_SEED={SEED}, move {number}, {move}") from error
    for last in (model.list, model.search, model.check_feed):
        last()
