"""Who is reminded of a meeting, and when: three days and two hours before, once each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from meetings.choices import Presence
from meetings.models import Attendance
from meetings.services import letters
from notifications.registry import Planner, register_planner
from notifications.services import Draft, enqueue


@dataclass(frozen=True)
class Reminder:
    """Due ``lead`` before the start, and pointless from ``until`` before the start on."""

    part: str
    lead: timedelta
    until: timedelta


REMINDERS = (
    Reminder(part="-days", lead=timedelta(days=3), until=timedelta(hours=2)),
    Reminder(part="-hours", lead=timedelta(hours=2), until=timedelta(0)),
)


def plan_reminders(now: datetime) -> None:
    """Store the reminders that are owed now. Never for drafts or meetings called off.

    Each has its own span of time, so that after an outage one reminder goes out and not two. Nobody is reminded of what
    they were told only after the reminder was due, nobody who sent apologies, and nobody who gave up the seat.
    """
    enqueue(list(_owed(now)), now=now)


def _owed(now: datetime) -> Iterator[Draft]:
    for reminder in REMINDERS:
        waiting = Attendance.objects.filter(
            meeting__invited_at__isnull=False,
            meeting__cancelled_at=None,
            meeting__closed_at=None,
            meeting__starts_at__gt=now + reminder.until,
            meeting__starts_at__lte=now + reminder.lead,
            presence=Presence.UNKNOWN,
            seat__person=F("person"),
            person__is_active=True,
            person__email__isnull=False,
        )
        for attendance in waiting.select_related("meeting").order_by("pk"):
            meeting = attendance.meeting
            due_at = meeting.starts_at - reminder.lead
            if attendance.told_at < due_at:
                yield letters.draft(
                    letters.REMINDER,
                    meeting,
                    person_id=attendance.person_id,
                    due_at=due_at,
                    expires_at=meeting.starts_at - reminder.until,
                    part=reminder.part,
                )


def register() -> None:
    register_planner(Planner("meetings.reminders", plan_reminders))
