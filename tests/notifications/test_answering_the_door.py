"""Real dispatchers with a clock that hardly ever strikes: what leaves at once leaves because it rang."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.drill import size
from tests.faults import eventually
from tests.servers import ROOT, manage, scratch_sqlite, smtp_sink

pytestmark = pytest.mark.chaos
MANY = size(30, 120)
SOON = 5.0  # seconds on a busy machine; what it really takes is measured by the benchmark
CLOCK = """
from partnerships.settings import *
for entry in CELERY_BEAT_SCHEDULE.values():
    entry["schedule"] = 3600.0
"""
LOOP = """
from notifications.management.commands import outbox_run
outbox_run.PAUSE_SECONDS = 3600.0
from django.core.management import call_command
call_command("outbox_run", "--loop")
"""
WORKER = ["-m", "celery", "-A", "partnerships", "worker", "--beat", "--concurrency", "2", "--pool", "threads"]
DISPATCHERS = {"worker": [*WORKER, "--loglevel", "WARNING"], "loop": ["manage.py", "shell", "-v", "0", "-c", LOOP]}
OWE = """
import time
from django.db import transaction
from accounts.models import Person
from core import clock
from notifications.services import Draft, enqueue
people = [Person.objects.create(name="Robin", email=f"robin{n}-{time.time()}@example.org") for n in range(COUNT)]
for together in (people[:1], people[1:]) if ONE_FIRST else (people,):
    with transaction.atomic():
        now = clock.now()
        enqueue([Draft(f"reset:{one.pk}", "password_reset", one.pk, due_at=now) for one in together], now=now)
    print(time.time(), flush=True)
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with scratch_sqlite(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture
def surroundings(database, tmp_path):
    """Settings for every process, with a beat that strikes once an hour, and an empty outbox."""
    file = database.removeprefix("sqlite:///")
    for table in ("message", "heartbeat"):
        ask(file, f"DELETE FROM notifications_{table}")  # noqa: S608 -- two names of ours
    (tmp_path / "slow_clock.py").write_text(CLOCK)
    with smtp_sink(seconds=0.15) as sink:
        environment = {
            "DATABASE_URL": database,
            "EMAIL_URL": sink.url,
            "VAR_DIR": str(tmp_path),
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
            "DJANGO_SETTINGS_MODULE": "slow_clock",
            "PYTHONWARNINGS": "ignore",
        }
        yield environment, sink, file


@contextmanager
def dispatcher(kind, environment, file):
    """One that listens. Beat begins to count when it starts, a loop has taken its first round: the clock is silent."""
    process = subprocess.Popen([sys.executable, *DISPATCHERS[kind]], cwd=ROOT, env={**os.environ, **environment})
    try:
        assert eventually(lambda: has_bell(environment), seconds=60)
        assert kind == "worker" or eventually(lambda: "dispatch" in beats(file), seconds=60)
        time.sleep(1.0)  # the bell was hung, which counts as rung: let that round end
        yield process
    finally:
        process.kill()
        process.wait()


def has_bell(environment):
    return os.path.exists(os.path.join(environment["VAR_DIR"], "doorbell"))  # noqa: PTH110, PTH118 -- a pipe


def ask(file, question):
    with sqlite3.connect(file) as connection:
        return connection.execute(question).fetchall()


def beats(file):
    return dict(ask(file, "SELECT name, at FROM notifications_heartbeat WHERE at IS NOT NULL"))


def owe(environment, *, count, one_first=False):
    code = OWE.replace("COUNT", str(count)).replace("ONE_FIRST", str(one_first))
    done = manage("shell", "-v", "0", "-c", code, env=environment, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


@pytest.mark.parametrize("kind", DISPATCHERS)
def test_what_another_process_stores_leaves_at_once(kind, surroundings, tell):
    environment, sink, file = surroundings
    with dispatcher(kind, environment, file):
        before = beats(file)
        [committed] = owe(environment, count=1)
        has_come = eventually(lambda: sink.envelopes, seconds=SOON)
        waited = time.time() - committed
        after = beats(file)

    tell(dispatcher=kind, seconds_with_the_end_of_the_other_process=round(waited, 2))
    assert has_come
    assert kind == "loop" or before == after


@pytest.mark.parametrize("kind", DISPATCHERS)
def test_asked_to_stop_it_finishes_the_message_in_hand(kind, surroundings):
    environment, sink, file = surroundings
    with dispatcher(kind, environment, file) as process:
        owe(environment, count=MANY)
        began = eventually(lambda: len(sink.envelopes) >= 3, seconds=SOON)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    left = dict(ask(file, "SELECT state, count(*) FROM notifications_message GROUP BY state"))

    assert began
    assert left.get("sending", 0) == 0
    assert left["pending"] > 0
    assert left["sent"] == len(sink.envelopes)


def test_what_is_stored_during_a_round_is_not_left_behind(surroundings):
    environment, sink, file = surroundings
    with dispatcher("worker", environment, file):
        owe(environment, count=MANY, one_first=True)

        assert eventually(lambda: len(sink.envelopes) == MANY, seconds=60)
    assert max(map(len, sink.copies.values())) == 1


def test_a_bell_that_is_taken_away_costs_no_message(surroundings):
    """A worker without its bell sends by its clock, as a dispatcher on another machine does."""
    environment, sink, file = surroundings
    with dispatcher("worker", environment, file):
        elsewhere = {**environment, "OUTBOX_DOORBELL": os.path.join(environment["VAR_DIR"], "nowhere", "bell")}  # noqa: PTH118
        owe(elsewhere, count=3)
        time.sleep(1.0)
        came_by_itself = len(sink.envelopes)
        manage("outbox_run", "--once", env=elsewhere)

    assert (came_by_itself, len(sink.envelopes)) == (0, 3)
