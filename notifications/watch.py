"""The watchdog: says in the log that a loop has fallen silent, once, and once that it is back.

It runs beside every web process, because nobody else is left to notice when all workers are gone.
"""

import logging
import threading
import time
from datetime import datetime

from django.db import Error, close_old_connections, connection

from core import clock
from notifications.models import Heartbeat
from notifications.selectors import vitals_at

FIRST_LOOK_SECONDS, LOOK_EVERY_SECONDS = 90.0, 20.0
logger = logging.getLogger(__name__)


def look(*, now: datetime) -> None:
    """However many look, one of them says it: the row remembers. A loop that never ran has until the second look."""
    for loop in vitals_at(now).loops:
        if not loop.is_silent:
            continue
        _row, is_new = Heartbeat.objects.get_or_create(name=loop.name)
        if is_new:
            continue
        if Heartbeat.objects.filter(name=loop.name, at=loop.at, alarmed_at=None).update(alarmed_at=now):
            logger.error("The loop %s is silent since %s. Is a worker with its clock running?", loop.name, loop.at)


def start() -> threading.Thread:
    """Look again and again, as long as the process lives."""
    thread = threading.Thread(target=_look_for_ever, name="watch", daemon=True)
    thread.start()
    return thread


def _look_for_ever() -> None:
    time.sleep(FIRST_LOOK_SECONDS)  # whoever starts together with us takes a first round
    while True:
        try:
            close_old_connections()
            look(now=clock.now())
        except Error:  # the database is away: /healthz/ready tells
            logger.debug("The watchdog could not look.")
        finally:
            connection.close()
        time.sleep(LOOK_EVERY_SECONDS)
