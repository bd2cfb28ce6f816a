"""Shape of a network of organisations: how many ties of all possible ones, and how far they run through one hub."""

from collections.abc import Sequence

MIN_FOR_CENTRALIZATION = 3

Ties = Sequence[Sequence[int]]  # symmetric 0/1 matrix, zero diagonal


def density(ties: Ties) -> float | None:
    """Ties present over ties possible; None for fewer than two organisations."""
    n = len(ties)
    return sum(map(sum, ties)) / (n * (n - 1)) if n > 1 else None


def degree_centralization(ties: Ties) -> float | None:
    """Freeman (1979): 1 for a star, 0 where all have as many ties; None for fewer than three organisations."""
    n = len(ties)
    if n < MIN_FOR_CENTRALIZATION:
        return None
    degrees = [sum(row) for row in ties]
    return sum(max(degrees) - d for d in degrees) / ((n - 1) * (n - 2))
