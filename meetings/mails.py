"""The mails about a meeting. Each says what is true when it leaves, and stays behind when that has changed."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.http import absolute_url
from meetings import samples
from meetings.calendar import Method, write_calendar
from meetings.choices import Presence
from meetings.models import Meeting
from meetings.services import letters
from notifications.choices import Topic
from notifications.models import Message
from notifications.registry import Attachment, Letter, MailKind, Moments, register_kind


def _meeting_of(message: Message) -> Meeting | None:
    """The meeting as this message knows it; None when it has changed since, which another message tells."""
    meetings = Meeting.objects.select_related("partnership", "organizer__person")
    return meetings.filter(pk=message.params["meeting"], sequence=message.params["sequence"]).first()


def _is_ahead(message: Message, now: datetime) -> bool:
    """Invitations and changes: still on, not over, and the recipient was asked and still holds the seat."""
    meeting = _meeting_of(message)
    return (
        meeting is not None
        and meeting.is_open
        and now < meeting.ends_at
        and meeting.attendances.filter(person=message.recipient_id, seat__person=message.recipient_id).exists()
    )


def _is_expected(message: Message, now: datetime) -> bool:
    """Reminders: about to start, and the recipient still holds the seat and sent no apologies."""
    meeting = _meeting_of(message)
    return (
        meeting is not None
        and meeting.is_open
        and now < meeting.starts_at
        and meeting.attendances.filter(
            person=message.recipient_id, seat__person=message.recipient_id, presence=Presence.UNKNOWN
        ).exists()
    )


def _is_off(message: Message, _now: datetime) -> bool:
    meeting = _meeting_of(message)
    return meeting is not None and meeting.cancelled_at is not None


def _facts(message: Message) -> dict[str, Any]:
    """What every mail about a meeting shows; delivery has set the language and the time zone of the recipient."""
    meeting = Meeting.objects.select_related("partnership", "organizer__person").get(pk=message.params["meeting"])
    zone = message.person.time_zone
    return {
        "meeting": meeting,
        "partnership": meeting.partnership,
        "organizer": meeting.organizer.person,
        "meeting_url": absolute_url(reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk])),
        "zone": zone,
        "one_day": today(zone=zone, at=meeting.starts_at) == today(zone=zone, at=meeting.ends_at),
    }


def _with_calendar(message: Message, now: datetime, method: Method) -> Letter:
    facts = _facts(message)
    calendar = write_calendar(facts["meeting"], attendee=message.person, method=method, now=now)
    entry = Attachment(name="invite.ics", content=calendar, mime_type=f"text/calendar; method={method.value}")
    return Letter(facts, attachments=(entry,), from_name=facts["partnership"].name)


def _request(message: Message, now: datetime) -> Letter:
    return _with_calendar(message, now, Method.REQUEST)


def _cancellation(message: Message, now: datetime) -> Letter:
    return _with_calendar(message, now, Method.CANCEL)


def _reminder(message: Message, _now: datetime) -> Letter:
    """With what the reader promised, and without a calendar entry: it is there already."""
    facts = _facts(message)
    promised = facts["partnership"].actions.open().filter(accountable__person=message.recipient_id)
    return Letter(facts | {"promised": promised.order_by("due_on", "pk")}, from_name=facts["partnership"].name)


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
        when=_("At once, with an entry for the calendar"),
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
        when=_("At once, with an entry for the calendar"),
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
