"""What can be odd in a file of answers: the whole of it, one line, a question, a round."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

MAX_BYTES = 1_000_000
MAX_LINES = 60_000
MAX_ROUNDS = 120
MAX_LISTED = 500
LONGEST_VALUE = 60
MAX_LABEL = 120


class Refused(StrEnum):
    """The file as a whole cannot be read."""

    EMPTY = auto()
    TOO_LARGE = auto()
    TOO_MANY_LINES = auto()
    TOO_MANY_ROUNDS = auto()
    NOT_TEXT = auto()
    SPREADSHEET = auto()
    COLUMNS_MISSING = auto()
    COLUMN_TWICE = auto()
    BROKEN_QUOTES = auto()


class Odd(StrEnum):
    """Something a person should look at; the sentence says what becomes of it."""

    NOT_UTF8 = auto()
    TOO_FEW_CELLS = auto()
    TOO_MANY_CELLS = auto()
    NO_DATE = auto()
    UNREADABLE_DATE = auto()
    TWO_DATES = auto()
    EXCEL_DAY = auto()
    FUTURE = auto()
    NO_RESPONDENT = auto()
    UNKNOWN_QUESTION = auto()
    NOT_A_NUMBER = auto()
    OFF_SCALE = auto()
    TWICE = auto()
    OTHER_LABEL = auto()
    LONG_LABEL = auto()
    OTHER_INVITED = auto()
    UNREADABLE_INVITED = auto()
    INVITED_TOO_FEW = auto()
    FEW_PEOPLE = auto()
    FEW_ANSWERS = auto()
    FEW_FOR_INDEX = auto()


class Fate(StrEnum):
    """Where a line of the file ends. The five add up to all lines."""

    COUNTED = auto()
    EMPTY = auto()
    LEFT_OUT = auto()
    UNKNOWN = auto()
    TOO_FEW = auto()


class FileRefused(Exception):
    """Why nothing of the file is read. ``facts`` fill the sentence."""

    def __init__(self, why: Refused, **facts: object) -> None:
        super().__init__(why)
        self.why, self.facts = why, facts


@dataclass(frozen=True, slots=True)
class Problem:
    """``line`` is that of the file, 0 for a whole round or question. Never who answered."""

    odd: Odd
    line: int
    value: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
