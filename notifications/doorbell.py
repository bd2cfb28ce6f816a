"""A doorbell for dispatchers on the same machine: whoever stores a message that is due now rings it after the commit.

It is a named pipe. To ring never waits and never fails: where nobody listens, or web and worker are on different
machines, nothing happens, and the beat finds the message. A ring says nothing; what is to be done stands in the rows.
"""

import logging
import os
import select
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
ALL_THERE_IS = 65_536  # what a pipe holds


def ring_if_due(moments: Iterable[datetime], *, now: datetime) -> None:
    """Ring once the caller's transaction is committed, when one of these moments has come."""
    if any(moment <= now for moment in moments):
        ring()


def ring() -> None:
    """Ring once the caller's transaction is committed. A transaction that is taken back does not ring."""
    if settings.OUTBOX_DOORBELL:
        transaction.on_commit(_press, robust=True)


def is_heard() -> bool:
    """Whether somebody on this machine listens right now, so that mail need not wait for the clock. Does not ring."""
    try:
        with _opened():
            return True
    except OSError:
        return False


def _press() -> None:
    with suppress(OSError), _opened() as pipe:  # without a bell, with nobody to hear it, or full of rings already
        os.write(pipe, b"!")


@contextmanager
def _opened() -> Iterator[int]:
    """The end that rings; raises OSError where nobody holds the other one."""
    pipe = os.open(settings.OUTBOX_DOORBELL, os.O_WRONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISFIFO(os.fstat(pipe).st_mode):
            raise FileExistsError(settings.OUTBOX_DOORBELL)
        yield pipe
    finally:
        os.close(pipe)


class Doorbell:
    """The end that listens. Where several do, one of them hears a ring; however often it rings meanwhile is one ring.

    A bell that was just hung counts as rung: nobody knows who stood before the door.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._pipe: int | None = None
        self._has_complained = self._is_closed = False
        self._woken, self._waker = os.pipe()
        for end in (self._woken, self._waker):
            os.set_blocking(end, False)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it rings or somebody wakes us; true when it rang. Without a bell it is a pause."""
        if self._path is not None and not self._is_in_place(self._path) and self._hang(self._path):
            return True
        ears = select.poll()
        for end in (self._pipe, self._woken):
            if end is not None:
                ears.register(end, select.POLLIN)
        heard = {end for end, _what in ears.poll(seconds * 1000)}
        if self._woken in heard:
            _empty(self._woken)
        return self._pipe is not None and self._pipe in heard and _empty(self._pipe)

    def wake(self) -> None:
        """End a pause early, also from the handler of a signal."""
        if not self._is_closed:
            with suppress(BlockingIOError):
                os.write(self._waker, b"!")

    def close(self) -> None:
        """Nobody may be waiting any more. The pipe stays where it is, for whoever listens next."""
        self._is_closed = True
        for end in (self._pipe, self._woken, self._waker):
            if end is not None:
                os.close(end)

    def _is_in_place(self, path: Path) -> bool:
        """Whether what hangs there is still ours: somebody may have removed the folder under our feet."""
        if self._pipe is None:
            return False
        try:
            return os.path.samestat(path.stat(), os.fstat(self._pipe))
        except OSError:
            return False

    def _hang(self, path: Path) -> bool:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.mkfifo(path, 0o600)
            if not stat.S_ISFIFO(path.stat().st_mode):
                raise FileExistsError(path)
            self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # with an end to write of our own it never ends
        except OSError as error:
            if not self._has_complained:
                logger.warning(
                    "No doorbell can hang at %s: %s. Mail waits for the clock.", path, error.strerror or error
                )
                self._has_complained = True
            return False
        return True


def _empty(pipe: int) -> bool:
    """True when there was something in it: another listener may have been quicker."""
    try:
        return bool(os.read(pipe, ALL_THERE_IS))
    except BlockingIOError:
        return False
