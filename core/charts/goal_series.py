"""What the goal charts draw: dated values, where we began, where we want to be, and where we will probably land."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from core.charts.svg import XY, Scale


@dataclass(frozen=True)
class Point:
    """A value at a date. ``None`` is a period we know nothing about: the line breaks there, it never falls to zero."""

    on: date
    value: float | None

    def __post_init__(self) -> None:
        if self.value is not None and not isfinite(self.value):
            raise ValueError(f"{self.value} cannot be drawn")


@dataclass(frozen=True)
class Forecast:
    """Where we land on the day of the target, with the likely range (80 %)."""

    on: date
    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class GoalSeries:
    """``measured`` in order of date; values more than ``joined_within`` days apart are not joined (0: always)."""

    measured: Sequence[Point]
    baseline: Point | None = None
    target: Point | None = None
    forecast: Forecast | None = None
    joined_within: int = 0

    @property
    def last(self) -> Point | None:
        return next((point for point in reversed(self.measured) if point.value is not None), None)

    def dates(self) -> Sequence[date]:
        """Every date that the horizontal axis has to hold."""
        ends = [point.on for point in (self.baseline, self.target, self.forecast) if point is not None]
        return [point.on for point in self.measured] + ends

    def values(self) -> Sequence[float]:
        """Every value that the vertical axis has to hold."""
        points = [*self.measured, self.baseline, self.target]
        found = [point.value for point in points if point is not None and point.value is not None]
        return found + ([self.forecast.low, self.forecast.mid, self.forecast.high] if self.forecast else [])

    def runs(self) -> Iterable[Sequence[Point]]:
        """The measured values in unbroken runs."""
        run: list[Point] = []
        for point in self.measured:
            apart = bool(run and self.joined_within) and (point.on - run[-1].on).days > self.joined_within
            if run and (point.value is None or apart):
                yield run
                run = []
            if point.value is not None:
                run.append(point)
        if run:
            yield run

    def plan(self) -> Sequence[Point]:
        """The straight path from the baseline to the target, when both are known."""
        return [self.baseline, self.target] if self.baseline and self.target else []

    def fan(self) -> tuple[Point, Forecast] | None:
        """From the last value to the forecast, when there is a forecast that lies ahead of it."""
        last = self.last
        return (last, self.forecast) if last and self.forecast and self.forecast.on > last.on else None


@dataclass(frozen=True)
class GoalWords:
    """Everything a goal chart says, translated. ``description`` says in a sentence what the picture shows."""

    description: str
    now: str = ""
    target: str = ""
    target_by: str = ""
    likely: str = ""
    likely_range: str = ""
    happened: str = ""
    forecast: str = ""
    plan: str = ""
    format_value: Callable[[float], str] = "{:g}".format
    format_date: Callable[[date], str] = "{:%b %Y}".format


def places(points: Iterable[Point], x: Scale, y: Scale) -> list[XY]:
    """Where points that have a value stand on the canvas."""
    return [(x(point.on.toordinal()), y(point.value)) for point in points if point.value is not None]
