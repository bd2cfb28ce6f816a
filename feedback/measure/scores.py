"""From the sums of a cell (window x question) to what may be said about it.

Fewer than k people: nothing. Five to nine: a band and a likely range in halves. Ten and more: the mean in tenths, the
range in tenths, agreement and rounded shares. Nothing here returns a number that its group is too small for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, sqrt
from statistics import NormalDist

from feedback.measure.beta import band_probabilities, ghost, likely_range
from feedback.measure.cells import SCALE, CellSums, r_wg
from feedback.measure.params import Params

INDEX_MIN_QUESTIONS = 6
AGREE, SPLIT = 70, 30  # hundredths of r_wg; rules of thumb (LeBreton and Senter 2008)
MOST, SOME = 0.70, 0.40
HIGH_RATE, LOW_RATE = 0.50, 0.30
FLOAT_NOISE = 9  # decimals kept of a probability, so that one half is one half on every machine
NARROWEST = 1.5  # points
TOP_SHARE, BOTTOM_SHARE = 90, 10


class Band(StrEnum):
    CONCERN = "concern"
    MIXED = "mixed"
    STRONG = "strong"


class Confidence(StrEnum):
    CLEAR = "clear"
    LEANING = "leaning"
    UNCERTAIN = "uncertain"


class ReportConfidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Agreement(StrEnum):
    AGREE = "agree"
    VARY = "vary"
    SPLIT = "split"


class Answered(StrEnum):
    MOST = "most"
    SOME = "some"
    FEW = "few"


class Bound(StrEnum):
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Share:
    """A share in steps of five per cent, never below 10 or above 90: there the bound says "or less", "or more"."""

    percent: int
    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReading:
    """What a page may print about a cell; everything else is None.

    tenths: the mean times ten. low, high: points of the scale, rounded outward. second_band: only where the label is
    uncertain. histogram: the five shares, 1 to 5. fragile: the band would change if the silent thought one point less.
    """

    visible: bool
    n_people: int | None = None
    band: Band | None = None
    second_band: Band | None = None
    confidence_label: Confidence | None = None
    tenths: int | None = None
    low: float | None = None
    high: float | None = None
    agreement: Agreement | None = None
    favourable: Share | None = None
    histogram: tuple[Share, ...] | None = None
    answered: Answered | None = None
    fragile: bool | None = None
    report_confidence: ReportConfidence | None = None


HIDDEN = CellReading(visible=False)


def read_cell(sums: CellSums, n_people: int, n_invited: int, params: Params, *, flagged: bool = False) -> CellReading:
    """Read one cell. `n_people` comes from `people_in`; `flagged` (see `window_quality`) lowers confidence one step.

    Raises ValueError on counts that cannot be: more people than answers, or than were invited.
    """
    if not n_people <= min(sums.n, n_invited):
        raise ValueError("A cell cannot hold more people than answers or invitations.")
    if n_people < params.k:
        return HIDDEN
    scale = Fraction(n_people, sums.n)
    fit = ghost(n_people, sums.s1 * scale, sums.s2 * scale)
    probabilities = band_probabilities(fit, params.mixed, params.strong)
    chances = {band: round(p, FLOAT_NOISE) for band, p in zip(Band, probabilities, strict=True)}
    exact = n_people >= params.show_from
    tenths = display_tenths(sums.n, sums.s1)
    likeliest = sorted(Band, key=chances.__getitem__, reverse=True)
    band = band_of(tenths, params) if exact else likeliest[0]
    label = confidence_label(chances[band], params)
    cover = coverage(sums, n_people, n_invited, params)
    limits = likely_range(fit, params.conf)
    low, high = round_outward(limits, steps=10) if exact else coarse_range(limits)
    return CellReading(
        visible=True,
        n_people=n_people,
        band=band,
        second_band=next(b for b in likeliest if b is not band) if label is Confidence.UNCERTAIN else None,
        confidence_label=label,
        tenths=tenths if exact else None,
        low=low,
        high=high,
        agreement=agreement(sums) if exact and sums.counts else None,
        favourable=share(sums.counts[3] + sums.counts[4], sums.n) if exact and sums.counts else None,
        histogram=tuple(share(c, sums.n) for c in sums.counts) if exact and sums.counts else None,
        answered=cover.answered,
        fragile=cover.fragile if exact else None,
        report_confidence=report_confidence(label, cover, flagged=flagged),
    )


def outlook(sums: CellSums, n_people: int, params: Params) -> float:
    """The bands weighed by how likely they are, 0 to 2, in hundredths. To order what may be shown, never to print."""
    scale = Fraction(n_people, sums.n)
    chances = band_probabilities(ghost(n_people, sums.s1 * scale, sums.s2 * scale), params.mixed, params.strong)
    return round(sum(rank * chance for rank, chance in enumerate(chances)), 2)


def display_tenths(n: int, s1: Fraction | int) -> int:
    """Mean times ten, halves upward, by whole numbers: floats would show 4.3 for 4.35."""
    return int((20 * s1 + n) // (2 * n))


def band_of(tenths: int, params: Params) -> Band:
    """Band of a displayed mean. 4.0 and 3.0 are a practitioners' rule of thumb (Wilder), not validated cut-offs."""
    if tenths >= params.strong:
        return Band.STRONG
    return Band.MIXED if tenths >= params.mixed else Band.CONCERN


def confidence_label(chance: float, params: Params) -> Confidence:
    if chance >= params.clear:
        return Confidence.CLEAR
    return Confidence.LEANING if chance >= params.lean else Confidence.UNCERTAIN


def round_outward(limits: tuple[float, float], *, steps: int) -> tuple[float, float]:
    """Widen a range to whole steps (`steps` per point), so that rounding never claims more than we know."""
    low, high = limits
    return floor(low * steps) / steps, ceil(high * steps) / steps


def coarse_range(limits: tuple[float, float]) -> tuple[float, float]:
    """Widen a range to halves, and further until it spans 1.5 points.

    Of all answers five to nine people can give, only unanimous ones reach some of the narrower ranges: printing those
    would tell what each person said. A few per cent of readings are wider for it.
    """
    low, high = round_outward(limits, steps=2)
    while high - low < NARROWEST:
        low, high = max(float(SCALE[0]), low - 0.5), min(float(SCALE[-1]), high + 0.5)
    return low, high


def index_is_publishable(readings: Iterable[CellReading]) -> bool:
    """Ask for six publishable questions of the eight before the index is shown."""
    return sum(reading.visible for reading in readings) >= INDEX_MIN_QUESTIONS


def agreement(sums: CellSums) -> Agreement | None:
    value = r_wg(sums)
    if value is None:
        return None
    hundredths = floor(100 * value + Fraction(1, 2))
    if hundredths >= AGREE:
        return Agreement.AGREE
    return Agreement.SPLIT if hundredths <= SPLIT else Agreement.VARY


def wilson(count: int, n: int, conf: float) -> tuple[float, float]:
    """Wilson score interval of a share, 0..1 (Newcombe 1998, method 3)."""
    z = NormalDist().inv_cdf((1 + conf) / 2)
    centre = (count + z * z / 2) / (n + z * z)
    reach = z * sqrt(count * (n - count) / n + z * z / 4) / (n + z * z)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def share(count: int, n: int) -> Share:
    """Share to the nearest five per cent, halves upward; an exact 0 or 100 % would tell everybody's answer."""
    percent = 5 * ((40 * count + n) // (2 * n))
    if percent >= TOP_SHARE:
        return Share(TOP_SHARE, Bound.AT_LEAST)
    if percent <= BOTTOM_SHARE:
        return Share(BOTTOM_SHARE, Bound.AT_MOST)
    return Share(percent, Bound.ABOUT)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much the silent could change. For the engine: only `answered` and `fragile` are for every reader.

    silent_mean: the mean if those who did not answer think one point less. worst, best: if all of them said 1 or 5.
    """

    rate: float
    answered: Answered
    silent_mean: float
    worst: float
    best: float
    fragile: bool


def coverage(sums: CellSums, n_people: int, n_invited: int, params: Params) -> Coverage:
    rate = Fraction(n_people, n_invited)
    mean = sums.s1 / sums.n
    silent_mean = max(Fraction(1), mean - (1 - rate))
    lowered = band_of(display_tenths(1, silent_mean), params)
    return Coverage(
        rate=float(rate),
        answered=answered_words(float(rate)),
        silent_mean=float(silent_mean),
        worst=float(mean * rate + SCALE[0] * (1 - rate)),
        best=float(mean * rate + SCALE[-1] * (1 - rate)),
        fragile=lowered is not band_of(display_tenths(1, mean), params),
    )


def answered_words(rate: float) -> Answered:
    if rate >= MOST:
        return Answered.MOST
    return Answered.SOME if rate >= SOME else Answered.FEW


def report_confidence(label: Confidence, cover: Coverage, *, flagged: bool) -> ReportConfidence:
    """High: clear, half answered, not fragile. Low: uncertain, or under 30 % answered. A flag costs one step."""
    if label is Confidence.UNCERTAIN or cover.rate < LOW_RATE:
        return ReportConfidence.LOW
    high = label is Confidence.CLEAR and cover.rate >= HIGH_RATE and not cover.fragile
    if high:
        return ReportConfidence.MEDIUM if flagged else ReportConfidence.HIGH
    return ReportConfidence.LOW if flagged else ReportConfidence.MEDIUM
