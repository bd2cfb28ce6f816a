"""Whether a message is still to be sent, asked immediately before: by itself, or as a part of a bundle."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from notifications.models import OPEN_STATES, Message, MessageState, Unsubscription
from notifications.registry import MailKind, kinds

SAID_FOR = timedelta(days=7)
UNWANTED = "no longer wanted"


def stopped_by(person_id: int | None) -> set[str]:
    """The kinds of mail that this person stopped."""
    return set(Unsubscription.objects.filter(person=person_id).values_list("kind", flat=True))


def reason_to_drop(message: Message, kind: MailKind, *, stopped: Collection[str], now: datetime) -> str:
    """Why nobody needs the message any more; empty when it is to be sent."""
    if message.expires_at and message.expires_at <= now:
        return "expired"
    if kind.offers_unsubscribe and kind.name in stopped:
        return "unsubscribed"
    if message.recipient_id in covered(kind.name, people=[message.recipient_id or 0], now=now):
        return "said in another e-mail"
    return "" if kind.still_wanted(message, now) else UNWANTED


def covered(kind: str, *, people: Collection[int], now: datetime) -> set[int]:
    """Those of ``people`` whom another kind tells the same: it went to them within the week, or is about to go.

    What waits counts only for people who did not stop it; what could not be sent tells nobody anything.
    """
    covering = [one.name for one in kinds() if kind in one.covers]
    if not covering:
        return set()
    others = Message.objects.filter(kind__in=covering, recipient__in=people)
    stopped = Unsubscription.objects.filter(kind__in=covering).values("person")
    is_coming = Q(state__in=OPEN_STATES, expires_at__gt=now) & ~Q(recipient__in=stopped)
    told = others.filter(is_coming | Q(state=MessageState.SENT, sent_at__gt=now - SAID_FOR))
    return set(told.values_list("recipient__pk", flat=True))
