"""A client that enforces what no single test would remember to."""

import sys
from importlib import import_module

import pytest
from django.conf import settings
from django.core.mail.backends import locmem
from django.db import connection
from django.test import Client

from tests import drill

READS = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "EXPLAIN", "SHOW", "PRAGMA")
SESSION_TABLES = ("django_session",)


def refuse_writes(execute, sql, params, many, context):
    if not sql.upper().lstrip().startswith(READS) and not any(table in sql for table in SESSION_TABLES):
        raise AssertionError(f"A GET request must not write: {sql}")
    return execute(sql, params, many, context)


class StrictClient(Client):
    """A GET that writes fails, and so does a page that shows template source."""

    def get(self, *args, **kwargs):
        with connection.execute_wrapper(refuse_writes):
            response = super().get(*args, **kwargs)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/"):
            assert b"{%" not in response.content
            assert b"{{" not in response.content
        return response

    def head(self, *args, **kwargs):
        with connection.execute_wrapper(refuse_writes):
            return super().head(*args, **kwargs)

    def options(self, *args, **kwargs):
        with connection.execute_wrapper(refuse_writes):
            return super().options(*args, **kwargs)


@pytest.fixture
def tell(request, capsys):
    """Say what a chaos test counted, whether it passes or not, and keep it in a drill."""

    def say(**figures):
        with capsys.disabled():
            print(f"\n{request.node.name}: {figures}")  # noqa: T201
        drill.note(request.node.nodeid, figures)

    return say


@pytest.fixture
def client():
    return StrictClient()


@pytest.fixture(autouse=True, scope="session")
def load_every_view():
    """Before any test moves the clock: a view that is imported under a moved clock would keep it for all others."""
    import_module(settings.ROOT_URLCONF)


@pytest.fixture(autouse=True)
def keep_files_apart(settings, tmp_path):
    """Whatever a test leaves on disk, it leaves in its own folder."""
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.OUTBOX_DOORBELL = str(tmp_path / "doorbell")


@pytest.fixture(autouse=True)
def only_the_outbox_sends(monkeypatch):
    """A mail that goes past the outbox fails the test that sent it."""
    send = locmem.EmailBackend.send_messages

    def watched(backend, mails):
        frame = sys._getframe()
        while frame and not frame.f_code.co_filename.endswith("notifications/delivery.py"):
            frame = frame.f_back
        assert frame, "This mail went past the outbox."
        return send(backend, mails)

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", watched)
