"""What people choose about their mails. Callers show the page or hold the link; the rules stand here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from notifications import doorbell
from notifications.choices import Rhythm
from notifications.models import MailHours, Message, MessageState, Preference, Unsubscription
from notifications.registry import MailKind, kind_named
from notifications.wishes import Wishes, is_within, wishes_of


class KindCannotBeStopped(DomainError):
    """Mails that somebody has just asked for, such as sign-in codes, have no off switch."""


class NotOffered(DomainError):
    """This kind of mail does not come in this rhythm."""


class HoursCollide(DomainError):
    """A digest would fall into hours or days without mail."""


@transaction.atomic
def unsubscribe(*, person_id: int, kind: str, now: datetime) -> None:
    """Send this person no more mails of ``kind``, or of what comes in this digest. Saying it again changes nothing."""
    known = kind_named(kind)
    if known and not known.offers_unsubscribe:
        raise KindCannotBeStopped(_("These mails come only when somebody asks for one, so they cannot be stopped."))
    for name in stops(person_id=person_id, kind=kind):
        unsubscription, is_new = Unsubscription.objects.get_or_create(
            person_id=person_id, kind=name, defaults={"since": now}
        )
        if is_new:
            record(verb="mail.unsubscribed", target=unsubscription, at=now, actor_id=person_id, kind=name)


@transaction.atomic
def resubscribe(*, person_id: int, kind: str, now: datetime) -> None:
    """Send mails of ``kind`` to this person again. Saying it again changes nothing."""
    names = stops(person_id=person_id, kind=kind)
    for unsubscription in Unsubscription.objects.filter(person_id=person_id, kind__in=names):
        record(verb="mail.resubscribed", target=unsubscription, at=now, actor_id=person_id, kind=unsubscription.kind)
        unsubscription.delete()


def stops(*, person_id: int, kind: str) -> list[str]:
    """The kinds that the link of a mail stops: its own, or all that this person gets in this digest or bundle."""
    known = kind_named(kind)
    if known is None or not known.gathers:
        return [kind]
    wishes = wishes_of([person_id]).get(person_id)
    return [one.name for one in wishes.kinds_in(kind)] if wishes else []


@transaction.atomic
def choose(*, person_id: int, rhythms: Mapping[str, Rhythm], hours: "HoursWanted", now: datetime) -> None:
    """Everything that the page asks, at once."""
    choose_hours(person_id=person_id, wanted=hours, now=now)
    choose_rhythms(person_id=person_id, rhythms=rhythms, now=now)


@transaction.atomic
def choose_rhythms(*, person_id: int, rhythms: Mapping[str, Rhythm], now: datetime) -> None:
    """Keep how somebody wants mails of these kinds. What waits is looked at again by the new wishes."""
    wishes = wishes_of([person_id]).get(person_id, Wishes())
    stopped = set(Unsubscription.objects.filter(person_id=person_id).values_list("kind", flat=True))
    for name, rhythm in rhythms.items():
        kind = kind_named(name)
        if kind is None or not kind.can_be_chosen or rhythm not in (*kind.rhythms, Rhythm.NEVER):
            raise NotOffered(_("These e-mails do not come like this."))
        if rhythm == (Rhythm.NEVER if name in stopped else wishes.rhythm_of(kind)):
            continue
        if rhythm == Rhythm.NEVER:
            unsubscribe(person_id=person_id, kind=name, now=now)
        else:
            resubscribe(person_id=person_id, kind=name, now=now)
            _prefer(person_id, kind, rhythm, now)
    _look_again(person_id, now)


def _prefer(person_id: int, kind: MailKind, rhythm: Rhythm, now: datetime) -> None:
    known = Preference.objects.filter(person_id=person_id, kind=kind.name)
    if rhythm == kind.rhythm:
        known.delete()
        return
    row, is_new = known.get_or_create(defaults={"person_id": person_id, "kind": kind.name, "rhythm": rhythm})
    if is_new or row.rhythm != rhythm:
        Preference.objects.filter(pk=row.pk).update(rhythm=rhythm)
        record(verb="mail.rhythm_chosen", target=row, at=now, actor_id=person_id, kind=kind.name, rhythm=rhythm)


@dataclass(frozen=True)
class HoursWanted:
    """When somebody wants mail, by their own clock; ``days_off`` are weekdays, 0 for Monday."""

    digest_at: time = time(8)
    digest_on: int = 0
    quiet_from: time | None = None
    quiet_until: time | None = None
    days_off: Iterable[int] = ()


@transaction.atomic
def choose_hours(*, person_id: int, wanted: HoursWanted, now: datetime) -> MailHours:
    """Keep when somebody wants mail. A digest that could not leave at its own hour is refused."""
    days_off = set(wanted.days_off)
    if wanted.digest_on in days_off:
        raise HoursCollide(_("The weekly e-mail would fall on a day without e-mails."))
    if is_within(wanted.digest_at, wanted.quiet_from, wanted.quiet_until):
        raise HoursCollide(_("The digests would fall into your quiet hours."))
    values = {
        "digest_at": wanted.digest_at,
        "digest_on": wanted.digest_on,
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "days_off": sum(1 << day for day in days_off),
    }
    hours, _is_new = MailHours.objects.update_or_create(person_id=person_id, defaults=values)
    record(verb="mail.hours_chosen", target=hours, at=now, actor_id=person_id)
    _look_again(person_id, now)
    return hours


def _look_again(person_id: int, now: datetime) -> None:
    held = Message.objects.filter(recipient=person_id, state=MessageState.PENDING, held_until__isnull=False)
    if held.filter(carrier=None).update(held_until=None, next_attempt_at=now):
        doorbell.ring()
