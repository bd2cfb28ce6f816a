"""What a cell (window x question) holds: a count and exact sums, from which all else is computed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

SCALE = (1, 2, 3, 4, 5)
EVEN_VARIANCE = 2  # of answers spread evenly over five points
INDEX_MIN_ANSWERS = 5
EIGHTHS = 8


@dataclass(frozen=True, slots=True)
class CellSums:
    """Count, sum and sum of squares of the answers; `counts` holds how many gave 1, 2, 3, 4, 5 (not for the index)."""

    n: int
    s1: Fraction
    s2: Fraction
    counts: tuple[int, ...] | None = None

    @classmethod
    def from_counts(cls, counts: Sequence[int]) -> "CellSums":
        if len(counts) != len(SCALE) or min(counts) < 0:
            raise ValueError("A cell counts answers from 1 to 5.")
        s1 = sum(x * c for x, c in zip(SCALE, counts, strict=True))
        s2 = sum(x * x * c for x, c in zip(SCALE, counts, strict=True))
        return cls(sum(counts), Fraction(s1), Fraction(s2), tuple(counts))

    @classmethod
    def from_answers(cls, answers: Iterable[int]) -> "CellSums":
        given = list(answers)
        if not set(given) <= set(SCALE):
            raise ValueError("An answer is a whole number from 1 to 5.")
        return cls.from_counts([given.count(x) for x in SCALE])

    @classmethod
    def from_eighths(cls, eighths: Iterable[int]) -> "CellSums":
        """Build the index cell: one person score per response, in eighths of a point."""
        given = list(eighths)
        s2 = Fraction(sum(e * e for e in given), EIGHTHS**2)
        return cls(len(given), Fraction(sum(given), EIGHTHS), s2)

    def __add__(self, other: "CellSums") -> "CellSums":
        counts = None
        if self.counts is not None and other.counts is not None:
            counts = tuple(x + y for x, y in zip(self.counts, other.counts, strict=True))
        return CellSums(self.n + other.n, self.s1 + other.s1, self.s2 + other.s2, counts)


def people_in(answers_per_window: Iterable[int]) -> int:
    """How many people a period surely heard: anonymous people may answer in each window, so the largest counts."""
    return max(answers_per_window, default=0)


def scaled(counts: Sequence[int], people: int) -> tuple[int, ...]:
    """Counts of the same shape that add up to `people`: largest remainders, the lower answer first where they tie.

    For tests on a period in which the same people may have answered after several meetings.
    """
    n = sum(counts)
    if people >= n:
        return tuple(counts)
    whole = [count * people // n for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: (-(counts[i] * people % n), i))
    for i in by_remainder[: people - sum(whole)]:
        whole[i] += 1
    return tuple(whole)


def person_index(answers: Sequence[int | None]) -> int | None:
    """One person's mean over the eight statements, in eighths, halves upward; None with fewer than five answers."""
    given = [x for x in answers if x is not None]
    if len(given) < INDEX_MIN_ANSWERS:
        return None
    return (2 * EIGHTHS * sum(given) + len(given)) // (2 * len(given))


def r_wg(sums: CellSums) -> Fraction | None:
    """Within-group agreement against an even spread (James, Demaree and Wolf 1984), cut at 0; None for one answer."""
    if sums.n <= 1:
        return None
    variance = (sums.n * sums.s2 - sums.s1**2) / (sums.n * (sums.n - 1))
    return max(Fraction(0), 1 - variance / EVEN_VARIANCE)
