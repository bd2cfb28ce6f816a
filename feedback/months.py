"""When a month is reported on, and how long answers that could not be shown may still join a later report."""

from datetime import date

from core import months

REPORT_DAY = 8
MEMORY = 6


def report_day(month: date) -> date:
    """The day on which the report of ``month`` is built."""
    return months.shift(month, 1).replace(day=REPORT_DAY)


def first_month_of_memory(month: date) -> date:
    """Where the half year ends in which unpublished answers may still join a report."""
    return months.shift(month, 1 - MEMORY)
