"""Reminders of one meeting, or of the meetings of one series, at times of their own."""

from collections.abc import Collection
from datetime import datetime, timedelta

from meetings.models import Meeting, MeetingSeries
from meetings.services import letters
from notifications import reminding
from partners.models import Seat


def remind_at(*, of: Meeting | MeetingSeries, moments: Collection[timedelta], by: Seat, now: datetime) -> None:
    """Remind of this meeting or of this series then, whatever the partnership does otherwise."""
    reminding.choose_moments(
        kind=letters.REMINDER,
        partnership_id=of.partnership_id,
        subject=_subject(of),
        moments=moments,
        by_id=by.person_id,
        now=now,
    )


def remind_as_usual(*, of: Meeting | MeetingSeries, by: Seat, now: datetime) -> None:
    """Remind of it as of everything around it: of a meeting as of its series, of a series as in the partnership."""
    reminding.use_usual_moments(
        kind=letters.REMINDER,
        partnership_id=of.partnership_id,
        subject=_subject(of),
        by_id=by.person_id,
        now=now,
    )


def _subject(of: Meeting | MeetingSeries) -> str:
    return letters.subject(of) if isinstance(of, Meeting) else letters.series_subject(of.pk)
