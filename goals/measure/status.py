"""Is an indicator on track? The word, the share achieved, the pace and the projection, with their uncertainty.

Thresholds .95 / .60 / 0 are those Eurostat, Statistics Canada and Open SDG publish, applied to a linear share of the
planned change, which copes with zero and negative values where a growth rate does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from goals.measure.theil_sen import Line, line_with_slope, sen_interval, theil_sen

Number = Decimal | Fraction | float
Observation = tuple[date, Number]

DAYS_PER_MONTH = 365.25 / 12
MIN_OBSERVATIONS = 2
STALE_AFTER_PERIODS = 2
FLOAT_NOISE = 9  # decimals kept when a projection is compared with a threshold: exactly .95 counts as .95


class Status(StrEnum):
    MET = "met"
    NEARLY = "nearly"
    MISSED = "missed"
    ON_TRACK = "on_track"
    NEEDS_PUSH = "needs_push"
    OFF_TRACK = "off_track"
    WRONG_WAY = "wrong_way"
    EARLY = "early"
    STALE = "stale"
    NOT_ENOUGH = "not_enough"


NEEDIEST_FIRST = (
    Status.WRONG_WAY,
    Status.OFF_TRACK,
    Status.MISSED,
    Status.NEEDS_PUSH,
    Status.STALE,
    Status.NEARLY,
    Status.NOT_ENOUGH,
    Status.EARLY,
    Status.ON_TRACK,
    Status.MET,
)


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Shares of the planned change (on, push), share of the planned time and count of observations (early)."""

    on: float = 0.95
    push: float = 0.60
    early_tau: float = 0.25
    early_obs: int = 4


DEFAULT = Thresholds()


def day_of(observation: Observation) -> date:
    return observation[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What can be said of one indicator on one day. None means "cannot be said".

    achieved, projected_share*: shares of the planned change (1 = the whole change; negative = away from the target).
    pace: achieved share over elapsed share of the time, at the last value.
    projection, projection_low, projection_high: value expected on the target date and its 80 % range, in the
    indicator's own unit, low <= high. needed_per_month (from today to the target date) and managed_per_month (from
    the start to the last value): change per month in own unit, signed.
    status_low and status_high are the words for the two ends of the range; alternative_status is the one worth
    printing after "could be": the better end where it differs from status, else the worse end, else None.
    """

    status: Status
    alternative_status: Status | None = None
    status_low: Status | None = None
    status_high: Status | None = None
    achieved: float | None = None
    pace: float | None = None
    projected_share: float | None = None
    projected_share_low: float | None = None
    projected_share_high: float | None = None
    projection: float | None = None
    projection_low: float | None = None
    projection_high: float | None = None
    needed_per_month: float | None = None
    managed_per_month: float | None = None
    last: Observation | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A change from a first value to a target value between two dates, and what was seen since."""

    start_on: date
    start: Fraction
    end_on: date
    end: Fraction
    seen: tuple[Observation, ...]

    def share(self, value: Number) -> Fraction:
        return (Fraction(value) - self.start) / (self.end - self.start)

    def value(self, share: float) -> float:
        return float(self.start) + share * float(self.end - self.start)

    def elapsed(self, on: date) -> float:
        days = (self.end_on - self.start_on).days
        return (on - self.start_on).days / days if days > 0 else 0.0

    def points(self) -> list[tuple[float, float]]:
        """Give the first value (share 0) and every later one, over days since the start."""
        later = [(float((on - self.start_on).days), float(self.share(value))) for on, value in self.seen]
        return [(0.0, 0.0), *later]


def assess(
    *,
    observations: Sequence[Observation],
    baseline: Observation | None,
    target: tuple[date, Number | None] | None,
    direction: str,
    frequency_days: int,
    today: date,
    hold: tuple[Number, Number] | None = None,
    thresholds: Thresholds = DEFAULT,
) -> Assessment:
    """Say where an indicator stands on `today`.

    Values before the start, on its day (the baseline speaks for that day) or after `today` are left out. Where periods
    overlap and end on one day, all values shape the line and the last given speaks for the day. With "hold" the range
    `hold` (both ends inside) takes the place of baseline and target value. Towards the target is good, on whichever
    side of the start it lies. An indicator without baseline or target has not enough data. The first rule that
    applies: met (last value at the target or beyond) · after the target date nearly (>= .95) or missed · values of
    fewer than two days: not enough · no value for more than twice the frequency: stale · fewer than four days or a
    quarter of the time: early · else by the projection: >= .95 on track, >= .60 needs a push, >= 0 off track, below 0
    wrong way.
    """
    seen = _seen(observations, baseline, today)
    stale = bool(seen) and (today - seen[-1][0]).days > STALE_AFTER_PERIODS * frequency_days
    last = seen[-1] if seen else None
    if direction == Direction.HOLD:
        return _assess_hold(last, hold, target, today, stale=stale)
    if last is None or baseline is None or target is None or target[1] is None:
        return Assessment(status=Status.NOT_ENOUGH, last=last)
    plan = _Plan(baseline[0], Fraction(baseline[1]), target[0], Fraction(target[1]), seen)
    if plan.start == plan.end:
        return _assess_level(plan, last, direction, today)
    return _assess_change(plan, last, today, thresholds, stale=stale)


def status_of_share(share: float, thresholds: Thresholds = DEFAULT) -> Status:
    """Name a projected share of the planned change."""
    share = round(share, FLOAT_NOISE)
    if share >= thresholds.on:
        return Status.ON_TRACK
    if share >= thresholds.push:
        return Status.NEEDS_PUSH
    return Status.OFF_TRACK if share >= 0 else Status.WRONG_WAY


def neediest(statuses: Iterable[Status]) -> Status:
    """Choose the word a goal shows: that of its neediest indicator; not enough data where it has none."""
    return min(statuses, key=NEEDIEST_FIRST.index, default=Status.NOT_ENOUGH)


def _seen(observations: Sequence[Observation], baseline: Observation | None, today: date) -> tuple[Observation, ...]:
    start_on = baseline[0] if baseline else date.min
    return tuple(sorted((o for o in observations if start_on < o[0] <= today), key=day_of))


def _assess_hold(
    last: Observation | None,
    hold: tuple[Number, Number] | None,
    target: tuple[date, Number | None] | None,
    today: date,
    *,
    stale: bool,
) -> Assessment:
    """Judge a range: held only as long as a fresh value says so; outside it there is no pace to judge."""
    if last is None or hold is None:
        return Assessment(status=Status.NOT_ENOUGH, last=last)
    inside = Fraction(hold[0]) <= Fraction(last[1]) <= Fraction(hold[1])
    over = target is not None and today > target[0]
    if over:
        status = Status.MET if inside else Status.MISSED
    elif stale:
        status = Status.STALE
    else:
        status = Status.MET if inside else Status.OFF_TRACK
    return Assessment(status=status, last=last)


def _assess_level(plan: _Plan, last: Observation, direction: str, today: date) -> Assessment:
    """Judge a target equal to the first value: there is no change to pace, only a level to keep."""
    gap = Fraction(last[1]) - plan.end
    kept = gap >= 0 if direction == Direction.UP else gap <= 0
    if kept:
        return Assessment(status=Status.MET, last=last)
    return Assessment(status=Status.MISSED if today > plan.end_on else Status.WRONG_WAY, last=last)


def _assess_change(plan: _Plan, last: Observation, today: date, thresholds: Thresholds, *, stale: bool) -> Assessment:
    achieved = float(plan.share(last[1]))
    elapsed = plan.elapsed(last[0])
    over = today > plan.end_on
    days = len({on for on, _ in plan.seen})
    early = days < thresholds.early_obs or elapsed < thresholds.early_tau
    projected = None if over or early else _project(plan)
    words = [status_of_share(share, thresholds) for share in projected] if projected else []
    if achieved >= 1:
        status = Status.MET
    elif over:
        status = Status.NEARLY if achieved >= thresholds.on else Status.MISSED
    elif days < MIN_OBSERVATIONS:
        status = Status.NOT_ENOUGH
    elif stale:
        status = Status.STALE
    else:
        status = words[1] if words else Status.EARLY
    low, middle, high = projected or (None, None, None)
    values = [plan.value(share) for share in projected] if projected else []
    judged = bool(words) and status is words[1]
    return Assessment(
        status=status,
        alternative_status=_alternative(words) if judged else None,
        status_low=words[0] if judged else None,
        status_high=words[2] if judged else None,
        achieved=achieved,
        pace=achieved / elapsed if elapsed else None,
        projected_share=middle,
        projected_share_low=low,
        projected_share_high=high,
        projection=values[1] if values else None,
        projection_low=min(values) if values else None,
        projection_high=max(values) if values else None,
        needed_per_month=_per_month(plan.end - Fraction(last[1]), today, plan.end_on),
        managed_per_month=_per_month(Fraction(last[1]) - plan.start, plan.start_on, last[0]),
        last=last,
    )


def _alternative(words: Sequence[Status]) -> Status | None:
    low, middle, high = words
    if high is not middle:
        return high
    return low if low is not middle else None


def _project(plan: _Plan) -> tuple[float, float, float]:
    """Share reached on the target date: low, middle and high, through the Sen interval of the slope (80 %)."""
    points = plan.points()
    end = float((plan.end_on - plan.start_on).days)
    line: Line = theil_sen(points)
    low, high = (line_with_slope(points, slope).at(end) for slope in sen_interval(points))
    return low, line.at(end), high


def _per_month(change: Fraction, start: date, end: date) -> float | None:
    days = (end - start).days
    return float(change) / days * DAYS_PER_MONTH if days > 0 else None
