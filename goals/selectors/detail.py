"""What the page of one goal and the history of one indicator show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.components import Table
from goals import periods
from goals.choices import ValueKind
from goals.models import Action, Indicator, Measurement, SharedGoal
from goals.selectors import wording
from goals.selectors.reading import GoalReading, IndicatorReading
from goals.selectors.readings import goal_readings
from partners.models import Partnership

ACTIONS_SHOWN = 12
NUMBERS_SHOWN = 60
GROUPS_SHOWN = 24


@dataclass(frozen=True)
class HistoryLine:
    """One recorded value in words. ``group`` is "" for the whole; values of groups are never added up."""

    measurement: Measurement
    period: str
    group: str
    value: str
    is_corrected: bool


@dataclass(frozen=True)
class GoalPage:
    """A goal with the indicator that was chosen or needs us most, the others, and what we do about it."""

    reading: GoalReading
    chosen: IndicatorReading | None
    others: Sequence[IndicatorReading]
    numbers: Table | None
    groups: Sequence[HistoryLine]
    actions: Sequence[tuple[Action, int]]
    finished: int

    @property
    def goal_key(self) -> str:
        """For an address; templates would write thousands marks into a number."""
        return str(self.reading.pk)

    @property
    def has_picture(self) -> bool:
        return self.chosen is not None and self.chosen.has_picture

    @property
    def source(self) -> str:
        """Under the chart: where the numbers come from, and what the fan says where there is one."""
        if self.chosen is None:
            return ""
        source = self.chosen.indicator.source
        parts = [_("Source: %(source)s.") % {"source": source.rstrip(".")}] if source else []
        if self.chosen.assessment.projection is not None:
            parts.append(_("The shaded fan is where we will probably land if this goes on (8 times out of 10)."))
        return " ".join(parts)


def indicators_of(partnership: Partnership) -> QuerySet[Indicator]:
    return Indicator.objects.filter(goal__partnership=partnership).select_related("goal__partnership")


def goal_page(goal: SharedGoal, *, today: date, indicator: int | None = None) -> GoalPage:
    """``indicator`` is the key of the one the reader asked for; one of another goal is passed over."""
    earlier = Q(position__lt=goal.position) | Q(position=goal.position, pk__lt=goal.pk)
    number = goal.partnership.goals.filter(earlier).count() + 1
    (reading,) = goal_readings(goal.partnership, today=today, goals=[goal], first_number=number)
    chosen = next((one for one in reading.indicators if one.pk == indicator), reading.indicator)
    actions = goal.actions.select_related("accountable__participation__organization").order_by("due_on", "pk")
    return GoalPage(
        reading=reading,
        chosen=chosen,
        others=[one for one in reading.indicators if one is not chosen],
        numbers=numbers_table(chosen) if chosen and chosen.values else None,
        groups=_groups(chosen) if chosen and chosen.has_groups else [],
        actions=[(action, action.days_late(on=today)) for action in actions.open()[:ACTIONS_SHOWN]],
        finished=goal.actions.done().count(),
    )


def numbers_table(reading: IndicatorReading) -> Table:
    """The newest numbers behind the chart: period, what was measured, what was planned. All of them have a page."""
    rows = []
    for row in reversed(reading.values[-NUMBERS_SHOWN:]):
        planned = reading.planned(row.on)
        planned_text = "" if planned is None else wording.number(planned, places=max(1, reading.places))
        rows.append((periods.label(row.start, row.on), reading.value_text(row), planned_text))
    has_plan = any(planned for _period, _value, planned in rows)
    columns = [_("Period"), _("Measured"), *([_("Planned")] if has_plan else [])]
    return Table(columns=columns, rows=[row[: len(columns)] for row in rows])


def history_lines(indicator: Indicator, rows: Iterable[Measurement]) -> list[HistoryLine]:
    return [
        HistoryLine(
            measurement=row,
            period=periods.label(row.period_start, row.period_end),
            group=_group(row),
            value=_value(indicator, row),
            is_corrected=row.corrected_by_id is not None,
        )
        for row in rows
    ]


def _groups(reading: IndicatorReading) -> list[HistoryLine]:
    rows = reading.indicator.measurements.current().exclude(dimensions={}, location="")
    return history_lines(reading.indicator, rows.order_by("-period_end", "pk")[:GROUPS_SHOWN])


def _group(row: Measurement) -> str:
    parts = [_("%(name)s: %(value)s") % {"name": name, "value": value} for name, value in row.dimensions.items()]
    return ", ".join([*parts, *([row.location] if row.location else [])])


def _value(indicator: Indicator, row: Measurement) -> str:
    if row.value_kind == ValueKind.EMPTY:
        return _("Not available")
    return row.raw_text if row.value is None else wording.quantity(indicator, row.value)
