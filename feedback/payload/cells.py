"""What one cell says, in whole numbers and words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from feedback.measure.params import Params
from feedback.measure.scores import Band, CellReading, Share

A_FEW = "a_few"
MOST_LOWEST = 3


def shown(reading: CellReading) -> dict[str, Any]:
    """Nothing at all of a hidden one."""
    if not reading.visible or reading.low is None or reading.high is None:
        return {}
    return {
        "people": reading.n_people,
        "band": word(reading.band),
        "second_band": word(reading.second_band),
        "certainty": word(reading.confidence_label),
        "tenths": reading.tenths,
        "low_tenths": round(reading.low * 10),
        "high_tenths": round(reading.high * 10),
        "agreement": word(reading.agreement),
        "favourable": share(reading.favourable),
        "histogram": [share(each) for each in reading.histogram] if reading.histogram else None,
        "fragile": reading.fragile,
        "confidence": word(reading.report_confidence),
    }


def value(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The number of a shown cell as it may be printed: the average, or the range."""
    keys: Iterable[str] = ("low_tenths", "high_tenths") if cell["tenths"] is None else ("tenths",)
    return {key: cell[key] for key in keys}


def word(value: object) -> str | None:
    return None if value is None else str(value)


def share(share: Share | None) -> dict[str, Any] | None:
    return None if share is None else {"percent": share.percent, "bound": str(share.bound)}


def lowest_of(readings: Mapping[str, CellReading]) -> list[str]:
    """The lowest of what may be shown, judged by what is shown; several when they tie."""
    places = {key: place(reading) for key, reading in readings.items() if reading.visible}
    bottom = min(places.values(), default=None)
    return [key for key, each in places.items() if each == bottom][:MOST_LOWEST]


def place(reading: CellReading) -> int:
    """Twentieths of a point: the mean where it is shown, else the middle of the range."""
    if reading.tenths is not None:
        return 2 * reading.tenths
    return round(10 * ((reading.low or 0) + (reading.high or 0)))


def low_of(readings: Mapping[str, CellReading], lowest: Sequence[str]) -> list[str]:
    """What calls for an action: every line that needs attention, and the lowest line when it is mixed."""
    return [
        key
        for key, reading in readings.items()
        if reading.visible and (reading.band is Band.CONCERN or (key in lowest and reading.band is Band.MIXED))
    ]


def a_few(count: int, params: Params) -> int | str:
    """Small counts of people are never told exactly."""
    return A_FEW if 0 < count < params.k else count
