"""Where an indicator or a goal stands on one day: values chosen, assessed, and put into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from core.charts import Drawing, Forecast, GoalSeries, Point, goal_chart, goal_spark
from goals import periods
from goals.choices import FREQUENCY_DAYS, Direction, Frequency, ValueKind
from goals.measure.status import NEEDIEST_FIRST, Assessment, Status
from goals.models import Indicator, SharedGoal
from goals.selectors import wording
from goals.selectors.values import ValueRow
from partners.models import Organization

MAX_PLACES = 2  # decimals of a projection: more would claim a precision it has not
JOINED_WITHIN_PERIODS = 2


@dataclass(frozen=True)
class IndicatorReading:
    """One indicator on one day: its chosen values and what can be said of them.

    ``values`` are the headline values up to that day, oldest first: numbers, words, and gaps that somebody declared.
    ``baseline`` and ``target`` are the ones judged by; ``has_groups`` says that there are values of groups or places.
    """

    indicator: Indicator
    today: date
    values: Sequence[ValueRow]
    baseline: ValueRow | None
    target: ValueRow | None
    has_groups: bool
    assessment: Assessment

    @property
    def pk(self) -> int:
        return self.indicator.pk

    @property
    def title(self) -> str:
        return self.indicator.title

    @property
    def status(self) -> str:
        """A key of ``core.components.STATUSES``."""
        return str(self.assessment.status)

    @cached_property
    def last(self) -> ValueRow | None:
        """The newest value that says something, be it a number or words."""
        return next((row for row in reversed(self.values) if row.kind != ValueKind.EMPTY), None)

    @cached_property
    def places(self) -> int:
        """Decimals for what is computed: as many as the values were given with, two at most."""
        rows = [*self.values, self.baseline, self.target]
        given = [_decimals(row.value) for row in rows if row is not None and row.value is not None]
        return min(MAX_PLACES, max([self.indicator.decimals, *given], default=0))

    @property
    def direction_text(self) -> str:
        return wording.direction(self.indicator)

    @property
    def verdict(self) -> str:
        return wording.verdict(self.assessment.status)

    @cached_property
    def sentence(self) -> str:
        return wording.sentence(self)

    @cached_property
    def now_text(self) -> str:
        return wording.row(self.indicator, self.last)

    @property
    def has_picture(self) -> bool:
        """Two numbers, or one and a way to go: less is no line."""
        numbers = sum(row.is_number for row in self.values)
        return numbers > 1 or bool(numbers and self.target and self.target.is_number)

    def value_text(self, row: ValueRow) -> str:
        """A row in words; a declared gap says so."""
        return wording.row(self.indicator, row) or wording.not_available()

    def newest(self, count: int) -> list[tuple[str, str]]:
        """The newest values as period and words, newest first."""
        rows = list(self.values[-count:])[::-1]
        return [(periods.label(row.start, row.on), self.value_text(row)) for row in rows]

    @cached_property
    def start_text(self) -> str:
        return wording.row(self.indicator, self.baseline)

    @cached_property
    def target_text(self) -> str:
        return wording.row(self.indicator, self.target)

    @property
    def planned_text(self) -> str:
        """Where a straight path from start to target would be today; "" where there is none."""
        planned = self.planned(self.today)
        return wording.quantity(self.indicator, planned, places=self.places) if planned is not None else ""

    @property
    def pace_text(self) -> str:
        return wording.pace(self)

    @property
    def warning(self) -> str:
        """A contradiction that somebody should look at; "" when there is none."""
        start, end = self._ends()
        if start is None or end is None or self.indicator.direction == Direction.HOLD or start == end:
            return ""
        contradicts = (end > start) != (self.indicator.direction == Direction.UP)
        return wording.contradiction(self.indicator) if contradicts else ""

    def planned(self, day: date) -> float | None:
        """The value on ``day`` of a straight path from the baseline to the target, within their dates."""
        start, end = self._ends()
        if self.baseline is None or self.target is None or start is None or end is None:
            return None
        days = (self.target.on - self.baseline.on).days
        if days <= 0 or not self.baseline.on <= day <= self.target.on:
            return None
        return float(start) + float(end - start) * (day - self.baseline.on).days / days

    @cached_property
    def forecast(self) -> Forecast | None:
        """Where we land on the target day with the likely range, within what is possible; None where nobody can say."""
        seen = self.assessment
        if seen.projection is None or seen.projection_low is None or seen.projection_high is None:
            return None
        low, mid, high = (
            wording.possible(self.indicator, value)
            for value in (seen.projection_low, seen.projection, seen.projection_high)
        )
        return Forecast(self.target.on if self.target else self.today, low, mid, high)

    def series(self) -> GoalSeries:
        """What the goal charts draw."""
        return GoalSeries(
            measured=[_point(row) for row in self.values if row.kind != ValueKind.TEXT],
            baseline=_point(self.baseline) if self.baseline and self.baseline.is_number else None,
            target=_point(self.target) if self.target and self.target.is_number else None,
            forecast=self.forecast,
            joined_within=JOINED_WITHIN_PERIODS * FREQUENCY_DAYS[Frequency(self.indicator.frequency)],
        )

    def spark(self) -> Drawing:
        """The small chart of a list."""
        return goal_spark(self.series(), wording.spark_words(self))

    def chart(self) -> Drawing:
        return goal_chart(self.series(), wording.chart_words(self))

    def _ends(self) -> tuple[Decimal | None, Decimal | None]:
        return (self.baseline.value if self.baseline else None, self.target.value if self.target else None)


@dataclass(frozen=True)
class GoalReading:
    """One goal on one day. It shows its neediest indicator; ``number`` is its place in the agreed order, from 1."""

    number: int
    goal: SharedGoal
    indicators: Sequence[IndicatorReading]

    @property
    def pk(self) -> int:
        return self.goal.pk

    @property
    def title(self) -> str:
        return self.goal.title

    @property
    def lead(self) -> Organization | None:
        return self.goal.lead.organization if self.goal.lead else None

    @cached_property
    def indicator(self) -> IndicatorReading | None:
        """The neediest one; None while nothing is measured."""
        return min(self.indicators, key=lambda one: NEEDIEST_FIRST.index(one.assessment.status), default=None)

    @property
    def status(self) -> str:
        return self.indicator.status if self.indicator else str(Status.NOT_ENOUGH)

    @property
    def need(self) -> int:
        """0 is the neediest: sort by it to see first what needs us most."""
        return NEEDIEST_FIRST.index(self.indicator.assessment.status if self.indicator else Status.NOT_ENOUGH)

    @property
    def sentence(self) -> str:
        return self.indicator.sentence if self.indicator else wording.nothing_measured()

    @property
    def now_text(self) -> str:
        return self.indicator.now_text if self.indicator else ""

    @property
    def target_text(self) -> str:
        return self.indicator.target_text if self.indicator else ""

    @property
    def now_number(self) -> str:
        """The newest number to print large, a percent sign with it; its unit stands beside it as ``now_unit``."""
        last = self.indicator.last if self.indicator else None
        if self.indicator is None or last is None or last.value is None:
            return ""
        return wording.bare(self.indicator.indicator, last.value)

    @property
    def now_unit(self) -> str:
        indicator = self.indicator.indicator if self.indicator else None
        return "" if indicator is None or wording.is_percentage(indicator) else indicator.unit

    @property
    def has_number(self) -> bool:
        """Whether there is a number to print large; words are too long for that."""
        return bool(self.now_number)

    @property
    def has_picture(self) -> bool:
        return bool(self.indicator and self.indicator.has_picture)


def _point(row: ValueRow) -> Point:
    return Point(row.on, float(row.value) if row.value is not None else None)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
