"""A person's own calendar: what they owe by its date, and their meetings, from all their partnerships."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import CalendarFeed, Person
from core.http import absolute_url
from goals.selectors import Owed, owed_by
from meetings.calendar import WholeDay, write_feed
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from notifications.services import mail_domain
from partners.selectors import seats_of

MEETINGS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Feed:
    """The calendar as text, the same for the same facts.

    No moment of the last change: a seat that was left elsewhere, or a name changed, would have to be found for it.
    """

    text: str
    etag: str


@dataclass(frozen=True)
class FeedLink:
    """An address to subscribe to: of everything, or of one partnership."""

    name: str
    url: str


def feed_of(held: CalendarFeed, *, only: str, now: datetime) -> Feed:
    """``only`` is the slug of one partnership, or nothing. One that is not theirs gives an empty calendar."""
    person = held.person
    seats = [seat for seat in seats_of(person) if only in ("", seat.partnership.slug)]
    with translation.override(person.language):
        owed = owed_by(person, now=now, partnership=only)
        name = seats[0].partnership.name if only and seats else "Common Thread"
        text = write_feed(map(_day, owed), _meetings(person, only=only, now=now), name=name)
    return Feed(text=text, etag=sha256(text.encode()).hexdigest())


def feed_links(person: Person, token: str) -> Sequence[FeedLink]:
    """Everything first; where there are several partnerships, each by itself as well."""
    url = absolute_url(reverse("reports:calendar-feed", args=[token]))
    partnerships = [seat.partnership for seat in seats_of(person)]
    each = [FeedLink(one.name, f"{url}?{urlencode({'only': one.slug})}") for one in partnerships]
    return [FeedLink(_("All my partnerships"), url), *(each if len(each) > 1 else [])]


def feed_made_at(person: Person) -> datetime | None:
    return CalendarFeed.objects.filter(person=person).values_list("created_at", flat=True).first()


def _day(owed: Owed) -> WholeDay:
    return WholeDay(
        uid=f"{owed.key}@{mail_domain()}",
        day=owed.due_on,
        title=_title(owed) % {"what": owed.title},
        text=owed.partnership.name,
        url=absolute_url(owed.path),
        stamp=owed.since,
    )


def _title(owed: Owed) -> str:
    if owed.is_number:
        return _("Number: %(what)s")
    return _("Late: %(what)s") if owed.is_late else _("Due: %(what)s")


def _meetings(person: Person, *, only: str, now: datetime) -> Iterable[tuple[Meeting, datetime]]:
    """With apologies sent, a meeting is in nobody's way; who gave up the seat is not expected any more."""
    asked = Attendance.objects.filter(
        person=person,
        seat__person=F("person"),
        meeting__invited_at__isnull=False,
        meeting__cancelled_at=None,
        meeting__ends_at__gte=now - MEETINGS_KEPT,
    ).exclude(presence=Presence.APOLOGIES)
    if only:
        asked = asked.filter(meeting__partnership__slug=only)
    for row in asked.select_related("meeting__partnership").order_by("meeting__starts_at", "meeting"):
        yield row.meeting, row.told_at
