"""Sends what is due. Dispatchers may run side by side and be killed at any moment, and nothing is lost.

At least once: a second copy is possible only if we die, or the server's answer is lost, between the end of the data and
our commit. Every copy carries the same Message-ID. No transaction is open while we talk to the mail server.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import BigAutoField, CharField, Exists, OuterRef

from accounts.models import Person
from core.prepared import Given, Prepared
from notifications import bundling, leases, pauses
from notifications.chat import delivery as chat
from notifications.letters import OutgoingMail, write_mail
from notifications.mail_server import NOT_TAKEN, MailServer, ServerUnavailable, diagnose
from notifications.models import MAX_ATTEMPTS, Channel, Message, Unsubscription
from notifications.registry import MailKind, kind_named
from notifications.wanted import UNWANTED, reason_to_drop

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
BUDGET_SECONDS = 20.0
BATCH_SECONDS = 5.0  # then what is left of a batch goes back, so that account mail need not wait for all of it


def deliver_due(
    *, clock: Clock, budget: float = BUDGET_SECONDS, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Send what is due and return how many went out; stops between two messages when asked or when the budget is spent.

    ``budget`` is in seconds of real time. ``clock`` is asked before every message: with a slow server a batch takes
    minutes.
    """
    if not Message.objects.claimable(now=clock()).exists():
        return 0
    dispatch = _Dispatch(clock, time.monotonic() + budget, should_stop, turn=pauses.turn_at(clock()))
    dispatch.run()
    if dispatch.is_trying:  # and came to no answer; a dispatcher that dies leaves this to its lease
        pauses.cut_short(now=clock())
    return dispatch.sent


def dispatch_due(*, now: datetime) -> int:
    """Send everything that is due at ``now``, a moment that stands still; returns how many went out."""
    return deliver_due(clock=lambda: now, budget=float("inf"))


class _Dispatch:
    """One dispatcher's round: batch after batch, until nothing is due, the time is up or the server is away."""

    def __init__(self, clock: Clock, deadline: float, should_stop: Callable[[], bool], *, turn: pauses.Turn) -> None:
        self.clock = clock
        self.is_trying = turn is pauses.Turn.TRYING
        self.is_resting = turn is pauses.Turn.RESTING
        self.sent = 0
        self._deadline = deadline
        self._should_stop = should_stop
        self._owner = f"{socket.gethostname()[:16]}:{os.getpid()}:{secrets.token_hex(4)}"

    def run(self) -> None:
        while claimed := self._claim():
            began = time.monotonic()
            batch = bundling.sort_out(claimed, now=self.clock())
            with MailServer() as server:
                for position, message in enumerate(batch):
                    if self._should_stop() or time.monotonic() > self._deadline:
                        leases.release(batch[position:])
                        return
                    if position and time.monotonic() > began + BATCH_SECONDS:
                        leases.release(batch[position:])
                        break
                    try:
                        self.sent += _deliver(message, server, self.clock)
                    except ServerUnavailable as trouble:
                        leases.put_back(message)
                        leases.release(batch[position + 1 :])
                        self._rest(trouble)
                        return
                    if self.is_trying and server.was_reached:
                        pauses.end(now=self.clock())
                        self.is_trying = False

    def _claim(self) -> list[Message]:
        """While mail rests, chats go on; the one message that tries whether mail is back is a mail."""
        now = self.clock()
        batch: list[Message] = []
        if self.is_trying:
            batch = leases.claim(now=now, owner=self._owner, channel=Channel.MAIL, limit=1)
        if self.is_trying or self.is_resting:
            return batch or leases.claim(now=now, owner=self._owner, channel=Channel.CHAT)
        return leases.claim(now=now, owner=self._owner)

    def _rest(self, trouble: ServerUnavailable) -> None:
        rest = pauses.prolong if self.is_trying else pauses.begin
        rest(now=self.clock(), error=str(trouble), is_definite=trouble.is_definite)
        self.is_trying = False


def _deliver(message: Message, server: "MailServer", clock: Clock) -> bool:
    """One message through the fence and out, or into the state that says why not. True when it was handed over."""
    if not leases.hold(message, now=clock()):
        return False
    if message.attempts > MAX_ATTEMPTS:  # whoever tried before died each time
        leases.mark_failed(message, code=None, error="given up: every attempt was interrupted")
        return False
    if message.channel == Channel.CHAT:
        return chat.deliver(message, clock=clock)
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
    except NOT_TAKEN:
        mail.take_back()
        raise


def _prepare(message: Message, *, now: datetime) -> OutgoingMail | None:
    """The mail, or None when the message is closed instead because nobody needs it any more."""
    kind = kind_named(message.kind)
    if kind is None:
        raise LookupError(message.kind)
    if reason := _reason_to_drop(message, kind, now):
        if reason == UNWANTED and not kind.names_recipient:
            leases.mark_sent(message, now=now)  # its row looks like all others: that nobody needs it would tell why
        else:
            leases.mark_obsolete(message, reason=reason)
        return None
    try:
        validate_email(message.person.email)
    except ValidationError:
        leases.mark_failed(message, code=None, error="the address is not valid")
        return None
    return write_mail(message, kind, now=now)


def _reason_to_drop(message: Message, kind: MailKind, now: datetime) -> str:
    """Why the message is not needed any more, asked immediately before sending; empty when it is."""
    recipient = message.person
    has_stopped = _look_at_recipient(recipient, kind)
    if not recipient.is_active or not recipient.email:
        return "the recipient cannot be reached"
    return reason_to_drop(message, kind, stopped=[kind.name] if has_stopped else (), now=now)


def _look_at_recipient(recipient: Person, kind: MailKind) -> bool:
    """Bring what a mail needs of its recipient up to now; whether they stopped mails of this kind."""
    rows = _RECIPIENT.rows(person=recipient.pk, kind=kind.name)
    if not rows:  # deleted, and the message with them
        recipient.is_active = False
        return False
    *values, has_stopped = rows[0]
    for name, value in zip(_OF_RECIPIENT, values, strict=True):
        setattr(recipient, name, value)
    return bool(has_stopped)


_OF_RECIPIENT = ("is_active", "email", "name", "language", "time_zone")
_RECIPIENT = Prepared(
    lambda: (
        Person.objects.filter(pk=Given("person", BigAutoField()))
        .annotate(
            has_stopped=Exists(Unsubscription.objects.filter(person=OuterRef("pk"), kind=Given("kind", CharField())))
        )
        .values_list(*_OF_RECIPIENT, "has_stopped")
    )
)


def _settle_trouble(message: Message, error: Exception, *, now: datetime) -> None:
    trouble = diagnose(error)
    if trouble.code is None:
        logger.error("Message %s of kind %s: %s", message.pk, message.kind, trouble.error, exc_info=error)
    if trouble.is_final:
        leases.mark_failed(message, code=trouble.code, error=trouble.error)
    else:
        leases.try_later(message, now=now, code=trouble.code, error=trouble.error)
