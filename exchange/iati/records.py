"""What a file says, in typed, frozen records. Raw text stays beside every number and date we could read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ValueKind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    EMPTY = "empty"


class Bucket(StrEnum):
    """Where an element of the file ends. Each element at or below iati-activity is in exactly one."""

    IMPORTED = "imported"
    MERGED = "merged"
    KEPT_AS_TEXT = "kept_as_text"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Narrative:
    """``language`` is a casefolded BCP 47 tag, or "" where the file names none."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Value:
    """``number`` is set exactly when ``kind`` is number; an empty value is not zero."""

    raw: str
    kind: ValueKind
    number: Decimal | None


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A target or an actual value of one period."""

    line: int
    value: Value
    comment: str
    dimensions: tuple[Dimension, ...]
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    line: int
    year: str
    iso_date: str
    start: date | None
    end: date | None
    amount: Amount


@dataclass(frozen=True, slots=True)
class Period:
    """``number`` counts from 1 within the indicator."""

    number: int
    line: int
    start_raw: str
    end_raw: str
    start: date | None
    end: date | None
    targets: tuple[Amount, ...]
    actuals: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    vocabulary: str
    code: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """``ascending`` true means higher is better, also where the file does not say."""

    number: int
    line: int
    measure: str
    ascending: bool
    titles: tuple[Narrative, ...]
    descriptions: tuple[Narrative, ...]
    references: tuple[Reference, ...]
    baselines: tuple[Baseline, ...]
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Result:
    number: int
    line: int
    type: str
    titles: tuple[Narrative, ...]
    descriptions: tuple[Narrative, ...]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One participating-org element. ``ref``, ``type`` and ``role`` are as written, without outer blanks."""

    line: int
    ref: str
    type: str
    role: str
    names: tuple[Narrative, ...]
    remarks: tuple[Narrative, ...]

    @property
    def name(self) -> str:
        return self.names[0].text if self.names else ""


@dataclass(frozen=True, slots=True)
class ActivityDate:
    line: int
    type: str
    raw: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person named in contact-info. Read always, imported only when the importer asked for persons."""

    line: int
    name: str
    email: str
    title: str
    organisation: str


@dataclass(frozen=True, slots=True)
class KeptText:
    """Something the file says that has no field of its own with us, kept word for word."""

    line: int
    where: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Activity:
    """``number`` counts from 1 in the file; ``repeats`` is the number of an earlier activity with this identifier."""

    number: int
    line: int
    identifier: str
    repeats: int
    language: str
    titles: tuple[Narrative, ...]
    descriptions: tuple[Narrative, ...]
    status: str
    dates: tuple[ActivityDate, ...]
    reporter: Mention | None
    mentions: tuple[Mention, ...]
    results: tuple[Result, ...]
    contacts: tuple[Contact, ...]
    kept: tuple[KeptText, ...]

    @property
    def title(self) -> str:
        return self.titles[0].text if self.titles else ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing worth a look: ``where`` is a path in the file, ``value`` the raw text, ``code`` says what happens."""

    line: int
    where: str
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Elements at or below iati-activity: ``source`` is counted on its own and equals the sum of the four buckets."""

    source: int
    imported: int
    merged: int
    kept_as_text: int
    ignored: int


@dataclass(frozen=True, slots=True)
class Document:
    version: str
    activities: tuple[Activity, ...]
    problems: tuple[Problem, ...]
    unlisted_problems: int
    ledger: Ledger
    contact_spans: tuple[tuple[int, int], ...]  # first and last byte + 1 of every contact-info in the checked file
