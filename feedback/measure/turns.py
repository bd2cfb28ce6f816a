"""An optional tally of speaking turns: a facilitator's aid, never a score."""

from collections.abc import Sequence
from fractions import Fraction

MIN_SPEAKERS = 5


def gini(turns: Sequence[int]) -> Fraction | None:
    """Gini coefficient, 0 for equal turns; None where nobody spoke."""
    n, total = len(turns), sum(turns)
    if not total:
        return None
    return Fraction(sum((2 * i - n - 1) * x for i, x in enumerate(sorted(turns), start=1)), n * total)


def corrected_gini(turns: Sequence[int]) -> Fraction | None:
    """Gini times n / (n - 1), so that one speaker of any number gives 1; None for fewer than five people."""
    value = gini(turns)
    return None if value is None or len(turns) < MIN_SPEAKERS else value * len(turns) / (len(turns) - 1)


def most_talk_came_from(turns: Sequence[int]) -> int | None:
    """Size of the smallest set of people with at least half of the turns; None for fewer than five people."""
    if len(turns) < MIN_SPEAKERS or not sum(turns):
        return None
    heard = 0
    for people, x in enumerate(sorted(turns, reverse=True), start=1):
        heard += x
        if 2 * heard >= sum(turns):
            return people
    return None
