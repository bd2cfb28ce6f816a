"""Months of a partnership: a meeting belongs to the calendar month in which it started there."""

from datetime import date, datetime, timedelta

from core import clock

REPORT_DAY = 8
MEMORY = 6


def month_of(at: datetime, *, zone: str) -> date:
    """First day of the month that people in ``zone`` were in at the instant ``at``."""
    return clock.today(zone=zone, at=at).replace(day=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def previous_month(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def report_day(month: date) -> date:
    """The day on which the report of ``month`` is built."""
    return next_month(month).replace(day=REPORT_DAY)


def span(month: date, *, zone: str) -> tuple[datetime, datetime]:
    """First instant of the month and of the next, in UTC."""
    return clock.start_of_day(month, zone=zone), clock.start_of_day(next_month(month), zone=zone)


def first_month_of_memory(month: date) -> date:
    """Where the half year ends in which unpublished answers may still join a report."""
    for _ in range(MEMORY - 1):
        month = previous_month(month)
    return month


class MonthConverter:
    """``2026-03`` in an address: the first day of that month."""

    regex = r"[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"
