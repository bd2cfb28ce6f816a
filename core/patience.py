"""How long we wait for the database. When it hangs, its own time limits do not help: nobody is there to keep them."""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg2 import OperationalError as DriverError
from psycopg2.extensions import POLL_OK, POLL_READ

NO_DATABASE = (OperationalError, InterfaceError)
_limits = threading.local()


class DatabaseSilent(DriverError):  # type: ignore[misc]  # psycopg2 has no types
    """The server took the question and gave no answer in time."""

    def __init__(self) -> None:
        super().__init__("the database does not answer")


@contextmanager
def answers_within(seconds: float) -> Iterator[None]:
    """All answers together within so many seconds, in this thread. Inside another limit, whichever ends first."""
    outer = getattr(_limits, "deadline", None)
    mine = time.monotonic() + seconds
    _limits.deadline = mine if outer is None else min(mine, outer)
    try:
        yield
    finally:
        _limits.deadline = outer


def wait_for_answer(connection: Any) -> None:
    """What psycopg2 calls for every answer. Raising here closes the connection: its state is unknown."""
    longest = time.monotonic() + settings.DATABASE_PATIENCE_SECONDS
    deadline = min(longest, getattr(_limits, "deadline", None) or longest)
    while (wanted := connection.poll()) != POLL_OK:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN if wanted == POLL_READ else select.POLLOUT)
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise DatabaseSilent
