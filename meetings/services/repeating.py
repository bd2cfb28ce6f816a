"""The next meeting of a series, as somebody would type it: like the last one, one interval later."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from core import months
from core.clock import at_local_time, today
from meetings.models import Meeting
from meetings.services.planning import MeetingPlan, plan_of

WEEK = timedelta(days=7)
WEEKLY, FORTNIGHTLY = WEEK, 2 * WEEK
FIFTH = 5


def next_plan(meeting: Meeting, *, now: datetime) -> MeetingPlan:
    """A proposal to check, never stored by itself: same hours on the wall, the first such day that is still ahead."""
    last = plan_of(meeting)
    before = meeting.previous_in_series()
    days = [last.starts.date()]
    if before is not None:
        days.insert(0, today(zone=meeting.time_zone, at=before.starts_at))
    while True:
        days = [days[-1], day_after(days)]
        starts = datetime.combine(days[-1], last.starts.time())
        if at_local_time(starts, zone=meeting.time_zone) > now:
            return replace(last, starts=starts, ends=starts + (last.ends - last.starts))


def day_after(days: list[date]) -> date:
    """The day that follows the last one or two: a week or two later where they were that far apart, else next month.

    A month later is the same weekday in the same place, such as the second Wednesday. A fifth has none in most months,
    so where one of the days was a fifth and both were the last of their month, the last of the next month follows.
    """
    last = days[-1]
    apart = last - days[0]
    if apart in (WEEKLY, FORTNIGHTLY):
        return last + apart
    were_last = all((day + WEEK).month != day.month for day in days) and any(_place(day) == FIFTH for day in days)
    first = months.shift(months.first_of(last), 1)
    place = FIFTH if were_last else _place(last)
    found = first + timedelta(days=(last.weekday() - first.weekday()) % 7) + (place - 1) * WEEK
    return found if found.month == first.month else found - WEEK


def _place(day: date) -> int:
    """Which one of its weekday in the month: 2 for the second Wednesday."""
    return (day.day - 1) // 7 + 1
