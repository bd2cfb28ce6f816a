"""From the inputs of a month to the payload of its report. Pure: the same inputs give the same bytes.

The payload holds nothing that may not be shown to everybody in the partnership: fewer than five people nothing but how
many answered, five to nine a band and a likely range in halves, numbers and shares from ten. Whole numbers only, so
that no printing of a float can differ: ``tenths`` are points of the scale times ten.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

from feedback.choices import ENERGY, INDEX, ITEMS, Dimension
from feedback.measure.cells import EIGHTHS, CellSums, people_in
from feedback.measure.params import ENGINE_VERSION, Params, params_version
from feedback.measure.quality import WindowQuality, energy_watch, low_energy, window_quality
from feedback.measure.scores import (
    Band,
    CellReading,
    Share,
    answered_words,
    index_is_publishable,
    read_cell,
)

PARAMS = Params()
MEETINGS, PAST = "meetings", "past"
PAYLOAD_VERSION = "1"  # raise it when the same readings would be written differently
ALGORITHM = f"{ENGINE_VERSION}.{PAYLOAD_VERSION}-{params_version(PARAMS)}"
A_FEW = "a_few"
NOBODY = (0, 0, 0, (0, 0, 0, 0, 0))
MOST_LOWEST = 3


@dataclass(frozen=True)
class WindowInput:
    """A closed window. ``sums``: per item n, sum, sum of squares, counts of 1 to 5. ``alike``: straight-liners.

    An earlier round that was brought in has no ``id``, perhaps nobody knows how many were ``invited``, and ``sums`` has
    only what was asked.
    """

    id: int | None
    meeting: str
    met_on: str
    form_version: str
    invited: int | None
    answered: int
    sums: Mapping[str, tuple[int, int, int, tuple[int, ...]]]
    alike: int
    wants_action: int
    quotable: tuple[str, ...]


@dataclass(frozen=True)
class Inputs:
    """Everything a report is made of. ``people_asked``: distinct people over all windows, None where nobody knows."""

    month: str
    windows: tuple[WindowInput, ...]
    people_asked: int | None
    meetings: int
    people_came: int
    partners_came: int
    origin: str = MEETINGS

    @property
    def fingerprint(self) -> str:
        return sha256(f"{ALGORITHM}{canonical(asdict(self))}".encode()).hexdigest()

    @property
    def own_windows(self) -> tuple[WindowInput, ...]:
        """Those of the month itself, without answers that wait from earlier months."""
        return tuple(window for window in self.windows if window.met_on.startswith(self.month))

    @property
    def people_heard(self) -> int:
        """The same people may answer after each meeting, so the fullest window counts."""
        return people_in(window.answered for window in self.windows)


def canonical(value: object) -> str:
    """One spelling for each value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def compose(inputs: Inputs) -> dict[str, Any]:
    """The payload of a report."""
    heard = inputs.people_heard
    common = {
        "month": inputs.month,
        "origin": inputs.origin,
        "windows": [
            {"id": w.id, "meeting": w.meeting, "on": w.met_on, "invited": w.invited, "answered": w.answered}
            for w in inputs.windows
        ],
        "form_version": inputs.windows[-1].form_version if inputs.windows else "",
        "asked": inputs.people_asked,
        "answered": sum(window.answered for window in inputs.windows),
        "people_heard": heard,
        "records": {
            "meetings": inputs.meetings,
            "people_came": inputs.people_came,
            "partners_came": inputs.partners_came,
        },
    }
    if heard < PARAMS.k:
        return common | {"state": "held" if inputs.own_windows else "no_window"}
    return common | {"state": "published"} | _results(inputs)


def _results(inputs: Inputs) -> dict[str, Any]:
    quality = _quality(inputs.windows)
    readings = {key: _read(inputs, key, quality) for key in ITEMS}
    dimensions = {key: readings[key] for key in Dimension.values}
    lowest = _lowest(dimensions)
    heard = inputs.people_heard
    energy = _pool(inputs.windows, ENERGY)
    energy_people = _people(inputs.windows, ENERGY)
    return {
        "coverage": str(answered_words(heard / inputs.people_asked)) if inputs.people_asked else None,
        "dimensions": [{"key": key, **_shown(reading)} for key, reading in dimensions.items()],
        "lowest": lowest,
        "low": _low(dimensions, lowest),
        "index": _shown(_read(inputs, INDEX, quality)) if index_is_publishable(dimensions.values()) else {},
        "energy": _shown(readings[ENERGY])
        | {
            "low_share": _share(low_energy(energy, energy_people, PARAMS)),
            "watch": energy_watch(energy, energy_people, None, 0, PARAMS),
        },
        "comments": sorted(text for w in inputs.windows if w.answered >= PARAMS.k_comments for text in w.quotable),
        "wants_action": _a_few(sum(window.wants_action for window in inputs.windows)),
        "quality": {
            "low_response": any(one.low_response for one in quality),
            "hard_questions": sorted({key for one in quality for key in one.hard_questions}),
            "rushed": any(one.rushed for one in quality),
        },
    }


def _quality(windows: Sequence[WindowInput]) -> list[WindowQuality]:
    judged = (
        window_quality(
            invited=window.answered if window.invited is None else window.invited,
            answered=window.answered,
            blanks={key: window.answered - window.sums[key][0] for key in Dimension.values if key in window.sums},
            alike=window.alike,
            params=PARAMS,
        )
        for window in windows
    )
    return [one for one in judged if one is not None]


def _pool(windows: Sequence[WindowInput], key: str) -> CellSums:
    scale = EIGHTHS if key == INDEX else 1
    cells = [
        CellSums(n, Fraction(total, scale), Fraction(squares, scale**2), None if key == INDEX else counts)
        for n, total, squares, counts in (window.sums.get(key, NOBODY) for window in windows)
    ]
    return sum(cells[1:], start=cells[0])


def _people(windows: Sequence[WindowInput], key: str) -> int:
    return people_in(window.sums.get(key, NOBODY)[0] for window in windows)


def _read(inputs: Inputs, key: str, quality: Sequence[WindowQuality]) -> CellReading:
    """Where nobody knows how many were asked, we are less sure by one step."""
    people = _people(inputs.windows, key)
    asked = inputs.people_asked
    flagged = asked is None or any(one.flags(key) for one in quality)
    return read_cell(_pool(inputs.windows, key), people, people if asked is None else asked, PARAMS, flagged=flagged)


def _shown(reading: CellReading) -> dict[str, Any]:
    """What a reading says, in whole numbers and words; nothing at all of a hidden one."""
    if not reading.visible or reading.low is None or reading.high is None:
        return {}
    return {
        "people": reading.n_people,
        "band": _word(reading.band),
        "second_band": _word(reading.second_band),
        "certainty": _word(reading.confidence_label),
        "tenths": reading.tenths,
        "low_tenths": round(reading.low * 10),
        "high_tenths": round(reading.high * 10),
        "agreement": _word(reading.agreement),
        "favourable": _share(reading.favourable),
        "histogram": [_share(share) for share in reading.histogram] if reading.histogram else None,
        "fragile": reading.fragile,
        "confidence": _word(reading.report_confidence),
    }


def _word(value: object) -> str | None:
    return None if value is None else str(value)


def _share(share: Share | None) -> dict[str, Any] | None:
    return None if share is None else {"percent": share.percent, "bound": str(share.bound)}


def _lowest(readings: Mapping[str, CellReading]) -> list[str]:
    """The lowest of what may be shown, judged by what is shown; several when they tie."""
    places = {key: _place(reading) for key, reading in readings.items() if reading.visible}
    bottom = min(places.values(), default=None)
    return [key for key, place in places.items() if place == bottom][:MOST_LOWEST]


def _place(reading: CellReading) -> int:
    """Twentieths of a point: the mean where it is shown, else the middle of the range."""
    if reading.tenths is not None:
        return 2 * reading.tenths
    return round(10 * ((reading.low or 0) + (reading.high or 0)))


def _low(readings: Mapping[str, CellReading], lowest: Sequence[str]) -> list[str]:
    """What calls for an action: every line that needs attention, and the lowest line when it is mixed."""
    return [
        key
        for key, reading in readings.items()
        if reading.visible and (reading.band is Band.CONCERN or (key in lowest and reading.band is Band.MIXED))
    ]


def _a_few(count: int) -> int | str:
    """Small counts of people are never told exactly."""
    return A_FEW if 0 < count < PARAMS.k else count
