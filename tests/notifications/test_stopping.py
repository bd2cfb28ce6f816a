"""Whoever is asked to stop finishes the message in hand and gives the rest back: nothing waits for a lease to end."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.drill import size
from tests.faults import eventually
from tests.notifications.owing import ask, owe, states
from tests.servers import ROOT, scratch_postgres, smtp_sink

MESSAGES = size(60, 300)
STOPS = size(1, 7)  # of each: twenty-one in a drill
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
def test_nothing_is_left_half_done(kind, url, tmp_path, tell):
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
    tell(dispatcher=kind, stops=STOPS, seconds=seconds, sent_before=taken, left_sending=0)
