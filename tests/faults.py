"""Servers that misbehave on purpose: a mail server that follows a script, a proxy that cuts or freezes a connection."""

import socket
import socketserver
import threading
import time
from contextlib import contextmanager

HANG, DROP = "hang", "drop"
CHUNK = 65_536


class _Dialogue(socketserver.StreamRequestHandler):
    """One SMTP connection: every step has its answer, a pause before it, or an end instead of it."""

    def handle(self):
        self.server.connections += 1
        if not self.say("greeting", "220 ready"):
            return
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper()
            if verb == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if verb == "EHLO":
                answered = self.say(verb, "\r\n".join(self.server.extensions()))
            elif verb == "DATA":
                answered = self.say(verb, "354 go on") and self.take()
            else:
                answered = self.say(verb, "220 go on" if verb == "STARTTLS" else "250 ok")
            if not answered:
                return

    def take(self):
        if self.server.script.get("text") == DROP:
            self.rfile.readline()
            return False
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if not self.say("end", "250 taken"):
            return False
        if self.server.script.get("end", "250").startswith("250"):
            self.server.taken.append(b"".join(lines))
        return True

    def say(self, step, usual):
        answer = self.server.script.get(step, usual)
        if answer == DROP:
            return False
        if answer == HANG:
            self.server.released.wait(20)
            return False
        if isinstance(answer, float):
            self.server.released.wait(answer)
            answer = usual
        self.wfile.write(answer.encode() + b"\r\n")
        return True


class ScriptedSmtp(socketserver.ThreadingTCPServer):
    """``script``: step (greeting, EHLO, AUTH, MAIL, RCPT, DATA, text, end) → answer, seconds to wait, HANG or DROP."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, script, port=0):
        super().__init__(("127.0.0.1", port), _Dialogue)
        self.script = script
        self.port = self.server_address[1]
        self.taken = []
        self.connections = 0
        self.released = threading.Event()

    def extensions(self):
        wanted = ["AUTH PLAIN", *(["STARTTLS"] if "STARTTLS" in self.script else [])]
        offered = ["test.example", *self.script.get("offers", wanted)]
        return [*(f"250-{name}" for name in offered[:-1]), f"250 {offered[-1]}"]

    def handle_error(self, request, client_address):
        """The other side hung up: what these tests are about."""


@contextmanager
def scripted_smtp(script=None, port=0):
    server = ScriptedSmtp(dict(script or {}), port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class FaultProxy:
    """Passes bytes on between a client and ``port`` until it is told to freeze, to cut, or to refuse.

    Frozen, it takes connections and bytes and says nothing: what a stopped server looks like from outside.
    """

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.flowing = threading.Event()
        self.flowing.set()
        self.is_refusing = self.is_closed = False
        self.sockets = []
        threading.Thread(target=self._listen, daemon=True).start()

    def freeze(self):
        self.flowing.clear()

    def refuse(self):
        """Cut what is connected and turn everybody away."""
        self.is_refusing = True
        self._cut()

    def repair(self):
        self.is_refusing = False
        if not self.flowing.is_set():
            self._cut()
        self.flowing.set()

    def close(self):
        self.is_closed = True
        self.listener.close()
        self.flowing.set()
        self._cut()

    def _cut(self):
        for end in self.sockets:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.sockets.clear()

    def _listen(self):
        while not self.is_closed:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            if self.is_refusing:
                client.close()
                continue
            server = socket.create_connection(self.target)
            self.sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source, sink):
        try:
            while chunk := source.recv(CHUNK):
                self.flowing.wait()
                sink.sendall(chunk)
        except OSError:
            pass
        finally:
            for end in (source, sink):
                end.close()


@contextmanager
def fault_proxy(target):
    proxy = FaultProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


def eventually(condition, *, seconds):
    """True as soon as it holds, False when it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
