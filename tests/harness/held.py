"""Many submissions at once, put into the relay's Redis by the very function that
accepts them, as fast as Redis takes them."""
import json
import time

from .wire import key

EACH = 50  # in one call
ACCEPT = ("all", "due:deliver", "held", "meta", "bell", "at", "upd")
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WORDS = ("chocolate", "invoice", "delivery", "refund", "colour", "address", "order", "weather")


def crockford(number, length):
    text = ""
    for _ in range(length):
        text = DIGITS[number % 32] + text
        number //= 32
    return text


def body(chat_id, at, number):
    """As a contact form makes it."""
    day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at // 1000))
    return json.dumps({
        "visitor": {"id": "", "name": f"Visitor {number}", "email": f"v{number}@example.org",
                    "phone": "", "notes": ""},
        "message": f"Good evening, this is about my {WORDS[number % len(WORDS)]}, number "
                   f"n{number}.\n\nIt has been on my mind for a while now, and I would "
                   "like to hear from you when you have found the time.\n\nCompany: Example",
        "type": "offline_msg", "session": {
            "id": chat_id, "start_date": day, "end_date": day, "ip": "192.0.2.7",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},
        "timestamp": at // 1000}, separators=(",", ":"))


class Loader:
    """first_at: of the first one, in ms; each is step_ms later than the last."""

    def __init__(self, client, first_at, step_ms):
        self.client, self.first_at, self.step_ms = client, first_at, step_ms

    def at(self, number):
        return self.first_at + number * self.step_ms

    def id(self, number):
        return f"support-{crockford(self.at(number), 10)}{crockford(number, 16)}"

    def load(self, count):
        shared = [key(name) for name in ACCEPT]
        pipeline = self.client.pipeline(transaction=False)
        for start in range(0, count, EACH):
            keys, arguments = list(shared), [0, 0]
            for number in range(start, min(start + EACH, count)):
                chat_id, at = self.id(number), self.at(number)
                keys += [key("item:", chat_id), key("body:", chat_id), key("key:"), key("mail:"),
                         key("gone:", chat_id)]
                arguments += [chat_id, 1, "", "", 1, "", body(chat_id, at, number), at, at,
                              4, "keep", 86400000, "form", "contact"]
            pipeline.execute_command("FCALL", "ah3_accept", len(keys), *keys, *arguments)
            if start // EACH % 40 == 39:
                pipeline.execute()
        pipeline.execute()
