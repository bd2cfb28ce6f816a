"""Is there a steady trend? Exact Mann-Kendall for any number of values and any ties, Sen's slope, EWMA."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from feedback.measure.params import Params
from goals.measure.theil_sen import kendall_s, theil_sen

MONTHS = 12
FLOAT_NOISE = 9  # decimals kept: a rise of exactly 0.3 counts


def mann_kendall_p(values: Sequence[Fraction | float]) -> Fraction:
    """Exact two-sided P(|S| >= |s|) when every order of the values is equally likely."""
    if len(values) <= 1:
        return Fraction(1)
    ways = _ways_to_invert(len(values), list(Counter(values).values()))
    seen = abs(_s(values))
    far = sum(w for inversions, w in enumerate(ways) if abs(len(ways) - 1 - 2 * inversions) >= seen)
    return Fraction(far, sum(ways))


class Steady(StrEnum):
    RISE = "rise"
    DECLINE = "decline"


def steady_trend(months: Sequence[tuple[int, Fraction]], params: Params) -> Steady | None:
    """Read the published monthly means of the last twelve months, as (running month number, mean).

    A trend needs six values, p < .02 (months resemble each other; at .05 one quiet year in nine would show one) and
    at least 0.3 points between its ends.
    """
    if not months:
        return None
    ordered = sorted(months)
    recent = [(month, value) for month, value in ordered if month > ordered[-1][0] - MONTHS]
    if len(recent) < params.trend_min or mann_kendall_p([value for _, value in recent]) >= params.alpha_trend:
        return None
    slope = theil_sen([(float(month), float(value)) for month, value in recent]).slope
    if round(abs(slope) * (recent[-1][0] - recent[0][0]), FLOAT_NOISE) < params.delta:
        return None
    return Steady.RISE if slope > 0 else Steady.DECLINE


def ewma(values: Sequence[float], start: float, weight: float = 0.2) -> list[float]:
    """Exponentially weighted moving average, one per value, beginning from `start`."""
    averages = []
    for value in values:
        start = weight * value + (1 - weight) * start
        averages.append(start)
    return averages


@dataclass(frozen=True, slots=True)
class Limits:
    low: float
    high: float


def ewma_limits(centre: float, sd: float, weight: float = 0.2, reach: float = 2.86) -> Limits:
    """Settled control limits of an EWMA of values with standard deviation `sd`."""
    half = reach * sd * sqrt(weight / (2 - weight))
    return Limits(centre - half, centre + half)


def _s(values: Sequence[Fraction | float]) -> int:
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)))}
    return kendall_s([ranks[value] for value in values])


def _ways_to_invert(n: int, ties: Sequence[int]) -> list[int]:
    """Count the orders with 0, 1, 2 … inversions: coefficients of [n]_q! / prod [t]_q!, the q-multinomial.

    Written as prod (1 - q^j) over j <= n divided by the same for each t; every power series is cut at the degree of
    the result, so dividing is exact. S = (number of untied pairs) - 2 * inversions.
    """
    degree = (n * (n - 1) - sum(t * (t - 1) for t in ties)) // 2
    powers = Counter(range(1, n + 1))
    powers.subtract(j for t in ties for j in range(1, t + 1))
    ways = [1] + [0] * degree
    for j, times in powers.items():
        for _ in range(times):
            for i in range(degree, j - 1, -1):
                ways[i] -= ways[i - j]
        for _ in range(-times):
            for i in range(j, degree + 1):
                ways[i] += ways[i - j]
    return ways
