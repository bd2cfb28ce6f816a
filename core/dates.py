"""Dates in words, in each language's own order. A datetime arrives in the reader's zone already."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import ngettext, pgettext


def day(value: date | None) -> str:
    """As in: Wednesday 11 November."""
    return date_format(value, pgettext("weekday, day, month; Django date format", "l j F")) if value else ""


def day_year(value: date | None) -> str:
    """As in: 11 November 2026."""
    return date_format(value, pgettext("day, month, year; Django date format", "j F Y")) if value else ""


def short_day(value: date | None) -> str:
    """As in: 11 Nov."""
    return date_format(value, pgettext("day, short month; Django date format", "j M")) if value else ""


def month(value: date | None) -> str:
    """As in: October 2026."""
    return date_format(value, pgettext("month, year; Django date format", "F Y")) if value else ""


def short_month(value: date | None) -> str:
    """As in: Oct 2026."""
    return date_format(value, pgettext("short month, year; Django date format", "M Y")) if value else ""


def clock_time(value: datetime | None) -> str:
    """As in: 18:00."""
    return date_format(value, pgettext("time of day; Django date format", "H:i")) if value else ""


def day_time(value: datetime | None) -> str:
    """As in: Wednesday 11 November, 18:00."""
    return date_format(value, pgettext("day and time; Django date format", "l j F, H:i")) if value else ""


def days_late(days: int) -> str:
    """As in: 7 days late."""
    return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
