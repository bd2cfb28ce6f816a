"""A chat's end of a webhook: a real HTTPS server on loopback, with a certificate of its own, that answers as told."""

import datetime as dt
import json
import socketserver
import ssl
import threading
from collections import deque
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "chat.example.org"


def answer(status, headers="", body="ok"):
    return f"HTTP/1.1 {status} Words\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode()


class ChatServer:
    """Takes ``answers`` in order (bytes, or a function of the connection), then says 200 to everything."""

    def __init__(self, certificate):
        self.answers = deque()
        self.requests = []
        self.connections = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        chat = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                chat.connections += 1
                with suppress(OSError):
                    connection = context.wrap_socket(self.request, server_side=True)
                    chat.requests.append(_read_request(connection))
                    reply = chat.answers.popleft() if chat.answers else answer(200)
                    if callable(reply):
                        reply(connection)
                    else:
                        connection.sendall(reply)
                    connection.close()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def place(self):
        return f"{HOST}:{self.port}"

    @property
    def url(self):
        return f"https://{self.place}/hooks/secret-WXYZ"

    @property
    def bodies(self):
        return [json.loads(body) for _head, body in self.requests]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_what):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _read_request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    head, _end, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(4096)
    return head.decode(), body.decode()


@contextmanager
def chat_server(folder, *, names=(HOST,), addresses=("127.0.0.1",)):
    """Writes ``chat.pem``, which is certificate and authority in one, into ``folder``."""
    certificate = folder / "chat.pem"
    certificate.write_bytes(_certificate(names, addresses))
    with ChatServer(certificate) as server:
        server.certificate = certificate
        yield server


def _certificate(names, addresses):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A chat for tests")])
    now = dt.datetime.now(dt.UTC)
    known_as = [*map(x509.DNSName, names), *(x509.IPAddress(ip_address(one)) for one in addresses)]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(known_as), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return secret + certificate.public_bytes(encoding)
