"""The mails about a meeting. Each says what is true when it leaves, and stays behind when that has changed."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigAutoField, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from core.clock import today
from core.http import absolute_url
from core.prepared import Given, Prepared
from goals.models import Action
from meetings import samples
from meetings.calendar import Method, write_calendar
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from meetings.services import letters
from notifications.choices import Topic
from notifications.models import Message
from notifications.registry import Attachment, Letter, MailKind, Moments, register_kind
from partners.models import Partnership, Seat


@dataclass(frozen=True)
class _About:
    """All that a mail about a meeting is made of, in one statement, and what it says of the recipient."""

    meeting: Meeting
    is_asked: bool
    is_expected: bool
    has_promised: bool
    facts: Hashable


_PARTNERSHIP = ("partnership__id", "partnership__name", "partnership__slug")
_ORGANIZER = ("organizer__id", "organizer__invited_as", "organizer__person__id", "organizer__person__name")


def _asked(**more: Any) -> Exists:
    """The recipient was asked and still holds the seat."""
    person = Given("person", BigAutoField())
    return Exists(Attendance.objects.filter(meeting=OuterRef("pk"), person=person, seat__person=person, **more))


_ABOUT = Prepared(
    lambda: (
        Meeting.objects.filter(pk=Given("meeting", BigAutoField()))
        .annotate(
            is_asked=_asked(),
            is_expected=_asked(presence=Presence.UNKNOWN),
            has_promised=Exists(_promised_by(Given("person", BigAutoField()), partnership=OuterRef("partnership"))),
        )
        .values_list(*_of_meeting(), *_PARTNERSHIP, *_ORGANIZER, "is_asked", "is_expected", "has_promised")
    )
)


def _of_meeting() -> list[str]:
    return [field.attname for field in Meeting._meta.concrete_fields]


def _promised_by(person: Any, *, partnership: Any) -> QuerySet[Action]:
    return Action.objects.open().filter(partnership=partnership, accountable__person=person)


def _read(message: Message) -> _About | None:
    rows = _ABOUT.rows(meeting=message.params["meeting"], person=message.recipient_id)
    if not rows:
        return None
    *facts, is_asked, is_expected, has_promised = rows[0]
    *of_meeting, host, host_name, slug, organizer, invited_as, person, name = facts
    meeting = Meeting.from_db(DEFAULT_DB_ALIAS, _of_meeting(), of_meeting)
    meeting.partnership = Partnership(pk=host, name=host_name, slug=slug)
    holder = None if person is None else Person(pk=person, name=name)
    meeting.organizer = Seat(pk=organizer, invited_as=invited_as, person=holder)
    return _About(meeting, bool(is_asked), bool(is_expected), bool(has_promised), tuple(facts))


def _meeting_of(message: Message) -> _About | None:
    """The meeting as this message knows it; None when it has changed since, which another message tells."""
    message.at_hand = about = _read(message)
    return about if about is not None and about.meeting.sequence == message.params["sequence"] else None


def _is_ahead(message: Message, now: datetime) -> bool:
    """Invitations and changes: still on, not over, and the recipient was asked and still holds the seat."""
    about = _meeting_of(message)
    return about is not None and about.is_asked and about.meeting.is_open and now < about.meeting.ends_at


def _is_expected(message: Message, now: datetime) -> bool:
    """Reminders: about to start, and the recipient still holds the seat and sent no apologies."""
    about = _meeting_of(message)
    return about is not None and about.is_expected and about.meeting.is_open and now < about.meeting.starts_at


def _is_off(message: Message, _now: datetime) -> bool:
    about = _meeting_of(message)
    return about is not None and about.meeting.cancelled_at is not None


def _about(message: Message) -> _About:
    about = message.at_hand or _read(message)
    message.at_hand = None
    if about is None:
        raise LookupError(message.kind)
    return about


def _facts(message: Message, about: _About) -> dict[str, Any]:
    """What every mail about a meeting shows; delivery has set the language and the time zone of the recipient."""
    meeting = about.meeting
    zone = message.person.time_zone
    return {
        "meeting": meeting,
        "partnership": meeting.partnership,
        "organizer": meeting.organizer.name,
        "meeting_url": absolute_url(reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk])),
        "zone": zone,
        "one_day": today(zone=zone, at=meeting.starts_at) == today(zone=zone, at=meeting.ends_at),
    }


def _with_calendar(message: Message, now: datetime, method: Method) -> Letter:
    about = _about(message)
    calendar = write_calendar(about.meeting, attendee=message.person, method=method, now=now)
    entry = Attachment(name="invite.ics", content=calendar, mime_type=f"text/calendar; method={method.value}")
    name = about.meeting.partnership.name
    return Letter(_facts(message, about), attachments=(entry,), from_name=name, alike=about.facts)


def _request(message: Message, now: datetime) -> Letter:
    return _with_calendar(message, now, Method.REQUEST)


def _cancellation(message: Message, now: datetime) -> Letter:
    return _with_calendar(message, now, Method.CANCEL)


def _reminder(message: Message, _now: datetime) -> Letter:
    """With what the reader promised, and without a calendar entry: it is there already."""
    about = _about(message)
    partnership = about.meeting.partnership
    context: dict[str, Any] = _facts(message, about) | {"promised": ()}
    if not about.has_promised:
        return Letter(context, from_name=partnership.name, alike=about.facts)
    promised = _promised_by(message.recipient_id, partnership=partnership.pk).order_by("due_on", "pk")
    return Letter(context | {"promised": promised}, from_name=partnership.name)


URGENT_WITHIN = timedelta(hours=24)  # people are on their way, or about to be
LAST_CALL = timedelta(hours=2)
SOON_FIRST = 5  # after codes for signing in, before everything that can wait

KINDS = (
    MailKind(
        name=letters.INVITATION,
        template="meeting_invitation",
        description=_("Invitations to meetings"),
        compose=_request,
        still_wanted=_is_ahead,
        topic=Topic.MEETINGS,
        sample=samples.plan,
        who=_("The people invited"),
        when=_("At once, with an entry for the calendar"),
        urgent_within=LAST_CALL,
        stays=_("You would still hear of changes to meetings you are invited to already, and when one is called off."),
    ),
    MailKind(
        name=letters.CHANGE,
        template="meeting_changed",
        description=_("Changes of time or place of meetings you are invited to"),
        compose=_request,
        still_wanted=_is_ahead,
        topic=Topic.MEETINGS,
        sample=samples.plan,
        who=_("The people who have heard of the meeting"),
        when=_("At once, with an entry for the calendar; in the 24 hours before the start also during quiet hours"),
        priority=SOON_FIRST,
        urgent_within=URGENT_WITHIN,
        stays=_("You would still be invited to meetings, and hear when one is called off."),
    ),
    MailKind(
        name=letters.CANCELLATION,
        template="meeting_cancelled",
        description=_("Meetings that do not take place"),
        compose=_cancellation,
        still_wanted=_is_off,
        topic=Topic.MEETINGS,
        sample=samples.called_off,
        who=_("The people who have heard of the meeting"),
        when=_("At once, with an entry for the calendar; in the 24 hours before the start also during quiet hours"),
        priority=SOON_FIRST,
        urgent_within=URGENT_WITHIN,
        stays=_(
            "You would still be invited to meetings, and hear of changes. You might travel to a meeting that is off."
        ),
    ),
    MailKind(
        name=letters.REMINDER,
        template="meeting_reminder",
        description=_("Reminders of meetings"),
        compose=_reminder,
        still_wanted=_is_expected,
        topic=Topic.MEETINGS,
        sample=samples.reminder,
        who=_("The people invited who sent no apologies"),
        when=_("Three days and two hours before, unless the partnership chose otherwise; with the agenda"),
        moments=Moments(
            usual=(timedelta(days=3), timedelta(hours=2)),
            before=_("before a meeting"),
            shortest=timedelta(hours=1),
            longest=timedelta(days=14),
            step=timedelta(hours=1),
        ),
        stays=_("You would still be invited to meetings, and hear of changes and cancellations."),
    ),
)


def register() -> None:
    for kind in KINDS:
        register_kind(kind)
