import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.core.management import call_command

from notifications import registry
from notifications.management.commands import outbox_run
from notifications.models import Heartbeat, MessageState
from tests.factories.notifications import MessageFactory
from tests.servers import ROOT, scratch_sqlite


@pytest.mark.django_db
def test_one_round_plans_and_sends_like_the_tasks_do(world, monkeypatch):
    planned = []
    monkeypatch.setattr(registry, "_planners", {"plan": registry.Planner("plan", planned.append)})
    message = MessageFactory()

    call_command("outbox_run")

    message.refresh_from_db()
    assert (message.state, len(planned)) == (MessageState.SENT, 1)
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"dispatch", "plan", "housekeeping"}


@pytest.mark.django_db
def test_a_clock_set_back_does_not_keep_the_loop_from_planning(world, monkeypatch, settings):
    planned = []
    monkeypatch.setattr(registry, "_planners", {"plan": registry.Planner("plan", planned.append)})
    rounds = outbox_run.Rounds(threading.Event())

    for offset in (0, 1, -7200):
        settings.CLOCK_OFFSET_SECONDS = offset
        rounds.take(budget=1)

    assert len(planned) == 2


@pytest.mark.chaos
def test_the_loop_beats_and_ends_when_asked(tmp_path):
    with scratch_sqlite(tmp_path) as url:
        environment = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
        process = subprocess.Popen([sys.executable, "manage.py", "outbox_run", "--loop"], cwd=ROOT, env=environment)
        try:
            wait_for_heartbeats(url)
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=30)
        finally:
            process.kill()
            process.wait()

    assert code == 0


def wait_for_heartbeats(url):
    import sqlite3  # noqa: PLC0415 -- beside Django on purpose: it looks from outside

    file = url.removeprefix("sqlite:///")
    for _ in range(300):
        with sqlite3.connect(file) as connection:
            if connection.execute("SELECT count(*) FROM notifications_heartbeat").fetchone() == (3,):
                return
        time.sleep(0.1)
    raise AssertionError("The loop left no heartbeat in 30 s.")
