"""Who sends which message: a claim with a lease, a fence before sending, and one way out of every state.

Every update names the owner and the state it expects. One that changes no row means that somebody else has taken over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import BigAutoField, CharField, DateTimeField, F, PositiveSmallIntegerField

from core.prepared import Given, PreparedUpdate
from notifications.models import LEASE, MAX_ATTEMPTS, OPEN_STATES, Channel, Message, MessageQuerySet, MessageState
from notifications.registry import kind_named

BATCH = 100
RETRY_MINUTES = (1, 5, 15, 60, 240, 720)
SPREAD = 0.2
_FREE: Mapping[str, Any] = {"lease_owner": "", "lease_until": None}


def claim(*, now: datetime, owner: str, limit: int = BATCH, channel: Channel | None = None) -> list[Message]:
    """Take up to ``limit`` due messages, account mail first; each is ours until its lease runs out.

    PostgreSQL skips rows that another dispatcher is just claiming; on SQLite the immediate transaction is the lock.
    """
    with transaction.atomic():
        due = Message.objects.claimable(now=now).order_by("-priority", "next_attempt_at", "pk")
        if channel is not None:
            due = due.filter(channel=channel)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        mine = Message.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:limit]))
        mine.update(state=MessageState.SENDING, lease_owner=owner, lease_until=now + LEASE)
        return list(mine.select_related("recipient").order_by("-priority", "next_attempt_at", "pk"))


def hold(message: Message, *, now: datetime) -> bool:
    """The fence: true while the message is still ours, and then for a whole lease from ``now``.

    Here the attempt is counted, not when claiming: of a batch whose dispatcher is killed, only the message in hand was
    tried, and only a message that kills its dispatcher itself runs out of attempts.
    """
    is_ours = _HOLD.run(pk=message.pk, owner=message.lease_owner, until=now + LEASE) == 1
    message.attempts += is_ours
    return is_ours


def release(messages: Sequence[Message]) -> None:
    """Give back what one claim took and nobody tried."""
    single = []
    for message in messages:
        kind = kind_named(message.kind)
        if kind is not None and kind.gathers:
            _leave(message, state=MessageState.PENDING)
        else:
            single.append(message)
    if single:
        mine = Message.objects.filter(lease_owner=single[0].lease_owner, state=MessageState.SENDING)
        mine.filter(pk__in=[message.pk for message in single]).update(state=MessageState.PENDING, **_FREE)


def put_back(message: Message) -> None:
    """Give back a message that was in hand when nothing could be sent; it costs no attempt."""
    _leave(message, state=MessageState.PENDING, attempts=F("attempts") - 1)


def hold_back(message: Message, *, until: datetime) -> None:
    """Give back what its recipient does not want yet."""
    _leave(message, state=MessageState.PENDING, held_until=until, next_attempt_at=until)


def set_aside(message: Message, *, now: datetime) -> None:
    """Take a message out of the bundle it cannot go with; from now on it goes by itself."""
    _leave(message, state=MessageState.PENDING, carrier=None, attempts=1, next_attempt_at=now)


def rest(message: Message, *, until: datetime) -> bool:
    """Give back what cannot go out before ``until``, whatever it says; it costs no attempt either."""
    return _leave(message, state=MessageState.PENDING, attempts=F("attempts") - 1, next_attempt_at=until)


def mark_sent(message: Message, *, now: datetime, code: int = 250) -> bool:
    kind = kind_named(message.kind)
    if kind is not None and kind.gathers:
        return _close(message, state=MessageState.SENT, sent_at=now, smtp_code=code, error="")
    return _SENT.run(pk=message.pk, owner=message.lease_owner, at=now, code=code) == 1


def mark_obsolete(message: Message, *, reason: str) -> bool:
    return _close(message, state=MessageState.OBSOLETE, error=reason)


def mark_failed(message: Message, *, code: int | None, error: str) -> bool:
    return _close(message, state=MessageState.FAILED, smtp_code=code, error=error[:200])


def try_later(
    message: Message, *, now: datetime, code: int | None, error: str, not_before: datetime | None = None
) -> bool:
    """Another attempt after 1, 5, 15, 60, 240, then every 720 minutes; given up after eight, or when too late."""
    at = max(now + _pause(message), not_before or now)
    if message.attempts >= MAX_ATTEMPTS or (message.expires_at and at >= message.expires_at):
        return mark_failed(message, code=code, error=error)
    return _leave(message, state=MessageState.PENDING, next_attempt_at=at, smtp_code=code, error=error[:200])


def _pause(message: Message) -> timedelta:
    """The pause before the next attempt, up to 20 % longer or shorter: the same message always waits the same time."""
    minutes = RETRY_MINUTES[min(message.attempts, len(RETRY_MINUTES)) - 1]
    draw = int.from_bytes(sha256(f"{message.message_id}:{message.attempts}".encode()).digest()[:4]) / 2**32
    return timedelta(minutes=minutes * (1 - SPREAD + 2 * SPREAD * draw))


def _close(message: Message, **changes: Any) -> bool:
    return _leave(message, secret="", **changes)


def _leave(message: Message, **changes: Any) -> bool:
    changes |= _FREE
    kind = kind_named(message.kind)
    if kind is None or not kind.gathers:
        return _mine(message).update(**changes) == 1
    with transaction.atomic():
        has_left = _mine(message).update(**changes) == 1
        if has_left:
            _let_follow(message, changes)
    return has_left


SHARED = ("state", "lease_owner", "lease_until", "secret", "sent_at", "smtp_code", "error")


def _let_follow(carrier: Message, changes: Mapping[str, Any]) -> None:
    """What a bundle carries shares its fate, in the same transaction."""
    shared = {name: value for name, value in changes.items() if name in SHARED}
    Message.objects.filter(carrier=carrier, state__in=OPEN_STATES).update(**shared)


def _mine(message: Message) -> MessageQuerySet:
    return Message.objects.filter(pk=message.pk, lease_owner=message.lease_owner, state=MessageState.SENDING)


# Two statements for every message that leaves, so each is written once.
def _given() -> MessageQuerySet:
    return Message.objects.filter(
        pk=Given("pk", BigAutoField()), lease_owner=Given("owner", CharField()), state=MessageState.SENDING
    )


# A power cut ends every dispatcher, so a lease and an attempt that it undoes are nobody's any more.
_HOLD = PreparedUpdate(
    _given, waits_for_disk=False, lease_until=Given("until", DateTimeField()), attempts=F("attempts") + 1
)
_SENT = PreparedUpdate(
    _given,
    state=MessageState.SENT,
    sent_at=Given("at", DateTimeField()),
    smtp_code=Given("code", PositiveSmallIntegerField()),
    error="",
    secret="",
    **_FREE,
)
