"""Between claiming and sending: what waits until its recipient wants it, and what goes out with others as one mail.

A bundle is a message of its own, with its own key, Message-ID, lease and attempts. What it carries has its place in it
from one transaction on and stays there, so a second copy of a bundle has the Message-ID of the first. Only what was
never tried is put into one. When the bundle leaves, what it carries is taken, asked again whether it is still wanted,
and shares its fate.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.texts import StrOrPromise
from notifications import leases
from notifications.letters import Part, part_of
from notifications.models import LEASE, OPEN_STATES, Message, MessageQuerySet, MessageState
from notifications.registry import Letter, MailKind, kind_named
from notifications.services import Draft, enqueue
from notifications.wanted import reason_to_drop, stopped_by
from notifications.wishes import DAILY_DIGEST, WEEKLY_DIGEST, Times, Wishes, wishes_of

logger = logging.getLogger(__name__)
MOST_IN_ONE = 50


def sort_out(batch: Sequence[Message], *, now: datetime) -> list[Message]:
    """What of a claimed batch goes out by itself now. The rest waits, or is put into bundles that are due at once."""
    free = {message.pk: message.recipient_id for message in batch if _may_wait(message)}
    wishes = wishes_of({person for person in free.values() if person is not None}) if free else {}
    bundles: dict[tuple[int, str], str] = {}
    leaving = []
    for message in batch:
        person, kind = free.get(message.pk), kind_named(message.kind)
        if person is None or kind is None:
            leaving.append(message)
            continue
        try:
            wish = wishes[person]
            moment = wish.moment_for(kind, Times(message.due_at, message.expires_at, message.about_at), now=now)
        except Exception:  # one person whose time zone is gone must not hold up everybody's mail
            logger.exception("When message %s of kind %s is wanted cannot be told.", message.pk, message.kind)
            leaving.append(message)
            continue
        if moment > now:
            leases.hold_back(message, until=moment)
        elif bundle := wish.bundle_of(kind):
            bundles[person, bundle] = message.lease_owner
        else:
            leaving.append(message)
    for (person, bundle), owner in bundles.items():
        leaving += _gather(person, bundle, wishes[person], owner=owner, now=now)
    return leaving


def _may_wait(message: Message) -> bool:
    kind = kind_named(message.kind)
    return kind is not None and kind.can_be_chosen and message.attempts == 0


@transaction.atomic
def _gather(person: int, bundle: str, wishes: Wishes, *, owner: str, now: datetime) -> list[Message]:
    """Put everything that is due for this bundle into one; what would be alone in it is given back to go by itself.

    What another dispatcher has claimed and not yet tried is taken away from it: its own fence tells it so.
    """
    due = Message.objects.filter(
        recipient=person,
        kind__in=[kind.name for kind in wishes.kinds_in(bundle)],
        carrier=None,
        attempts=0,
        state__in=OPEN_STATES,
        due_at__lte=now,
    ).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    rows = list(due.select_related("recipient")[:MOST_IN_ONE])
    if len(rows) <= 1:
        return [row for row in rows if row.lease_owner == owner]
    key = f"{bundle}:{person}:{rows[0].pk}"
    enqueue([Draft(key=key, kind=bundle, recipient_id=person, due_at=now)], now=now)
    carrier = Message.objects.get(dedupe_key=key)
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(
        carrier=carrier, state=MessageState.PENDING, lease_owner="", lease_until=None, held_until=None
    )
    # What did not fit goes with the next one, at once and not only when our lease ends.
    due.filter(lease_owner=owner).update(state=MessageState.PENDING, lease_owner="", lease_until=None)
    return []


# -- When a bundle leaves ---------------------------------------------------------------------------------------------
def take(carrier: Message, now: datetime) -> bool:
    """Take what the bundle carries under its lease and drop what nobody needs any more. False when nothing is left.

    A bundle that failed and is tried again takes what failed with it.
    """
    is_ours = Message.objects.filter(pk=carrier.pk, lease_owner=carrier.lease_owner, state=MessageState.SENDING)
    Message.objects.filter(carrier__in=is_ours, state__in=(*OPEN_STATES, MessageState.FAILED)).update(
        state=MessageState.SENDING,
        lease_owner=carrier.lease_owner,
        lease_until=now + LEASE,
        attempts=carrier.attempts,
    )
    stopped = stopped_by(carrier.recipient_id)
    left = 0
    for message in _aboard(carrier):
        kind = kind_named(message.kind)
        reason = reason_to_drop(message, kind, stopped=stopped, now=now) if kind else ""
        if reason:
            leases.mark_obsolete(message, reason=reason)
        left += not reason
    return left > 0


def _aboard(carrier: Message) -> MessageQuerySet:
    """What leaves with the bundle, the newest first."""
    taken = Message.objects.filter(carrier=carrier, lease_owner=carrier.lease_owner, state=MessageState.SENDING)
    return taken.select_related("recipient").order_by("-due_at", "-pk")


def compose(carrier: Message, now: datetime) -> Letter:
    """One mail of all that is aboard. What cannot be written leaves the bundle and is tried by itself."""
    parts: list[Part] = []
    for message in _aboard(carrier):
        try:
            parts.append(_part(message, now))
        except Exception:
            logger.exception("Message %s of kind %s left its bundle.", message.pk, message.kind)
            leases.set_aside(message, now=now)
    if not parts:
        raise LookupError(carrier.kind)
    return letter_of(parts)


def letter_of(parts: Sequence[Part]) -> Letter:
    """One mail of these. It bears a partnership's name as its sender where all parts do."""
    senders = {part.from_name for part in parts}
    from_name = senders.pop() if len(senders) == 1 else ""
    return Letter({"parts": parts, "first": parts[0], "more": len(parts) - 1}, from_name=from_name)


def _part(message: Message, now: datetime) -> Part:
    kind = kind_named(message.kind)
    if kind is None:
        raise LookupError(message.kind)
    return part_of(kind, kind.compose(message, now), recipient=message.recipient)


def bundle_kind(name: str, *, description: StrOrPromise, who: StrOrPromise = "", when: StrOrPromise = "") -> MailKind:
    """The kind of a mail that is put together from others."""
    return MailKind(
        name=name,
        template="bundle",
        description=description,
        compose=compose,
        still_wanted=take,
        gathers=True,
        who=who,
        when=when,
    )


WHO_CHOSE = _("Who gets some kinds of e-mail together, by choice or because they come so")
BUNDLE_KINDS = (
    bundle_kind(
        DAILY_DIGEST,
        description=_("What is new for you, once a day"),
        who=WHO_CHOSE,
        when=_("At eight in the morning, or at an hour of their own; none when nothing is new"),
    ),
    bundle_kind(
        WEEKLY_DIGEST,
        description=_("What is new for you, once a week"),
        who=WHO_CHOSE,
        when=_("On Monday at eight, or on a day and at an hour of their own; none when nothing is new"),
    ),
)
