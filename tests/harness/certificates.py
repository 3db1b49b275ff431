"""Certificates that are wrong in one way each, made with openssl."""
import ssl
import subprocess

NAME = "localhost"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """One that a test trusts: `certificate` is the file to name as ca."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.certificate, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                f"/CN={name}", "-out", self.certificate, "-keyout", self.key)

    def issue(self, name, host=NAME, digest="sha256", days=2):
        """A certificate for that host, and its key; days < 0: it has run out."""
        paths = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        request, more = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        more.write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}",
                "-out", request, "-keyout", paths[1])
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", f"-{digest}", "-days", days, "-extfile", more,
                "-out", paths[0])
        return paths


def server(paths, newest=None):
    """The context of a server with that certificate. newest: the newest version of
    TLS it speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    if newest:
        context.minimum_version = newest
        context.maximum_version = newest
    context.load_cert_chain(*paths)
    return context
