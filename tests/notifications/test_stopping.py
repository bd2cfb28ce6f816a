"""Whoever is asked to stop finishes the message in hand and gives the rest back: nothing waits for a lease to end."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.drill import note, size
from tests.faults import eventually
from tests.notifications.owing import ask, owe, states
from tests.servers import ROOT, scratch_postgres, smtp_sink

MESSAGES = size(60, 300)
STOPS = size(1, 5)
LOOP = ["manage.py", "outbox_run", "--loop"]
WORKER = ["-m", "celery", "-A", "partnerships", "worker", "--beat", "--loglevel", "WARNING", "--concurrency", "1"]
DISPATCHERS = {
    "loop": LOOP,
    "worker that forks": [*WORKER, "--pool", "prefork"],
    "worker with threads": [*WORKER, "--pool", "threads"],
}


@pytest.fixture(scope="module")
def database():
    with scratch_postgres() as url:
        yield url


@pytest.fixture
def url(database):
    """With an empty outbox."""
    ask(database, "DELETE FROM notifications_message")
    return database


@contextmanager
def dispatcher(command, environment):
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.chaos
@pytest.mark.postgresql
@pytest.mark.parametrize("kind", DISPATCHERS)
def test_nothing_is_left_half_done(kind, url, tmp_path):
    taken, seconds = [], []
    with smtp_sink(seconds=0.15) as sink:
        environment = {"DATABASE_URL": url, "EMAIL_URL": sink.url, "VAR_DIR": str(tmp_path), "PYTHONWARNINGS": "ignore"}
        for stop in range(STOPS):
            owe(environment, name=f"stop{stop}-", count=MESSAGES)
            before = len(sink.envelopes)
            with dispatcher(DISPATCHERS[kind], environment) as process:
                began = eventually(lambda so_far=before: len(sink.envelopes) >= so_far + 3, seconds=60)
                asked = time.monotonic()
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=30)
                seconds.append(round(time.monotonic() - asked, 1))
            left = states(url)
            taken.append(len(sink.envelopes) - before)

            assert began
            assert left.get("sending", 0) == 0
            assert left["pending"] > 0
            assert left["sent"] == len(sink.envelopes)
    note("stopping", {"dispatcher": kind, "stops": STOPS, "seconds": seconds, "sent before": taken, "left sending": 0})


@pytest.mark.chaos
@pytest.mark.postgresql
def test_account_mail_overtakes_a_long_queue(url, tmp_path):
    with smtp_sink(seconds=0.05) as sink:
        environment = {"DATABASE_URL": url, "EMAIL_URL": sink.url, "VAR_DIR": str(tmp_path), "PYTHONWARNINGS": "ignore"}
        invitations, codes = size(300, 500), size(5, 20)
        owe(environment, name="invited", count=invitations)
        with dispatcher(LOOP, environment), dispatcher(LOOP, environment):
            assert eventually(lambda: len(sink.envelopes) > 0, seconds=60)
            first = time.monotonic()
            owe(environment, name="asked", count=codes, priority=10)
            committed = time.monotonic()
            overtook = eventually(lambda: arrived(sink, "asked") == codes, seconds=20)
            waited, behind = time.monotonic() - committed, invitations - arrived(sink, "invited")
            everything = eventually(lambda: arrived(sink, "invited") == invitations, seconds=120)
            lasted = time.monotonic() - first

    figures = {"account mail": codes, "seconds": round(waited, 1), "still behind it": behind, "all": round(lasted, 1)}
    note("overtaking", figures)
    assert overtook
    assert everything
    assert behind > 0
    assert lasted < 120


def arrived(sink, name):
    return sum(envelope.rcpt_tos[0].startswith(name) for envelope in list(sink.envelopes))
