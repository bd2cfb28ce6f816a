"""The only code that sends mail. Dispatchers may run side by side and be killed at any moment, and nothing is lost.

At least once: a second copy is possible only if we die, or the server's answer is lost, between the end of the data and
our commit. Every copy carries the same Message-ID. No transaction is open while we talk to the mail server.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from types import TracebackType
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: TID251 -- the one place that sends
from django.core.validators import validate_email

from notifications import leases
from notifications.letters import OutgoingMail, write_mail
from notifications.models import MAX_ATTEMPTS, Message, Unsubscription
from notifications.registry import MailKind, kind_named

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
BUDGET_SECONDS = 20.0
PERMANENT, TOO_BIG, CLOSING = 500, 552, 421


class ServerUnavailable(Exception):
    """Nothing is wrong with the message: the mail server cannot be reached, or does not accept us."""


def deliver_due(
    *, clock: Clock, budget: float = BUDGET_SECONDS, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Send what is due and return how many went out; stops between two messages when asked or when the budget is spent.

    ``budget`` is in seconds of real time. ``clock`` is asked before every message: with a slow server a batch takes
    minutes.
    """
    if not Message.objects.claimable(now=clock()).exists():
        return 0
    owner = f"{socket.gethostname()[:16]}:{os.getpid()}:{secrets.token_hex(4)}"
    deadline = time.monotonic() + budget
    sent = 0
    while batch := leases.claim(now=clock(), owner=owner):
        with MailServer() as server:
            for position, message in enumerate(batch):
                if should_stop() or time.monotonic() > deadline:
                    leases.release(batch[position:])
                    return sent
                try:
                    sent += _deliver(message, server, clock)
                except ServerUnavailable as trouble:
                    logger.warning("The mail server is not available: %s", trouble)
                    leases.put_back(message)
                    leases.release(batch[position + 1 :])
                    return sent
    return sent


def dispatch_due(*, now: datetime) -> int:
    """Send everything that is due at ``now``, a moment that stands still; returns how many went out."""
    return deliver_due(clock=lambda: now, budget=float("inf"))


def _deliver(message: Message, server: "MailServer", clock: Clock) -> bool:
    """One message through the fence and out, or into the state that says why not. True when it was handed over."""
    if not leases.hold(message, now=clock()):
        return False
    if message.attempts > MAX_ATTEMPTS:  # whoever tried before died each time
        leases.mark_failed(message, code=None, error="given up: every attempt was interrupted")
        return False
    try:
        mail = _prepare(message, now=clock())
        if mail is None:
            return False
        _hand_over(mail, server)
    except ServerUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one message must not stop the others
        _settle_trouble(message, error, now=clock())
        return False
    return leases.mark_sent(message, now=clock())


def _hand_over(mail: OutgoingMail, server: "MailServer") -> None:
    """Hand over; what fails before the server has seen the text certainly did not go out."""
    try:
        server.hand_over(mail)
    except (ServerUnavailable, SMTPRecipientsRefused, SMTPSenderRefused):
        mail.take_back()
        raise


def _prepare(message: Message, *, now: datetime) -> OutgoingMail | None:
    """The mail, or None when the message is closed instead because nobody needs it any more."""
    kind = kind_named(message.kind)
    if kind is None:
        raise LookupError(message.kind)
    if reason := _reason_to_drop(message, kind, now):
        leases.mark_obsolete(message, reason=reason)
        return None
    try:
        validate_email(message.recipient.email)
    except ValidationError:
        leases.mark_failed(message, code=None, error="the address is not valid")
        return None
    return write_mail(message, kind, now=now)


def _reason_to_drop(message: Message, kind: MailKind, now: datetime) -> str:
    """Why the message is not needed any more, asked immediately before sending; empty when it is."""
    recipient = message.recipient
    if message.expires_at and message.expires_at <= now:
        return "expired"
    if not recipient.is_active or not recipient.email:
        return "the recipient cannot be reached"
    if kind.offers_unsubscribe and Unsubscription.objects.filter(person=recipient, kind=kind.name).exists():
        return "unsubscribed"
    return "" if kind.still_wanted(message, now) else "no longer wanted"


@dataclass(frozen=True)
class Trouble:
    """What went wrong with one message, in words without names or addresses."""

    error: str
    code: int | None = None
    is_final: bool = False


def _settle_trouble(message: Message, error: Exception, *, now: datetime) -> None:
    trouble = _diagnose(error)
    if trouble.code is None:
        logger.error("Message %s of kind %s: %s", message.pk, message.kind, trouble.error, exc_info=error)
    if trouble.is_final:
        leases.mark_failed(message, code=trouble.code, error=trouble.error)
    else:
        leases.try_later(message, now=now, code=trouble.code, error=trouble.error)


def _diagnose(error: Exception) -> Trouble:
    """Temporary and unclear trouble is tried again, a definite refusal of this message is not."""
    match error:
        case SMTPRecipientsRefused():
            code = max((int(answer[0]) for answer in error.recipients.values()), default=PERMANENT)
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
    """One connection, opened when first needed, reused for a batch, given up as soon as its state is in doubt."""

    def __init__(self) -> None:
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def hand_over(self, mail: EmailMultiAlternatives) -> None:
        """Return once the server has taken responsibility; raise ServerUnavailable or what it answered."""
        connection = self._connection or self._open()
        try:
            connection.send_messages([mail])
        except SMTPSenderRefused as error:
            self._hang_up()
            if error.smtp_code >= PERMANENT and error.smtp_code != TOO_BIG:
                raise ServerUnavailable(f"it does not accept our sender ({error.smtp_code})") from error
            raise
        except SMTPRecipientsRefused as error:
            if any(answer[0] == CLOSING for answer in error.recipients.values()):
                self._hang_up()
            raise
        except BaseException:
            self._hang_up()
            raise

    def _open(self) -> Any:
        connection = get_connection()
        try:
            connection.open()
        except OSError as error:  # refused, unknown host, TLS, credentials: smtplib's errors are OSErrors
            code = getattr(error, "smtp_code", None)
            raise ServerUnavailable(f"{type(error).__name__}{f' ({code})' if code else ''}") from error
        self._connection = connection
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None
