"""Dates in words, in each language's own order. A datetime arrives in the reader's zone already."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import ngettext, pgettext


def _written(value: date | None, pattern: str) -> str:
    """Nothing for no date. The first of a month is an ordinal in some languages, as in "1er mars"."""
    if not value:
        return ""
    if value.day == 1:
        first = pgettext("first day of a month, in a date", "1")
        pattern = pattern.replace("j", "".join(f"\\{letter}" for letter in first))
    return date_format(value, pattern)


def day(value: date | None) -> str:
    """As in: Wednesday 11 November."""
    return _written(value, pgettext("weekday, day, month; Django date format", "l j F"))


def day_year(value: date | None) -> str:
    """As in: 11 November 2026."""
    return _written(value, pgettext("day, month, year; Django date format", "j F Y"))


def short_day(value: date | None) -> str:
    """As in: 11 Nov."""
    return _written(value, pgettext("day, short month; Django date format", "j M"))


def month(value: date | None) -> str:
    """As in: October 2026."""
    return _written(value, pgettext("month, year; Django date format", "F Y"))


def short_month(value: date | None) -> str:
    """As in: Oct 2026."""
    return _written(value, pgettext("short month, year; Django date format", "M Y"))


def clock_time(value: datetime | None) -> str:
    """As in: 18:00."""
    return _written(value, pgettext("time of day; Django date format", "H:i"))


def day_time(value: datetime | None) -> str:
    """As in: Wednesday 11 November, 18:00."""
    return _written(value, pgettext("day and time; Django date format", "l j F, H:i"))


def days_late(days: int) -> str:
    """As in: 7 days late."""
    return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
