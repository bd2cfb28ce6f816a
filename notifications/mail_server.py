"""The only module that speaks to the mail server, and what its answers mean for a message or for the whole queue."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: TID251 -- the one place that sends

# EMAIL_TIMEOUT ends each wait; this ends a conversation whose every answer comes just in time, well before our lease.
MESSAGE_SECONDS = 30.0
PERMANENT, TOO_BIG, CLOSING = 500, 552, 421
WANTS_CREDENTIALS = {530, 534, 535, 538}


class ServerUnavailable(Exception):
    """Nothing is wrong with the message: the mail server cannot be reached, or does not accept us.

    ``is_definite`` when the server said so; otherwise it was only slow, busy or gone, and may be back in a minute.
    """

    def __init__(self, reason: str, *, is_definite: bool) -> None:
        super().__init__(reason)
        self.is_definite = is_definite


NOT_TAKEN = (ServerUnavailable, SMTPRecipientsRefused, SMTPSenderRefused)  # the server has not seen the text


@dataclass(frozen=True)
class Trouble:
    """What went wrong with one message, in words without names or addresses."""

    error: str
    code: int | None = None
    is_final: bool = False


def diagnose(error: Exception) -> Trouble:
    """Temporary and unclear trouble is tried again, a definite refusal of this message is not."""
    match error:
        case SMTPRecipientsRefused():
            code = max(_codes(error), default=PERMANENT)
            return Trouble(f"the mail server refused the recipient ({code})", code, is_final=code >= PERMANENT)
        case SMTPSenderRefused() | SMTPDataError():
            code = int(error.smtp_code)
            return Trouble(f"the mail server refused the message ({code})", code, is_final=code >= PERMANENT)
        case SMTPResponseException():
            return Trouble(f"the mail server answered {error.smtp_code}", int(error.smtp_code))
        case SMTPNotSupportedError():
            return Trouble("the mail server cannot handle this address", is_final=True)
        case OSError():
            return Trouble(f"the connection to the mail server broke ({type(error).__name__})")
        case _:
            return Trouble(f"the mail could not be written ({type(error).__name__})")


class MailServer:
    """One connection, opened when first needed, reused for a batch, given up as soon as its state is in doubt.

    ``was_reached`` once it let us in: what happens afterwards is about a message.
    """

    def __init__(self) -> None:
        self._connection: Any = None
        self._guard: _Guard | None = None
        self.was_reached = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def hand_over(self, mail: EmailMultiAlternatives) -> None:
        """Return once the server has taken responsibility; raise ServerUnavailable or what it answered."""
        connection, guard = self._open()
        try:
            with guard.busy():
                connection.send_messages([mail])
        except SMTPSenderRefused as error:
            self._hang_up()
            if error.smtp_code >= PERMANENT and error.smtp_code != TOO_BIG:
                self.was_reached = False
                raise ServerUnavailable(
                    f"the mail server does not accept our sender ({error.smtp_code})", is_definite=True
                ) from error
            raise
        except SMTPRecipientsRefused as error:
            codes = _codes(error)
            if codes & WANTS_CREDENTIALS:
                self._hang_up()
                self.was_reached = False
                raise ServerUnavailable("the mail server wants to know who we are", is_definite=True) from error
            if CLOSING in codes:
                self._hang_up()
            raise
        except BaseException:
            self._hang_up()
            raise

    def _open(self) -> tuple[Any, "_Guard"]:
        if self._connection is not None and self._guard is not None:
            return self._connection, self._guard
        connection = get_connection()
        guard = _Guard(connection)
        try:
            with guard.busy():
                connection.open()
        except BaseException as error:
            guard.leave()
            with suppress(OSError):
                connection.close()
            # Refused, unknown host, TLS, credentials: smtplib's errors are OSErrors. What it cannot even send, as a
            # password that is not ASCII, is a ValueError, and no more about the message.
            if isinstance(error, OSError | ValueError):
                raise _unavailable(error) from error
            raise
        self.was_reached = True
        self._connection, self._guard = connection, guard
        return connection, guard

    def _hang_up(self) -> None:
        if self._guard is not None:
            self._guard.leave()
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = self._guard = None


class _Guard:
    """Shuts the backend's socket once it is busy for ``MESSAGE_SECONDS``; who reads from it finds the server gone.

    One thread for a connection, which looks thirty times in that span. Only SMTP makes us wait.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._busy_until = float("inf")
        self._is_over = threading.Event()
        if hasattr(backend, "timeout"):
            threading.Thread(target=self._watch, args=[MESSAGE_SECONDS / 30], name="cut off", daemon=True).start()

    @contextmanager
    def busy(self) -> Iterator[None]:
        with self._lock:
            self._busy_until = time.monotonic() + MESSAGE_SECONDS
        try:
            yield
        finally:
            with self._lock:
                self._busy_until = float("inf")

    def leave(self) -> None:
        self._is_over.set()

    def _watch(self, pause: float) -> None:
        while not self._is_over.wait(pause):
            with self._lock:  # held, so that what is cut off is never the next message
                # Again and again: while it still connects there is nothing to shut.
                wire = getattr(getattr(self._backend, "connection", None), "sock", None)
                if wire and time.monotonic() >= self._busy_until:
                    with suppress(OSError):
                        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _unavailable(error: OSError | ValueError) -> ServerUnavailable:
    """Why no connection could be made, never in the server's own words: they may name an address."""
    match error:
        case SMTPResponseException():
            code = int(error.smtp_code)
            return ServerUnavailable(f"the mail server does not let us in ({code})", is_definite=code >= PERMANENT)
        case ConnectionRefusedError() | ssl.SSLError() | SMTPNotSupportedError() | ValueError():
            return ServerUnavailable(f"no connection to the mail server ({type(error).__name__})", is_definite=True)
        case _:
            return ServerUnavailable(f"no connection to the mail server ({type(error).__name__})", is_definite=False)


def _codes(error: SMTPRecipientsRefused) -> set[int]:
    return {int(answer[0]) for answer in error.recipients.values()}
