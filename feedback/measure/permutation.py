"""What changed: exact permutation tests on whole numbers, and the two tiers a report may print.

"The score moved by 0.3" fires in nearly every quiet month; an exact test with Holm's correction does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, comb, sqrt
from statistics import stdev

from feedback.measure.params import Params

MIN_BASE = 10
EIGHTHS = 8
SIXTIETHS = 60  # paired differences: averages over up to six answers are whole
Z_HOLM_OF_NINE, Z_POWER_80 = 2.54, 0.84  # two-sided .10 shared by nine questions; 80 % power


@dataclass(frozen=True, slots=True)
class PValues:
    two_sided: Fraction
    greater: Fraction  # one-sided: the first group (or the differences) is the larger


def two_sample(a: Sequence[int], b: Sequence[int]) -> PValues:
    """Exact test that the sum of `a` is that of a random draw from both groups together.

    Two-sided is P(|T - E| >= |t - E|), the definition of StatXact and R's coin; doubling the smaller tail is another.
    """
    smaller, larger, flip = (a, b, 1) if len(a) <= len(b) else (b, a, -1)
    if not smaller:
        raise ValueError("A comparison needs answers on both sides.")
    pooled = [*smaller, *larger]
    size, total, lowest = len(smaller), len(pooled), min(pooled)
    ways = _ways_to_sum([x - lowest for x in pooled], size)
    seen = sum(smaller) - size * lowest
    centre = size * (sum(pooled) - total * lowest)  # E times the number of answers, to stay whole
    all_ways = comb(total, size)
    far = sum(w for t, w in enumerate(ways) if abs(total * t - centre) >= abs(total * seen - centre))
    tail = sum(w for t, w in enumerate(ways) if flip * t >= flip * seen)
    return PValues(Fraction(far, all_ways), Fraction(tail, all_ways))


def sign_flip(differences: Sequence[int]) -> PValues:
    """Exact paired test: each person's difference could as well have had the other sign."""
    sizes = [abs(d) for d in differences]
    total, ups = sum(sizes), sum(d for d in differences if d > 0)
    ways = [1] + [0] * total
    for size in sizes:
        ways = [w + (ways[t - size] if t >= size else 0) for t, w in enumerate(ways)]
    far = sum(w for t, w in enumerate(ways) if abs(2 * t - total) >= abs(2 * ups - total))
    return PValues(Fraction(far, 2 ** len(sizes)), Fraction(sum(ways[ups:]), 2 ** len(sizes)))


def holm(p_values: Sequence[float | Fraction]) -> list[float]:
    """Holm's step-down adjustment, in the order given."""
    adjusted = [0.0] * len(p_values)
    floor_so_far = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor_so_far = max(floor_so_far, min(1.0, float((len(p_values) - rank) * p_values[i])))
        adjusted[i] = floor_so_far
    return adjusted


class Tier(StrEnum):
    CHANGE = "change"
    LOOK = "look"  # print: about one quiet month in four shows one of these by chance
    NONE = "none"
    FIRST = "first"  # nothing to compare with yet


class Way(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One question against its past. `way` is there only when a test was passed: no arrow without one.

    detectable: the smallest change we would notice, in points, rounded up. p, holm_p: for a details drawer, and only
    where the current group is large enough for numbers. delta: to order by, never to print.
    """

    tier: Tier
    way: Way | None = None
    delta: Fraction | None = None
    detectable: float | None = None
    p: float | None = None
    holm_p: float | None = None


def what_changed(
    current: Mapping[str, Sequence[int]],
    base: Mapping[str, Sequence[int]],
    params: Params,
    *,
    paired: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, Change]:
    """Compare this period's answers with the pooled ones of up to three earlier published periods, per question.

    Each person counts once in a period: where several windows fell into it, pass answers `scaled` to its people. A
    question answered by fewer than k people is left out. `paired`: the differences of people who answered both times,
    in sixtieths, where names allow it: they are tested instead.
    """
    pairs = paired or {}
    changes = {key: Change(tier=Tier.FIRST) for key, answers in current.items() if len(answers) >= params.k}
    tested = [key for key in changes if len(base.get(key, ())) >= MIN_BASE]
    p_values = [_test(current[key], base[key], pairs.get(key)) for key in tested]
    for key, p, holm_p in zip(tested, p_values, holm(p_values), strict=True):
        delta, detectable = _sizes(current[key], base[key], pairs.get(key))
        tier = Tier.NONE
        if _reaches(delta, params.delta):
            if holm_p < params.alpha_change:
                tier = Tier.CHANGE
            elif p < params.alpha_look:
                tier = Tier.LOOK
        shows = _tested(current[key], pairs.get(key)) >= params.show_from
        changes[key] = _change(tier, delta, detectable, (float(p), holm_p) if shows else (None, None))
    return changes


def index_change(
    current: Sequence[int], base: Sequence[int], params: Params, *, paired: Sequence[int] | None = None
) -> Change | None:
    """Test the index alone, before any question. Person scores in eighths. None below k people."""
    if len(current) < params.k:
        return None
    if len(base) < MIN_BASE:
        return Change(tier=Tier.FIRST)
    p = float(_test(current, base, paired))
    delta, detectable = _sizes(current, base, paired, unit=EIGHTHS)
    return _change(
        Tier.CHANGE if p < params.alpha_look and _reaches(delta, params.delta) else Tier.NONE,
        delta,
        detectable,
        (p, p) if _tested(current, paired) >= params.show_from else (None, None),
    )


def _tested(current: Sequence[int], paired: Sequence[int] | None) -> int:
    """How many people a test is about."""
    return len(paired or current)


def _test(current: Sequence[int], base: Sequence[int], paired: Sequence[int] | None) -> Fraction:
    return (sign_flip(paired) if paired else two_sample(current, base)).two_sided


def _sizes(
    current: Sequence[int], base: Sequence[int], paired: Sequence[int] | None, unit: int = 1
) -> tuple[Fraction, float]:
    """How large the change is, and how large it would have to be for us to notice, in points."""
    if paired:
        whole = SIXTIETHS * unit
        return _mean(paired, whole), (Z_HOLM_OF_NINE + Z_POWER_80) * stdev(paired) / whole / sqrt(len(paired))
    delta = _mean(current, unit) - _mean(base, unit)
    return delta, detectable_change(stdev(base) / unit, len(current), len(base))


def detectable_change(sd: float, n: int, n_base: int) -> float:
    """Smallest change of one question that 80 % of such comparisons would notice, in points."""
    return (Z_HOLM_OF_NINE + Z_POWER_80) * sd * sqrt(1 / n + 1 / n_base)


@dataclass(frozen=True, slots=True)
class Gap:
    """A sector that sees things differently; to be worded both ways, never as "the sector is negative"."""

    row: str
    way: Way


def sector_gaps(rows: Mapping[str, Sequence[int]], params: Params) -> list[Gap]:
    """Rows (person scores in eighths) whose mean differs from all others by at least half a point, tested together.

    The rows are those the disclosure planner released; a smaller one is an error.
    """
    if any(len(scores) < params.k for scores in rows.values()):
        raise ValueError("A row below the smallest group is never compared.")
    others = {key: [e for other, scores in rows.items() if other != key for e in scores] for key in rows}
    keys = [key for key in rows if others[key]]
    holm_p = holm([two_sample(rows[key], others[key]).two_sided for key in keys])
    deltas = [_mean(rows[key], EIGHTHS) - _mean(others[key], EIGHTHS) for key in keys]
    return [
        Gap(key, Way.UP if delta > 0 else Way.DOWN)
        for key, p, delta in zip(keys, holm_p, deltas, strict=True)
        if p < params.alpha_change and _reaches(delta, params.gap)
    ]


def _change(tier: Tier, delta: Fraction, detectable: float, shown: tuple[float | None, float | None]) -> Change:
    way = None
    if tier is not Tier.NONE:
        way = Way.UP if delta > 0 else Way.DOWN
    return Change(tier=tier, way=way, delta=delta, detectable=ceil(detectable * 10) / 10, p=shown[0], holm_p=shown[1])


def _mean(values: Sequence[int], unit: int = 1) -> Fraction:
    return Fraction(sum(values), len(values) * unit)


def _reaches(delta: Fraction, points: float) -> bool:
    """Compare without the noise of floats: a change of exactly 0.3 counts."""
    return abs(delta) >= Fraction(str(points))


def _ways_to_sum(values: Sequence[int], size: int) -> list[int]:
    """How many of the ways to choose `size` of the values (not negative) give each sum.

    The counts of all sums lie side by side in one big integer, a lane each, so that a shift adds a value to every
    sum at once. A lane holds comb(len(values), size), which no count exceeds while size <= half of the values.
    """
    lane = comb(len(values), size).bit_length() // 8 + 1
    chosen = [1] + [0] * size
    for done, value in enumerate(values, start=1):
        for j in range(min(done, size), max(0, size - (len(values) - done) - 1), -1):
            chosen[j] += chosen[j - 1] << (8 * lane * value)
    largest = sum(sorted(values)[-size:])
    packed = chosen[size].to_bytes(lane * (largest + 1), "little")
    return [int.from_bytes(packed[i : i + lane], "little") for i in range(0, len(packed), lane)]
