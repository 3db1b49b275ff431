"""The relay under test: its settings, its processes, and a sender's view."""
import secrets

import requests
import yaml

from .processes import environment, free_port, run
from .waiting import wait_until

ORIGIN = "https://www.example.com"

# Impatient, so that a test sees the end of every wait.
DESTINATION = {
    "budget_per_minute": 0,
    "request_timeout": "1500ms",
    "lease": "4s",
    "search_patience": "2s",
    "look_interval": "500ms",
    "ticket_first": "200ms",
    "retry": {"base": "100ms", "cap": "1s"},
    "breaker": {"probe": "100ms", "cap": "500ms"},
}


def merge(base, more):
    """more's values over base's, block by block; None takes a name away."""
    merged = dict(base)
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        elif value is None:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged


class Relay:
    """One settings file, and the processes that were started on it."""

    def __init__(self, nursery, redis=None, sandbox=None, receiver=None, settings=None):
        self.nursery = nursery
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.path = nursery.folder / "afterhours.yaml"
        self.http = requests.Session()
        nursery.sessions.append(self.http)
        self.settings = merge(self.defaults(redis, sandbox, receiver), settings or {})
        self.write(self.settings)

    def defaults(self, redis, sandbox, receiver):
        form = {"destination": "support", "public": True,
                "origins": [ORIGIN, self.url]}
        if receiver:
            form["callback"] = {
                "url": receiver.url, "secret": receiver.secret,
                "events": ["delivered", "linked", "unlinked", "failed"],
                "allow_networks": ["127.0.0.0/8"]}
        settings = {
            "listen": f"127.0.0.1:{self.port}",
            "public_url": self.url,
            "data_dir": str(self.nursery.folder / "data"),
            "secret": secrets.token_hex(32),
            "processes": {"serve": 1, "work": 1},
            "destinations": {"support": dict(DESTINATION)},
            "forms": {"contact": form},
        }
        if redis:
            settings["redis"] = {"url": redis.url, "timeout": "2s"}
        if sandbox:
            settings["destinations"]["support"].update(
                base_url=sandbox.url, token=sandbox.TOKEN)
        return settings

    def write(self, settings):
        self.path.write_text(yaml.safe_dump(settings, sort_keys=False))

    def start(self, command, *options, name=None, env=None, binary=None):
        """serve, work or up, on this settings file; binary: of another version."""
        return self.nursery.afterhours(name or command, command, "--config",
                                       self.path, *options, env=env, binary=binary)

    def start_all(self):
        """serve and one work process, ready."""
        serve, work = self.start("serve"), self.start("work")
        self.wait_ready()
        wait_until(lambda: work.logged(r"\bworking\b"), what="work to have begun")
        return serve, work

    def run(self, *arguments, timeout=60):
        """A command of the binary on these settings, run to its end."""
        return run(*arguments, "--config", self.path, folder=self.nursery.folder,
                   timeout=timeout, env=environment())

    def ready(self):
        return self.http.get(f"{self.url}/readyz", timeout=5).status_code == 200

    def wait_ready(self, timeout=30):
        wait_until(self.ready, timeout, "the relay to be ready")

    def post(self, message="Good evening", email="ada@example.org", form="contact",
             headers=None, **fields):
        """A page's script hands in a message."""
        return self.http.post(
            f"{self.url}/f/{form}", json={"message": message, "email": email, **fields},
            headers={"Origin": ORIGIN, **(headers or {})}, timeout=20)

    def accept(self, message="Good evening", **fields):
        """The same, and it must be taken: the answer's JSON."""
        answer = self.post(message, **fields)
        assert answer.status_code == 202, (answer.status_code, answer.text)
        return answer.json()

    def look(self, accepted):
        answer = self.http.get(accepted["status_url"], timeout=20)
        answer.raise_for_status()
        return answer.json()

    def wait_state(self, accepted, state="linked", timeout=30):
        """The submission's JSON once it is in that state."""
        def there():
            found = self.look(accepted)
            assert found["state"] == state, found
            return found
        return wait_until(there, timeout, f"state {state}")
