"""Who is reminded of a meeting, and when: three days and two hours before, or when the partnership chose, once each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from meetings.services import letters
from notifications.registry import Planner, register_planner
from notifications.reminding import Chosen, chosen_moments, fitting
from notifications.services import Draft, enqueue_owed


def plan_reminders(now: datetime) -> None:
    """Store the reminders that are owed now. Never for drafts or meetings called off.

    Each has its own span of time, so that after an outage one reminder goes out and not two. Nobody is reminded of what
    they were told only after the reminder was due, nobody who sent apologies, nobody who gave up the seat, and nobody
    whom a later reminder has told, before the clock was set back or other times were chosen.
    """
    enqueue_owed(_owed(now), now=now)


def _owed(now: datetime) -> Iterator[Draft]:
    chosen = chosen_moments(letters.REMINDER)
    ahead = Meeting.objects.filter(
        invited_at__isnull=False,
        cancelled_at=None,
        closed_at=None,
        starts_at__gt=now,
        starts_at__lte=now + chosen.longest,
    )
    turns = dict(_turns(ahead, chosen, now))
    if not turns:
        return
    waiting = Attendance.objects.filter(
        meeting__in=ahead,
        presence=Presence.UNKNOWN,
        seat__person=F("person"),
        person__is_active=True,
        person__email__isnull=False,
    )
    told_later = letters.reminded_after({pk: turn.due_at for pk, turn in turns.items()})
    # Plain values: there may be a hundred thousand, and this runs every minute.
    for meeting_id, person_id, told_at in waiting.order_by("pk").values_list("meeting_id", "person_id", "told_at"):
        turn = turns.get(meeting_id)
        if turn and told_at < turn.due_at and (meeting_id, person_id) not in told_later:
            yield letters.draft(
                letters.REMINDER,
                turn.meeting,
                person_id=person_id,
                due_at=turn.due_at,
                expires_at=turn.expires_at,
                part=turn.part,
            )


@dataclass(frozen=True)
class _Turn:
    """The reminder whose turn it is before one meeting."""

    meeting: Meeting
    due_at: datetime
    expires_at: datetime
    part: str


def _turns(meetings: Iterable[Meeting], chosen: Chosen, now: datetime) -> Iterator[tuple[int, _Turn]]:
    for meeting in meetings:
        moments = chosen.of(meeting.partnership_id, *letters.subjects(meeting))
        turn = fitting(moments, meeting.starts_at - now)
        if turn:
            before, following = turn
            yield (
                meeting.pk,
                _Turn(
                    meeting,
                    due_at=meeting.starts_at - before,
                    expires_at=meeting.starts_at - (following or timedelta(0)),
                    part=f"-{before // timedelta(minutes=1)}",
                ),
            )


def register() -> None:
    register_planner(Planner("meetings.reminders", plan_reminders))
