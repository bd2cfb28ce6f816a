"""The calendar periods that values are asked for: months, quarters, half years, years."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from core import months
from core.dates import day_year, month
from goals.choices import Frequency

MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEARLY: 6, Frequency.YEARLY: 12}


@dataclass(frozen=True, order=True)
class Period:
    """From the first to the last day, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return label(self.start, self.end)


def period_of(day: date, frequency: str) -> Period:
    """The calendar period of this frequency that holds ``day``."""
    length = MONTHS[Frequency(frequency)]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Period(first, months.last_day(months.shift(first, length - 1)))


def finished(frequency: str, *, on: date, count: int) -> list[Period]:
    """The last ``count`` periods that are over on ``on``, newest first."""
    found: list[Period] = []
    day = period_of(on + timedelta(days=1), frequency).start - timedelta(days=1)
    for _number in range(count):
        found.append(period_of(day, frequency))
        day = found[-1].start - timedelta(days=1)
    return found


def finished_and_running(frequency: str, *, on: date) -> tuple[Period, Period]:
    """The last period that is over on ``on``, and the one after it."""
    (last,) = finished(frequency, on=on, count=1)
    return last, period_of(last.end + timedelta(days=1), frequency)


def label(start: date, end: date) -> str:
    """What people call it: "October 2026", "July to September 2026", "2026", or its two days."""
    for frequency in MONTHS:
        if period_of(start, frequency) == (whole := Period(start, end)):
            return _calendar_label(whole, frequency)
    if start == end:
        return day_year(start)
    return _("%(start)s to %(end)s") % {"start": day_year(start), "end": day_year(end)}


def _calendar_label(period: Period, frequency: Frequency) -> str:
    if frequency is Frequency.YEARLY:
        return str(period.start.year)
    if frequency is Frequency.MONTHLY:
        return month(period.start)
    return _("%(first_month)s to %(last_month)s") % {
        "first_month": month(period.start),
        "last_month": month(period.end),
    }
