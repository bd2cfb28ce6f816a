"""What the chats of a partnership hear of its meetings. Never the link to join: anybody may read along there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import day_time
from core.http import absolute_url
from meetings.models import Meeting
from notifications.chat import hooks
from notifications.chat.events import ChatEvent, Post, register_event
from notifications.models import Message

PLANNED = "meeting_planned"
CHANGED = "meeting_changed"
CALLED_OFF = "meeting_called_off"


def announce(event: str, meeting: Meeting, *, now: datetime) -> None:
    """Inside the transaction of its cause. A meeting is planned once, whoever else is invited later."""
    facts = str(meeting.pk) if event == PLANNED else f"{meeting.pk}-{meeting.sequence}"
    hooks.announce(
        event,
        partnership_id=meeting.partnership_id,
        facts=facts,
        params={"meeting": meeting.pk, "sequence": meeting.sequence},
        now=now,
        expires_at=meeting.ends_at,
    )


def _meeting_of(message: Message) -> Meeting:
    return Meeting.objects.select_related("partnership").get(pk=message.params["meeting"])


def _is_ahead(message: Message, now: datetime) -> bool:
    ahead = Meeting.objects.invited().filter(pk=message.params["meeting"], ends_at__gt=now)
    if message.kind != f"chat:{PLANNED}":  # another change has a post of its own
        ahead = ahead.filter(sequence=message.params["sequence"])
    return ahead.exists()


def _is_off(message: Message, _now: datetime) -> bool:
    return Meeting.objects.filter(pk=message.params["meeting"], cancelled_at__isnull=False).exists()


def _post(message: Message, title: str) -> Post:
    meeting = _meeting_of(message)
    when = day_time(meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)))
    return Post(
        title=title % {"meeting": meeting.title},
        lines=[f"{when} ({meeting.time_zone})", meeting.place],
        url=absolute_url(reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk])),
    )


def _planned(message: Message, _now: datetime) -> Post:
    return _post(message, _("We meet: %(meeting)s"))


def _changed(message: Message, _now: datetime) -> Post:
    return _post(message, _("Changed: %(meeting)s"))


def _called_off(message: Message, _now: datetime) -> Post:
    return _post(message, _("Called off: %(meeting)s"))


EVENTS = (
    ChatEvent(PLANNED, gettext_lazy("A meeting is planned"), _planned, _is_ahead),
    ChatEvent(CHANGED, gettext_lazy("Time or place of a meeting changes"), _changed, _is_ahead),
    ChatEvent(CALLED_OFF, gettext_lazy("A meeting is called off"), _called_off, _is_off),
)


def register() -> None:
    for event in EVENTS:
        register_event(event)
