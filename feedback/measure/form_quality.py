"""Does the form hang together? Checks of the form itself on many pooled responses; never part of a report."""

from collections.abc import Sequence
from fractions import Fraction
from statistics import variance

from feedback.measure.cells import EVEN_VARIANCE

Rows = Sequence[Sequence[int]]  # one row per complete response, one column per statement


def cronbach_alpha(rows: Rows) -> float:
    """Cronbach (1951): share of the variance of the sum that the statements have in common."""
    items = len(rows[0])
    total = variance([Fraction(sum(row)) for row in rows])
    return float(Fraction(items, items - 1) * (1 - _item_variance(rows) / total))


def r_wg_j(rows: Rows) -> float:
    """Agreement over several statements (James, Demaree and Wolf 1984), against an even spread."""
    items = len(rows[0])
    left = _item_variance(rows) / items / EVEN_VARIANCE
    return float(items * (1 - left) / (items * (1 - left) + left))


def _item_variance(rows: Rows) -> Fraction:
    return sum((variance([Fraction(x) for x in column]) for column in zip(*rows, strict=True)), Fraction(0))
