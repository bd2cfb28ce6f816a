"""Answers the doorbell: a thread that dispatches as soon as it rings, beside a worker's tasks."""

import logging
import threading
import time

from django.conf import settings
from django.db import close_old_connections, reset_queries

from core import clock
from notifications import delivery
from notifications.doorbell import Doorbell

logger = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 10.0  # whether the bell still hangs there
BREATH_SECONDS = 0.1  # however often it rings, there are ten rounds a second at most
LONGEST_LETTER_SECONDS = 25.0  # less than the grace that a supervisor gives


class Porter(threading.Thread):
    """Dispatches when it rings, until it is told to stop; then the message in hand is finished, the rest given back.

    It leaves no heartbeat. That is the clock's: a beat that died must be missed, however many people ring.
    """

    def __init__(self) -> None:
        super().__init__(name="doorbell", daemon=True)
        self._bell = Doorbell(settings.OUTBOX_DOORBELL)
        self._is_stopping = False

    def run(self) -> None:
        while not self._is_stopping:
            if self._bell.wait(LOOK_EVERY_SECONDS) and not self._is_stopping:
                self._dispatch()
                time.sleep(BREATH_SECONDS)

    def stop(self) -> None:
        """Ask it to stop, also from the handler of a signal."""
        self._is_stopping = True
        self._bell.wake()

    def leave(self) -> None:
        """Stop, and wait for the message in hand."""
        self.stop()
        self.join(timeout=LONGEST_LETTER_SECONDS)

    def _dispatch(self) -> None:
        try:
            close_old_connections()
            delivery.deliver_due(clock=clock.now, should_stop=lambda: self._is_stopping)
        except Exception:  # the database may be away for a while: the clock comes back to what is due
            logger.exception("What was due when it rang could not be sent.")
        finally:
            reset_queries()  # which DEBUG keeps
            close_old_connections()
