"""What the planted states are made with."""
NOW = 1700000000000
ID, OTHER = "support-" + "1" * 26, "support-" + "2" * 26
TOKEN = "a" * 32


def ask(store, *sent):
    store.wire.send(sent)
    return [store.wire.reply() for _ in sent]
