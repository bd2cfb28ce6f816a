"""Turning the curve: what happened against the path that was there before the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from goals.measure.status import FLOAT_NOISE, Direction, Observation, day_of
from goals.measure.theil_sen import theil_sen

MIN_HISTORY = 4


@dataclass(frozen=True, slots=True)
class EarlierPath:
    """The path before the plan, drawn on: expected values in own unit, and last actual minus last expected.

    `better` compares the last value with the path in the wanted direction; None when equal or without a direction.
    It claims no cause.
    """

    expected: tuple[tuple[date, float], ...]
    difference: float
    better: bool | None


def earlier_path(*, observations: Sequence[Observation], plan_start: date, direction: str) -> EarlierPath | None:
    """Compare what happened since `plan_start` with the Theil-Sen line through the values before it (at least four).

    After Friedman, "turning the curve": success is beating the forecast that assumes nothing changes.
    """
    ordered = sorted(observations, key=day_of)
    before = [(float(on.toordinal()), float(value)) for on, value in ordered if on < plan_start]
    after = [(on, value) for on, value in ordered if on >= plan_start]
    if len({on for on, _ in before}) < MIN_HISTORY or not after:
        return None
    line = theil_sen(before)
    expected = tuple((on, line.at(on.toordinal())) for on, _ in after)
    difference = float(after[-1][1]) - expected[-1][1]
    better = None
    if round(difference, FLOAT_NOISE) and direction != Direction.HOLD:
        better = (difference > 0) == (direction == Direction.UP)
    return EarlierPath(expected, difference, better)
