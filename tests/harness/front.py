"""A TLS front before a server: what a program meets that says https. It can give
a token to those that send none, and keeps what was answered."""
import http.client
import http.server
import ssl
import subprocess
import threading
import urllib.parse


def certificate(folder):
    """A self-signed one for localhost: the paths of it and of its key."""
    paths = folder / "front.crt", folder / "front.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-out", paths[0], "-keyout", paths[1]],
                   check=True, capture_output=True)
    return paths


class Front:
    """Listens from birth. token: for requests without one. answers: the path,
    status and body of each."""

    def __init__(self, url, folder):
        self.port_behind = urllib.parse.urlsplit(url).port
        self.token = None
        self.answers = []
        self.certificate, key = certificate(folder)
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                front.pass_on(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host = f"localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def pass_on(self, request):
        headers = dict(request.headers)
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        behind = http.client.HTTPConnection("127.0.0.1", self.port_behind, timeout=20)
        behind.request("GET", request.path, headers=headers)
        answer = behind.getresponse()
        body = answer.read()
        behind.close()
        self.answers.append((request.path, answer.status, body.decode()))
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "date", "content-length"):
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def environment(self):
        """With which the usual clients trust the certificate."""
        return dict.fromkeys(("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE",
                              "NODE_EXTRA_CA_CERTS"), str(self.certificate))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
