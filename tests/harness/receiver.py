"""A website's own server, as far as callbacks go: verifies each by Standard
Webhooks 1.0.0 with nothing but its published rules, and keeps it."""
import base64
import hashlib
import hmac
import http.server
import json
import socket
import threading
import time

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ok!").decode()
TOLERANCE = 300


def sign(secret, message_id, timestamp, body):
    """One entry of webhook-signature."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def verify(secret, headers, body, now=None):
    """Why it is not to be trusted; None when it is."""
    message_id, timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
    if not message_id or not timestamp or not headers.get("webhook-signature"):
        return "a header is missing"
    if abs((now or time.time()) - int(timestamp)) > TOLERANCE:
        return "its time is too far off"
    wanted = sign(secret, message_id, timestamp, body)
    if not any(hmac.compare_digest(wanted, given)
               for given in headers["webhook-signature"].split()):
        return "no signature fits"
    return None


class Receiver:
    """Listens from birth; news() is what has come. answer: the status given."""

    def __init__(self, secret=SECRET):
        self.secret = secret
        self.answer = 200
        self.seen = []
        self.wrong = []
        self.links = set()
        self.port = 0
        self.listen()
        self.url = f"http://127.0.0.1:{self.port}/hooks/tickets"

    def listen(self):
        """Again, after close(), on the same port."""
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256  # as many may knock at once

            def process_request(self, request, client_address):
                receiver.links.add(request)
                super().process_request(request, client_address)

            def shutdown_request(self, request):
                receiver.links.discard(request)
                super().shutdown_request(request)

        self.server = Server(("127.0.0.1", self.port), Handler)
        # A sender that is killed leaves a connection behind: no news.
        self.server.handle_error = lambda request, address: None
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, request):
        body = request.rfile.read(int(request.headers["content-length"]))
        reason = verify(self.secret, request.headers, body)
        if reason:
            self.wrong.append((reason, dict(request.headers), body))
        else:
            self.seen.append({"id": request.headers["webhook-id"], **json.loads(body)})
        request.send_response(self.answer if not reason else 401)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def news(self, submission, kind=None):
        return [each for each in list(self.seen) if each["data"]["id"] == submission
                and (kind is None or each["type"] == kind)]

    def close(self):
        """As if it were killed: nobody listens, what was connected is cut."""
        self.server.shutdown()
        self.server.server_close()
        for link in list(self.links):
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
