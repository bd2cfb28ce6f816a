"""Reminders of one meeting at times of its own."""

from collections.abc import Collection
from datetime import datetime, timedelta

from meetings.models import Meeting
from meetings.services import letters
from notifications import reminding
from partners.models import Seat


def remind_at(*, meeting: Meeting, moments: Collection[timedelta], by: Seat, now: datetime) -> None:
    """Remind of this meeting then, whatever the partnership does otherwise."""
    reminding.choose_moments(
        kind=letters.REMINDER,
        partnership_id=meeting.partnership_id,
        subject=letters.subject(meeting),
        moments=moments,
        by_id=by.person_id,
        now=now,
    )


def remind_as_usual(*, meeting: Meeting, by: Seat, now: datetime) -> None:
    """Remind of this meeting as the partnership reminds of all."""
    reminding.use_usual_moments(
        kind=letters.REMINDER,
        partnership_id=meeting.partnership_id,
        subject=letters.subject(meeting),
        by_id=by.person_id,
        now=now,
    )
