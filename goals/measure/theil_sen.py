"""Straight lines that one odd value cannot bend (Theil 1950, Sen 1968), and their uncertainty.

Here and not from scipy, because goal pages compute this in the web process, which must not pay for importing scipy.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor, sqrt
from statistics import fmean, median

Point = tuple[float, float]

Z_80 = 1.2816  # standard normal quantile for a two-sided 80 % interval
MIN_POINTS_FOR_JUMP = 4
JUMP_IN_MADS = 4


@dataclass(frozen=True, slots=True)
class Line:
    slope: float
    intercept: float

    def at(self, x: float) -> float:
        return self.intercept + self.slope * x


def theil_sen(points: Sequence[Point]) -> Line:
    """Slope = median of the slopes of all pairs; intercept = median of y - slope * x. Needs two different x."""
    return line_with_slope(points, median(_slopes(points)))


def line_with_slope(points: Sequence[Point], slope: float) -> Line:
    return Line(slope, median(y - slope * x for x, y in points))


def sen_interval(points: Sequence[Point], z: float = Z_80) -> tuple[float, float]:
    """Lowest and highest plausible slope: the order statistics of the pair slopes at distance z * sqrt(var S)."""
    slopes = _slopes(points)
    count = len(slopes)
    reach = z * sqrt(kendall_variance([y for _, y in sorted(points)]))
    low = max(1, floor((count - reach) / 2))
    high = min(count, ceil((count + reach) / 2) + 1)
    return slopes[low - 1], slopes[high - 1]


def kendall_s(values: Sequence[float]) -> int:
    """Mann-Kendall S: rising pairs minus falling pairs, values in time order."""
    return sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))


def kendall_variance(values: Sequence[float]) -> float:
    """Variance of S under no trend, corrected for ties (Kendall 1975)."""

    def part(t: int) -> int:
        return t * (t - 1) * (2 * t + 5)

    return (part(len(values)) - sum(part(t) for t in Counter(values).values())) / 18


def is_a_jump(points: Sequence[Point], new: Point, *, resolution: float = 0.0) -> bool:
    """Whether a new value is over four median deviations from the line: worth asking for a typing slip.

    Where most values lie exactly on the line the mean deviation serves; where all do, nothing is asked. Deviations
    below ``resolution``, the smallest step in which values are given, are rounding and count as one step.
    """
    if len(points) < MIN_POINTS_FOR_JUMP:
        return False
    line = theil_sen(points)
    deviations = [abs(y - line.at(x)) for x, y in points]
    usual = max(resolution, median(deviations) or fmean(deviations))
    return usual > 0 and abs(new[1] - line.at(new[0])) > JUMP_IN_MADS * usual


def _slopes(points: Sequence[Point]) -> list[float]:
    ordered = sorted(points)
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(ordered, 2) if x2 != x1)
    if not slopes:
        raise ValueError("A line needs values at two different times.")
    return slopes
