"""Calendar months in a zone. A month is written as the date of its first day."""

from datetime import date, datetime, timedelta

from core.clock import start_of_day, today


def first_of(day: date) -> date:
    return day.replace(day=1)


def shift(month: date, by: int) -> date:
    """The first day of the month ``by`` months later; negative goes back."""
    whole = month.year * 12 + (month.month - 1) + by
    return date(whole // 12, whole % 12 + 1, 1)


def last_day(month: date) -> date:
    return shift(month, 1) - timedelta(days=1)


def current(*, zone: str, at: datetime) -> date:
    return first_of(today(zone=zone, at=at))


def bounds(month: date, *, zone: str) -> tuple[datetime, datetime]:
    """The instants (UTC) at which the month begins and the next one begins, for people in ``zone``."""
    return start_of_day(first_of(month), zone=zone), start_of_day(shift(month, 1), zone=zone)
