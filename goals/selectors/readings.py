"""Goals and indicators read in bulk, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from goals.choices import FREQUENCY_DAYS, Direction, Frequency
from goals.measure.status import assess
from goals.models import Indicator, SharedGoal
from goals.selectors.reading import GoalReading, IndicatorReading
from goals.selectors.values import ValueRow, baselines_of, choose_baseline, choose_target, targets_of, values_of
from partners.models import Partnership


def goal_readings(
    partnership: Partnership, *, today: date, goals: Iterable[SharedGoal] | None = None, first_number: int = 1
) -> list[GoalReading]:
    """Every goal of the partnership in the agreed order: five queries, however many there are.

    With ``goals`` only those, a run of that order that starts at ``first_number``: four queries.
    """
    if goals is None:
        goals = partnership.goals.select_related("lead__organization")
    rows = list(goals)
    readings: dict[int, list[IndicatorReading]] = defaultdict(list)
    indicators = Indicator.objects.filter(goal__in=[goal.pk for goal in rows]).order_by("position", "pk")
    for reading in indicator_readings(indicators, today=today):
        readings[reading.indicator.goal_id].append(reading)
    return [GoalReading(number, goal, readings[goal.pk]) for number, goal in enumerate(rows, first_number)]


def indicator_readings(indicators: Iterable[Indicator], *, today: date) -> list[IndicatorReading]:
    """Read indicators in bulk: three queries beside the one for the indicators themselves."""
    rows = list(indicators)
    keys = [indicator.pk for indicator in rows]
    baselines = baselines_of(keys)
    targets = targets_of(keys)
    values, grouped = values_of(keys, today)
    return [
        _read(
            indicator,
            today=today,
            baselines=baselines[indicator.pk],
            targets=targets[indicator.pk],
            values=values[indicator.pk],
            has_groups=indicator.pk in grouped,
        )
        for indicator in rows
    ]


def _read(
    indicator: Indicator,
    *,
    today: date,
    baselines: Sequence[ValueRow],
    targets: Sequence[ValueRow],
    values: Sequence[ValueRow],
    has_groups: bool,
) -> IndicatorReading:
    target = choose_target(targets, today)
    baseline = choose_baseline(baselines, target)
    hold = None
    if indicator.direction == Direction.HOLD and indicator.hold_low is not None and indicator.hold_high is not None:
        hold = (indicator.hold_low, indicator.hold_high)
    assessment = assess(
        observations=[(row.on, row.value) for row in values if row.value is not None],
        baseline=(baseline.on, baseline.value) if baseline and baseline.value is not None else None,
        target=(target.on, target.value) if target else None,
        direction=indicator.direction,
        frequency_days=FREQUENCY_DAYS[Frequency(indicator.frequency)],
        today=today,
        hold=hold,
    )
    return IndicatorReading(indicator, today, values, baseline, target, has_groups, assessment)
