"""What each health check says while one thing hangs, processes alive or not: the loops' own words decide."""

import time
from datetime import timedelta

import pytest

from core import clock
from notifications import tasks
from tests.factories.notifications import HeartbeatFactory, MessageFactory
from tests.faults import HANG, scripted_smtp

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdicts(client, tell):
    """Status by check, each within a second."""

    def ask():
        found, seconds = {}, []
        for name in ("live", "ready", "work"):
            began = time.monotonic()
            found[name] = client.get(f"/healthz/{name}").status_code
            seconds.append(round(time.monotonic() - began, 3))
        tell(seconds=seconds, **found)
        assert max(seconds) <= 1
        return found

    client.get("/healthz/ready")  # the first one reads the migrations' files
    for name in ("dispatch", "plan", "housekeeping"):
        HeartbeatFactory(name=name, at=clock.now())
    return ask


def time_passes(monkeypatch, seconds):
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=seconds))


def test_all_is_well(verdicts):
    assert verdicts() == {"live": 200, "ready": 200, "work": 200}


def test_the_mail_server_hangs(verdicts, world, settings):
    MessageFactory(due_at=clock.now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with scripted_smtp({"greeting": HANG}) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.3
        tasks.dispatch_due()

        assert verdicts() == {"live": 200, "ready": 200, "work": 503}


def test_redis_hangs(verdicts, settings):
    """A listener that never says a word stands in for a stopped Redis: nobody here asks it."""
    with scripted_smtp({"greeting": HANG}) as server:
        settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{server.port}/0"

        assert verdicts() == {"live": 200, "ready": 200, "work": 200}
        assert server.connections == 0


def test_the_worker_is_frozen_gone_or_deaf(verdicts, monkeypatch):
    """Which of them makes no difference: what counts is that no round was finished, never whether a process lives."""
    time_passes(monkeypatch, 50)
    just_before = verdicts()
    time_passes(monkeypatch, 11)

    assert just_before == {"live": 200, "ready": 200, "work": 200}
    assert verdicts() == {"live": 200, "ready": 200, "work": 503}
