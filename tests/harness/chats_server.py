"""A Chats API that answers as a test says, to the letter: pages, limits,
oddities. What it was asked is kept."""
import http.server
import json
import threading
import urllib.parse


class ChatsServer:
    """answers: called with (path, query, body); gives (status, headers, body),
    where a body that is no text becomes JSON, or None to end the connection."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.tokens = set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer leaves in one piece

            def answer(self):
                outer.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        parts = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        self.asked.append(f"{request.command} {request.path}")
        self.tokens.add(request.headers.get("Authorization"))
        told = self.answers(parts.path, query, body)
        if told is None:
            request.close_connection = True
            return
        status, headers, text = told
        if not isinstance(text, str):
            text = json.dumps(text)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(text.encode())))
        request.end_headers()
        request.wfile.write(text.encode())

    def close(self):
        self.server.shutdown()
        self.server.server_close()
