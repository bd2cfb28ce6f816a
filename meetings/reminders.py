"""Who is reminded of a meeting, and when: three days and two hours before, or when the partnership chose, once each."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F

from meetings.choices import Presence
from meetings.models import Attendance
from meetings.services import letters
from notifications.registry import Planner, register_planner
from notifications.reminding import chosen_moments, fitting
from notifications.services import Draft, enqueue


def plan_reminders(now: datetime) -> None:
    """Store the reminders that are owed now. Never for drafts or meetings called off.

    Each has its own span of time, so that after an outage one reminder goes out and not two. Nobody is reminded of what
    they were told only after the reminder was due, nobody who sent apologies, nobody who gave up the seat, and after
    the clock was set back nobody whom a later reminder has told.
    """
    enqueue(list(_owed(now)), now=now)


def _owed(now: datetime) -> Iterator[Draft]:
    chosen = chosen_moments(letters.REMINDER)
    waiting = Attendance.objects.filter(
        meeting__invited_at__isnull=False,
        meeting__cancelled_at=None,
        meeting__closed_at=None,
        meeting__starts_at__gt=now,
        meeting__starts_at__lte=now + chosen.longest,
        presence=Presence.UNKNOWN,
        seat__person=F("person"),
        person__is_active=True,
        person__email__isnull=False,
    )
    told_ahead = letters.reminded_after(now)
    for attendance in waiting.select_related("meeting").order_by("pk"):
        meeting = attendance.meeting
        if (meeting.pk, attendance.person_id) in told_ahead:
            continue
        moments = chosen.of(meeting.partnership_id, *letters.subjects(meeting))
        turn = fitting(moments, meeting.starts_at - now)
        if turn is None:
            continue
        before, following = turn
        due_at = meeting.starts_at - before
        if attendance.told_at < due_at:
            yield letters.draft(
                letters.REMINDER,
                meeting,
                person_id=attendance.person_id,
                due_at=due_at,
                expires_at=meeting.starts_at - (following or timedelta(0)),
                part=f"-{before // timedelta(minutes=1)}",
            )


def register() -> None:
    register_planner(Planner("meetings.reminders", plan_reminders))
