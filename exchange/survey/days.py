"""Dates as people and spreadsheets write them. A date that could be two days is nobody's to guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]0{1,2}:00(?::00)?)?\Z")
DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\Z")
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 0{1,2}:00(?::00)?)?\Z")
SERIAL = re.compile(r"(\d{5})(?:[.,]0+)?\Z")
EXCEL_BEGINS = date(1899, 12, 30)
EARLIEST = date(1990, 1, 1)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Day:
    """What a text means: a day, two possible days, or nothing. ``is_serial``: Excel's count of days."""

    day: date | None = None
    is_two: bool = False
    is_serial: bool = False


class DayReader:
    """Reads the dates of one file; slashes mean whatever the unmistakable ones among them mean."""

    def __init__(self, texts: Iterable[str]) -> None:
        pairs = [tuple(map(int, match.groups()[:2])) for text in texts if (match := SLASHES.match(text))]
        self.day_first = any(first > MONTHS for first, _ in pairs)
        self.month_first = any(second > MONTHS for _, second in pairs)

    def read(self, text: str) -> Day:
        if match := ISO.match(text):
            return Day(_day(*match.groups()))
        if match := DOTS.match(text):
            return Day(_day(*match.groups()[::-1]))
        if match := SERIAL.match(text):
            day = EXCEL_BEGINS + timedelta(days=int(match[1]))
            return Day(day if day >= EARLIEST else None, is_serial=True)
        if match := SLASHES.match(text):
            first, second, year = match.groups()
            if first != second and self.day_first == self.month_first:
                return Day(is_two=True)
            return Day(_day(year, first, second) if self.month_first else _day(year, second, first))
        return Day()


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found >= EARLIEST else None
