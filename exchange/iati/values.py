"""Read numbers, dates and years the way people write them, and never guess silently."""

import calendar
import re
from datetime import date
from decimal import Decimal
from typing import Final

from exchange.iati.problems import What
from exchange.iati.records import Value, ValueKind

MAX_DIGITS: Final = 18  # before the point
_STEP: Final = Decimal("0.000001")  # after it; the raw text keeps the rest

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\Z")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z")
_SPACED = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?\Z")
_LOOKS_NUMERIC = re.compile(r"[-+0-9.,'  \u202f%]*[0-9][-+0-9.,'  \u202f%]*\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")
_TWO_YEARS = re.compile(r"([0-9]{4})\s*[-/–]\s*([0-9]{2}|[0-9]{4})\Z")


def read_value(raw: str) -> tuple[Value, What | None]:
    """Read a value as number, text or empty, and what to tell the reader about it (None: nothing).

    "198,412.00" and "198 412" are numbers with thousands marks, "45%" is 45; "72,0000" and "8,386413" are no numbers
    and stay text; "" is empty, which is not zero.
    """
    text = raw.strip()
    if not text:
        return Value(raw, ValueKind.EMPTY, None), What.EMPTY_VALUE
    note: What | None = None
    digits = text
    if digits.endswith("%"):
        digits, note = digits[:-1].rstrip(), What.PERCENT_SIGN
    if _THOUSANDS.match(digits) or _SPACED.match(digits):
        digits, note = re.sub(r"[,  \u202f]", "", digits), note or What.THOUSANDS
    elif not _PLAIN.match(digits):
        return Value(raw, ValueKind.TEXT, None), What.MALFORMED_NUMBER if _LOOKS_NUMERIC.match(
            text
        ) else What.TEXT_VALUE
    number = Decimal(digits)
    if number.adjusted() >= MAX_DIGITS:
        return Value(raw, ValueKind.TEXT, None), What.NUMBER_TOO_LONG
    rounded = number.quantize(_STEP)
    return Value(raw, ValueKind.NUMBER, rounded.normalize() + 0), note if rounded == number else What.ROUNDED


def read_date(raw: str) -> date | None:
    """Read an ISO date, also with a time or a zone behind it (left out); None when it is no such date."""
    match = _DATE.match(raw.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def read_year(raw: str) -> tuple[date, date] | None:
    """Give the first and last day of "2012", "2012-05", "2009/10" or "2009-2011"; None when it is none of these.

    "2003-05" can mean May or two years: above 12, or not the month form, it is years; otherwise a month.
    """
    text = raw.strip()
    if _YEAR.match(text) and int(text) > 0:
        return date(int(text), 1, 1), date(int(text), 12, 31)
    match = _TWO_YEARS.match(text)
    if match is None or int(match[1]) == 0:
        return None
    first, second = int(match[1]), match[2]
    if len(second) == 2 and "/" not in text and 1 <= int(second) <= 12:  # noqa: PLR2004 -- two digits, twelve months
        return date(first, int(second), 1), date(first, int(second), calendar.monthrange(first, int(second))[1])
    last = int(second) if len(second) == 4 else first - first % 100 + int(second)  # noqa: PLR2004 -- four-digit year
    return (date(first, 1, 1), date(last, 12, 31)) if last >= first else None
