"""Put messages into the outbox, or take them back. Callers own the facts; this app owns the guarantees."""

import hmac
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from accounts.models import Person
from core import limits, once
from core.models import event, record, record_all
from notifications import doorbell, pauses
from notifications.models import (
    OPEN_STATES,
    Channel,
    Heartbeat,
    Message,
    MessageQuerySet,
    MessageState,
    Pause,
    Unsubscription,
)
from notifications.registry import kind_named
from notifications.sealed_text import seal

logger = logging.getLogger(__name__)
KEEP_MESSAGES = timedelta(days=90)
KEEP_RATE_COUNTS = timedelta(days=2)
KEEP_SUBMISSIONS = timedelta(days=7)
ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class Draft:
    """A message to store: ``key`` is built from facts and makes planning idempotent, ``params`` holds ids only.

    ``about_at`` is when what it tells of begins: nobody's quiet hours keep a mail back until then.
    ``secret`` is a one-time code in clear; it is stored encrypted and cleared when the message is sent or given up.
    """

    key: str
    kind: str
    recipient_id: int
    due_at: datetime
    expires_at: datetime | None = None
    about_at: datetime | None = None
    partnership_id: int | None = None
    params: Mapping[str, int | str] = field(default_factory=dict)
    secret: str = ""
    priority: int = 0


def enqueue(drafts: Iterable[Draft], *, now: datetime) -> None:
    """Store messages inside the caller's transaction; a repeated key is silently the same message.

    Whoever listens for the doorbell sends what is due now as soon as that transaction is committed.
    """
    messages = [_message(draft, now) for draft in drafts]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    doorbell.ring_if_due((message.due_at for message in messages), now=now)


def enqueue_owed(drafts: Iterable[Draft], *, now: datetime) -> None:
    """Store what a planner finds owed and has not stored before. Most of it waits already or went out, every minute.

    Asking for the keys is far cheaper than storing a hundred thousand messages in vain, and keeps a run that finds
    nothing new free of writes. Of two that store the same at once, ``enqueue`` keeps one.
    """
    owed = {draft.key: draft for draft in drafts}
    keys = list(owed)
    for first in range(0, len(keys), ASKED_AT_ONCE):
        known = Message.objects.filter(dedupe_key__in=keys[first : first + ASKED_AT_ONCE])
        for key in known.values_list("dedupe_key", flat=True):
            del owed[key]
    if owed:
        enqueue(owed.values(), now=now)


def _message(draft: Draft, now: datetime) -> Message:
    kind = kind_named(draft.kind)
    return Message(
        dedupe_key=draft.key,
        kind=draft.kind,
        partnership_id=draft.partnership_id,
        recipient_id=draft.recipient_id,
        params=dict(draft.params),
        secret=seal(draft.secret),
        priority=draft.priority or (kind.priority if kind else 0),
        due_at=draft.due_at,
        next_attempt_at=draft.due_at,
        expires_at=draft.expires_at,
        about_at=draft.about_at,
        message_id=message_id_of(draft.key),
        created_at=now,
    )


def message_id_of(key: str) -> str:
    """The same for every copy of the same message; nobody can work it out, nor the order of messages by it."""
    secret = f"notifications.message_id:{settings.SECRET_KEY}".encode()
    return f"<{hmac.digest(secret, key.encode(), 'sha256').hex()[:32]}@{mail_domain()}>"


def mail_domain() -> str:
    """The host of ``SITE_URL``, for Message-ID and List-Id."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def withdraw(*, key_prefix: str) -> int:
    """Cancel what is still waiting and starts with ``key_prefix``; returns how many. Used when a plan changes.

    End the prefix with its separator: ``meeting:7`` would take the messages of meeting 70 as well.
    """
    waiting = Message.objects.filter(dedupe_key__startswith=key_prefix, state=MessageState.PENDING)
    return waiting.update(state=MessageState.CANCELLED, secret="")


@transaction.atomic
def try_again(*, message_id: int | None, actor_id: int, now: datetime) -> int:
    """Put a dead letter, or with None every one, back into the queue; returns how many.

    Whether it is still wanted is asked when it is sent, as ever. A code is gone once its message was given up. Counted
    as tried once, it goes by itself and at once: who tries again wants to see what happens.
    """
    doorbell.ring()
    return _settle_dead(
        message_id, "mail.retried", actor_id, now,
        state=MessageState.PENDING, attempts=1, due_at=now, held_until=None, next_attempt_at=now,
    )  # fmt: skip


@transaction.atomic
def give_up(*, message_id: int | None, actor_id: int, now: datetime) -> int:
    """Close a dead letter, or with None every one: nobody is to be told about it again. Returns how many."""
    count = _settle_dead(message_id, "mail.given_up", actor_id, now, state=MessageState.CANCELLED)
    given_up = Message.objects.filter(state=MessageState.CANCELLED).values("pk")
    Message.objects.filter(state=MessageState.FAILED, carrier__in=given_up).update(state=MessageState.CANCELLED)
    return count


def _settle_dead(message_id: int | None, verb: str, actor_id: int, now: datetime, **changes: Any) -> int:
    dead = Message.objects.dead() if message_id is None else Message.objects.dead().filter(pk=message_id)
    found = list(dead.select_for_update())
    record_all(
        event(verb=verb, target=each, at=now, actor_id=actor_id, partnership_id=each.partnership_id) for each in found
    )
    return Message.objects.dead().filter(pk__in=[each.pk for each in found]).update(**changes)


@transaction.atomic
def wake(*, actor_id: int, now: datetime) -> bool:
    """End the pause of the mail server's queue, so that a dispatcher tries at once; false when there is none."""
    for pause in Pause.objects.filter(channel=Channel.MAIL):
        record(verb="mail.woken", target=pause, at=now, actor_id=actor_id)
    doorbell.ring()
    return pauses.cut_short(now=now)


def beat(name: str, *, now: datetime) -> None:
    """Note that the loop ``name`` has done its work; say so when its silence had been noticed."""
    mine = Heartbeat.objects.filter(name=name)
    if mine.filter(alarmed_at__isnull=False).update(at=now, alarmed_at=None):
        logger.warning("The loop %s beats again.", name)
    elif not mine.update(at=now):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def purge(*, now: datetime) -> int:
    """Delete ended sessions, closed messages, old counters and numbers of forms; returns how many of the latter three.

    Sessions end by the clock of the browser and of Django, which nobody moves, so ``now`` does not decide about them.
    Messages about what lies ahead stay until it is over: they are how we know who has to hear when it is called off.
    """
    SessionStore.clear_expired()
    closed = Message.objects.exclude(state__in=OPEN_STATES).filter(due_at__lt=now - KEEP_MESSAGES)
    closed = closed.exclude(expires_at__gt=now)
    forms = once.purge(before=now - KEEP_SUBMISSIONS)
    return closed.delete()[0] + limits.purge(before=now - KEEP_RATE_COUNTS) + forms


def reached(*, key_prefix: str) -> set[int]:
    """Ids of the people a message whose key starts with ``key_prefix`` went to, or is on its way to right now."""
    out = Message.objects.filter(dedupe_key__startswith=key_prefix, state__in=(MessageState.SENT, MessageState.SENDING))
    return set(Person.objects.filter(messages__in=out).values_list("pk", flat=True))


def who_stopped(kind: str, *, among: Iterable[int]) -> set[int]:
    """The people of ``among`` who do not want mails of this kind."""
    stopped = Unsubscription.objects.filter(kind=kind, person__in=list(among))
    return set(stopped.values_list("person_id", flat=True))


def sent_after(moment: datetime, *, kind: str) -> MessageQuerySet:
    """Messages of ``kind`` that went out and were due after ``moment``."""
    return Message.objects.filter(kind=kind, state=MessageState.SENT, due_at__gt=moment)
