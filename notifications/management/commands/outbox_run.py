"""``manage.py outbox_run``: what the Celery tasks do, without Celery; both may run together.

The loop listens for the doorbell, so beside workers that do not it is also what makes codes leave at once.
"""

import logging
import signal
import threading
from argparse import ArgumentParser
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from core import clock
from notifications import delivery, planning, services, watch
from notifications.doorbell import Doorbell

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2.0
BREATH_SECONDS = 0.1  # however often it rings
PLAN_EVERY = timedelta(seconds=60)
TIDY_EVERY = timedelta(hours=1)


class Command(BaseCommand):
    help = "Plan what is owed and send what is due: once (for cron), or again and again until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="One round, until nothing is due any more (the default).")
        how.add_argument("--loop", action="store_true", help="Go on until SIGTERM; the message in hand is finished.")

    def handle(self, *_args: Any, loop: bool, **_options: Any) -> None:
        stop = threading.Event()
        with closing(Doorbell(settings.OUTBOX_DOORBELL if loop else "")) as bell:

            def end(*_facts: Any) -> None:
                stop.set()
                bell.wake()

            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, end)
            rounds = Rounds(stop)
            if loop:
                _go_round(rounds, bell, stop)
            else:
                rounds.take(budget=float("inf"))


def _go_round(rounds: "Rounds", bell: Doorbell, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            close_old_connections()
            rounds.take(budget=delivery.BUDGET_SECONDS)
        except Exception:  # the database may be away for a while: say so and go on
            logger.exception("This round of the outbox failed.")
        stop.wait(BREATH_SECONDS)
        bell.wait(PAUSE_SECONDS)


class Rounds:
    """Dispatch in every round, plan every minute, tidy every hour."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._planned_at: datetime | None = None
        self._tidied_at: datetime | None = None

    def take(self, *, budget: float) -> None:
        now = clock.now()
        if _is_time(self._planned_at, PLAN_EVERY, now):
            planning.plan_due(now=now)
            services.beat("plan", now=now)
            watch.look(now=now)
            self._planned_at = now
        if _is_time(self._tidied_at, TIDY_EVERY, now):
            planning.keep_house(now=now)
            services.beat("housekeeping", now=now)
            self._tidied_at = now
        delivery.deliver_due(clock=clock.now, budget=budget, should_stop=self._stop.is_set)
        services.beat("dispatch", now=clock.now())


def _is_time(last: datetime | None, every: timedelta, now: datetime) -> bool:
    """Also when the clock was set back since, else nothing would be planned until it has caught up."""
    return last is None or not timedelta(0) <= now - last < every
