"""What a report is made of, read from the database once: whole numbers and texts, so that it can be hashed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from feedback.choices import INDEX, OWN
from feedback.measure.cells import EIGHTHS, CellSums, people_in, scaled
from feedback.measure.params import ENGINE_VERSION, Params, params_version

PARAMS = Params()
MEETINGS, PAST = "meetings", "past"
PAYLOAD_VERSION = "2"  # raise it when the same readings would be written differently
ALGORITHM = f"{ENGINE_VERSION}.{PAYLOAD_VERSION}-{params_version(PARAMS)}"
LOWEST_EIGHTH = 8  # person scores run from 8 to 40 eighths

People = Mapping[str, Mapping[str, tuple[int, int]]]  # person → item → sum and number of their answers


class Tally(NamedTuple):
    """The sums of one item in one window: see ``WindowSum``."""

    n: int
    total: int
    squares: int
    counts: tuple[int, ...] = (0, 0, 0, 0, 0)
    eighths: tuple[int, ...] = ()


class AskedSector(NamedTuple):
    invited: int
    organizations: int


NOTHING = Tally(0, 0, 0)


@dataclass(frozen=True)
class Said:
    """What a closed window holds: sums of everybody by item, and of each sector that may be told apart.

    ``own``: which statement of the partnership itself was asked. ``asked``: by sector, "" for all others. An earlier
    round that was brought in has a negative ``id``, perhaps nobody knows how many were ``invited``, and ``sums`` has
    only what was asked.
    """

    id: int
    invited: int | None
    own: int | None
    sums: Mapping[str, Tally]
    sectors: Mapping[str, Mapping[str, Tally]]
    asked: Mapping[str, AskedSector]

    def tally(self, key: str, sector: str | None = None) -> Tally:
        sums = self.sums if sector is None else self.sectors.get(sector, {})
        return sums.get(key, NOTHING)

    def atoms(self, key: str) -> dict[str, int]:
        """How many people answered, by the smallest pieces that are never split."""
        sizes = {f"{self.id}:{sector}": self.tally(key, sector).n for sector in self.sectors}
        sizes[f"{self.id}:"] = self.tally(key).n - sum(sizes.values())
        return {atom: n for atom, n in sizes.items() if n}


@dataclass(frozen=True)
class WindowInput:
    """A closed window of this report. ``alike``: straight-liners."""

    said: Said
    meeting: str
    met_on: str
    mode: str
    form_version: str
    answered: int
    alike: int
    wants_action: int
    quotable: tuple[str, ...]


@dataclass(frozen=True)
class PublishedMonth:
    """An earlier month. ``shown``: the cells that its frozen report prints. ``past``: brought in from before.

    ``people``: of the last half year, where everybody answered with their name.
    """

    month: str
    past: bool
    heard: int
    said: tuple[Said, ...]
    shown: Mapping[str, Mapping[str, Any]]
    people: People | None = None


class LedgerLine(NamedTuple):
    """A number that was shown before: see ``PublishedSet``."""

    period: str
    question: str
    atoms: tuple[str, ...]
    n: int


class Promise(NamedTuple):
    """An action whose date fell into the month. ``done_on`` is empty where it was not done at the month's end."""

    due_on: str
    done_on: str
    moved: int


class Own(NamedTuple):
    """The partnership's own statement."""

    id: int
    en: str
    fr: str


@dataclass(frozen=True)
class Inputs:
    """Everything a report is made of.

    ``people_asked``: distinct people over all windows, None where nobody knows. ``people``: each person's answers,
    where every window was answered with names; ``complete``: nobody was erased since. ``earlier``: published months,
    oldest first. ``ledger``: what they showed.
    ``quarters``: those that this report is the first to show by sector. ``shown_before``: what earlier revisions of the
    same month showed; it changes nothing where they were built by the same rules, so it is no part of the fingerprint.
    """

    month: str
    windows: tuple[WindowInput, ...]
    people_asked: int | None
    meetings: int
    people_came: int
    partners_came: int
    origin: str = MEETINGS
    own: Own | None = None
    people: People | None = None
    complete: bool = True
    earlier: tuple[PublishedMonth, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    shown_before: tuple[LedgerLine, ...] = field(default=(), metadata={"hashed": False})
    quarters: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    wins: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        return sha256(f"{ALGORITHM}{canonical(self)}".encode()).hexdigest()

    @property
    def said(self) -> tuple[Said, ...]:
        return tuple(window.said for window in self.windows)

    @property
    def own_windows(self) -> tuple[WindowInput, ...]:
        """Those of the month itself, without answers that wait from earlier months."""
        return tuple(window for window in self.windows if window.met_on.startswith(self.month))

    @property
    def people_heard(self) -> int:
        """Without names the same people may answer after each meeting, so the fullest window counts."""
        return len(self.people or ()) or people_in(window.answered for window in self.windows)

    def pool(self, key: str) -> "Pool":
        if self.people is not None and len(self.windows) > 1 and key != OWN:
            return averaged(key, [person[key] for person in self.people.values() if key in person])
        return pooled(key, asking(self.said, key, self.own and self.own.id))


class Pool(NamedTuple):
    """The sums of an item over windows, and how many people they surely are."""

    key: str
    cell: CellSums
    people: int
    distribution: tuple[int, ...]

    @property
    def values(self) -> list[int]:
        """Whole answers, one for each person, for tests: of the same shape as what all windows say together."""
        first = LOWEST_EIGHTH if self.key == INDEX else 1
        counts = scaled(self.distribution, self.people) if sum(self.distribution) else ()
        return [first + i for i, count in enumerate(counts) for _ in range(count)]

    @property
    def mean(self) -> Fraction:
        return self.cell.s1 / self.cell.n


def asking(said: Iterable[Said], key: str, own: int | None) -> list[Said]:
    """The windows that asked this: statements of a partnership's own differ from time to time."""
    return [each for each in said if key != OWN or (own is not None and each.own == own)]


def pooled(key: str, said: Sequence[Said], sectors: Sequence[str] | None = None) -> Pool:
    """All windows together, of everybody or of some sectors ("" is everybody in no other sector)."""
    parts = [[_part(each, key, sector) for sector in sectors] if sectors else [each.tally(key)] for each in said]
    tallies = [tally for part in parts for tally in part]
    scale = EIGHTHS if key == INDEX else 1
    counts = [sum(column) for column in zip(*(tally.counts for tally in tallies), strict=True)] or [0] * 5
    eighths = [sum(column) for column in zip(*(tally.eighths for tally in tallies if tally.eighths), strict=True)]
    n = sum(tally.n for tally in tallies)
    distribution = tuple(eighths if key == INDEX else counts)
    return Pool(
        key,
        CellSums(
            n,
            Fraction(sum(tally.total for tally in tallies), scale),
            Fraction(sum(tally.squares for tally in tallies), scale**2),
            None if key == INDEX else tuple(counts),
        ),
        people_in(sum(tally.n for tally in part) for part in parts),
        distribution if sum(distribution) == n else (),
    )


def averaged(key: str, persons: Sequence[tuple[int, int]]) -> Pool:
    """Each person's average over their windows, with names; for tests, rounded to what one could have answered."""
    scale = EIGHTHS if key == INDEX else 1
    first, steps = (LOWEST_EIGHTH, 33) if key == INDEX else (1, 5)
    means = [Fraction(total, count * scale) for total, count in persons]
    nearest = [(2 * total + count) // (2 * count) for total, count in persons]
    return Pool(
        key,
        CellSums(len(means), sum(means, Fraction(0)), sum((mean * mean for mean in means), Fraction(0))),
        len(means),
        tuple(nearest.count(first + i) for i in range(steps)),
    )


def _part(said: Said, key: str, sector: str) -> Tally:
    """A sector's tally; of "" what is left when every sector is taken away."""
    if sector:
        return said.tally(key, sector)
    return _less(said.tally(key), [said.tally(key, each) for each in said.sectors])


def _less(whole: Tally, parts: Sequence[Tally]) -> Tally:
    counts = [c - sum(part.counts[i] for part in parts) for i, c in enumerate(whole.counts)]
    eighths = [c - sum(part.eighths[i] for part in parts if part.eighths) for i, c in enumerate(whole.eighths)]
    return Tally(
        whole.n - sum(part.n for part in parts),
        whole.total - sum(part.total for part in parts),
        whole.squares - sum(part.squares for part in parts),
        tuple(counts),
        tuple(eighths),
    )


def canonical(value: object) -> str:
    """One spelling for each value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_fields)


def _fields(value: object) -> Mapping[str, object]:
    """The fields of a dataclass, without those that are not hashed."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no canonical spelling.")
    return {each.name: getattr(value, each.name) for each in fields(value) if each.metadata.get("hashed", True)}
