"""Read what people type as a value, honestly: a number only where it can be nothing else."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language

COMMA_LANGUAGES = ("fr",)
MAX_DIGITS = 18  # before the point; six more fit behind it
STEP = Decimal("0.000001")

_SPACES = " \u00a0\u2009\u202f"
_MARKS = _SPACES + "'’"  # thousands marks that are never decimal marks
_SIGNED = r"[+\-\u2212]?"
_LOOKS_NUMERIC = re.compile(rf"[+\-\u2212]?[0-9.,{_MARKS}]*[0-9][0-9.,{_MARKS}]*")
_PLAIN = re.compile(rf"{_SIGNED}(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_GROUPED = re.compile(rf"{_SIGNED}[0-9]{{1,3}}(?:([{_MARKS}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:\.[0-9]+)?")
_ENGLISH_GROUPED = re.compile(rf"{_SIGNED}[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?")
_ONE_COMMA = re.compile(r"[^,.]*,[^,.]*")


@dataclass(frozen=True)
class ReadNumber:
    """``value`` is None for words; ``malformed`` says that it looks like a number but cannot be read as just one."""

    value: Decimal | None = None
    malformed: bool = False


def read_number(text: str, *, decimal_comma: bool = False) -> ReadNumber:
    """Read a number with thousands marks or a percent sign; ``decimal_comma`` as people write in French.

    "198,412.00" is 198412 and "45 %" is 45. "72,0000" is malformed. With a decimal comma "3,5" is 3.5 and "3.5" still
    is, while "1,234.5" is malformed. So are numbers with more than 18 digits before or 6 behind the point, which could
    not be kept exactly.
    """
    digits = text.strip().removesuffix("%").rstrip(_SPACES)
    if not _LOOKS_NUMERIC.fullmatch(digits):
        return ReadNumber()
    if decimal_comma and _ONE_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif not decimal_comma and _ENGLISH_GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if _GROUPED.fullmatch(digits):
        digits = re.sub(rf"[{_MARKS}]", "", digits)
    if not _PLAIN.fullmatch(digits):
        return ReadNumber(malformed=True)
    value = Decimal(digits.replace("\u2212", "-"))
    if value.adjusted() >= MAX_DIGITS or value != value.quantize(STEP):
        return ReadNumber(malformed=True)
    return ReadNumber(value.normalize() + 0)


def uses_decimal_comma() -> bool:
    """Whether the person who is typing now writes 3,5 rather than 3.5."""
    return (get_language() or "").startswith(COMMA_LANGUAGES)
