"""Indicators: what we measure, from where, and to where."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.models import record
from goals import periods
from goals.choices import Direction, Frequency, MeasureKind, ValueKind, ValueSemantics
from goals.models import Baseline, Indicator, SharedGoal, Target
from partners.models import Seat

HUNDRED = 100


class IndicatorError(DomainError):
    """An indicator that cannot be like this; the sentence says what to change."""


class IndicatorInUse(IndicatorError):
    """It has values, and a change would make them mean something else."""


@dataclass(frozen=True, kw_only=True)
class IndicatorFacts:
    """What describes an indicator, apart from its values."""

    title: str
    description: str = ""
    measure: str = MeasureKind.NUMBER
    unit: str = ""
    decimals: int = 0
    direction: str = Direction.UP
    hold_low: Decimal | None = None
    hold_high: Decimal | None = None
    value_semantics: str = ValueSemantics.SNAPSHOT
    frequency: str = Frequency.MONTHLY
    source: str = ""


# What a value means hangs on these: with values present, a change of them would be a new indicator.
MEANING = {
    "measure": gettext_lazy("kind of value"),
    "unit": gettext_lazy("unit"),
    "direction": gettext_lazy("direction"),
    "value_semantics": gettext_lazy("what a value says"),
}


@dataclass(frozen=True)
class DatedValue:
    """A number for a day, beside the words it was typed as."""

    on: date
    value: Decimal
    raw_text: str


@transaction.atomic
def add_indicator(
    *,
    goal: SharedGoal,
    facts: IndicatorFacts,
    by: Seat,
    now: datetime,
    start: DatedValue | None = None,
    target: DatedValue | None = None,
) -> Indicator:
    """Measure a goal by one more indicator, from where it starts to where it should be, as far as that is known."""
    _check(facts, start, target)
    last = goal.indicators.aggregate(last=Max("position"))["last"]
    indicator = Indicator.objects.create(
        goal=goal, position=0 if last is None else last + 1, created_at=now, **vars(facts)
    )
    _record("indicator.added", indicator, by, now)
    if start:
        set_baseline(indicator=indicator, start=start, by=by, now=now)
    if target:
        set_target(indicator=indicator, target=target, by=by, now=now)
    return indicator


@transaction.atomic
def edit_indicator(
    *,
    indicator: Indicator,
    facts: IndicatorFacts,
    by: Seat,
    now: datetime,
    start: DatedValue | None = None,
    target: DatedValue | None = None,
    replaces_start: Baseline | None = None,
    replaces_target: Target | None = None,
) -> Indicator:
    """Change an indicator; unit, direction and the like only while there is no measurement yet.

    ``start`` and ``target`` are given when they change, with the row whose place they take.
    """
    _check(facts, start, target)
    current = Indicator.objects.select_for_update().get(pk=indicator.pk)
    changed = [name for name in MEANING if getattr(current, name) != getattr(facts, name)]
    if changed and current.measurements.exists():
        names = ", ".join(str(MEANING[name]) for name in changed)
        raise IndicatorInUse(
            _(
                "There are values already, and they would mean something else. Leave as it was: %(fields)s. "
                "To measure differently, add a new indicator; this one keeps its history."
            )
            % {"fields": names}
        )
    for name, value in vars(facts).items():
        setattr(indicator, name, value)
    indicator.save(update_fields=list(vars(facts)))
    _record("indicator.edited", indicator, by, now)
    if start:
        set_baseline(indicator=indicator, start=start, by=by, now=now, replaces=replaces_start)
    if target:
        set_target(indicator=indicator, target=target, by=by, now=now, replaces=replaces_target)
    return indicator


@transaction.atomic
def set_baseline(
    *, indicator: Indicator, start: DatedValue, by: Seat, now: datetime, replaces: Baseline | None = None
) -> Baseline:
    """Say where the whole started; takes the place of ``replaces``, or of what is there for the same day."""
    refuse_impossible_percentage(indicator, start.value)
    baseline = replaces or indicator.baselines.of_the_whole().filter(on=start.on).first()
    baseline = baseline or Baseline(indicator=indicator)
    baseline.year, baseline.on = start.on.year, start.on
    baseline.raw_text, baseline.value, baseline.value_kind = start.raw_text, start.value, ValueKind.NUMBER
    baseline.save()
    _record("indicator.baseline_set", indicator, by, now)
    return baseline


@transaction.atomic
def set_target(
    *, indicator: Indicator, target: DatedValue, by: Seat, now: datetime, replaces: Target | None = None
) -> Target:
    """Say where the whole should be at the end of a day; takes the place of ``replaces``, or of one for that day."""
    refuse_impossible_percentage(indicator, target.value)
    row = replaces or indicator.targets.of_the_whole().filter(period_end=target.on).first()
    if row is None:
        start = indicator.baselines.of_the_whole().filter(on__lt=target.on).order_by("-on").first()
        row = Target(indicator=indicator, period_start=start.counts_from if start else target.on)
    row.period_start, row.period_end = min(row.period_start, target.on), target.on
    row.period_label = periods.label(row.period_start, row.period_end)[:60]
    row.raw_text, row.value, row.value_kind = target.raw_text, target.value, ValueKind.NUMBER
    row.save()
    _record("indicator.target_set", indicator, by, now)
    return row


def refuse_impossible_percentage(indicator: Indicator, value: Decimal) -> None:
    """Raise IndicatorError for a percentage below 0 or above 100."""
    if indicator.measure == MeasureKind.PERCENTAGE and not 0 <= value <= HUNDRED:
        raise IndicatorError(_("A percentage lies between 0 and 100."))


def _check(facts: IndicatorFacts, start: DatedValue | None = None, target: DatedValue | None = None) -> None:
    if not facts.title.strip():
        raise IndicatorError(_("Say what we measure."))
    low, high = facts.hold_low, facts.hold_high
    if facts.direction == Direction.HOLD and (low is None or high is None or low > high):
        raise IndicatorError(_("To stay within a range, give its lower and its upper end."))
    if start and target and target.on <= start.on:
        raise IndicatorError(_("The target lies before the start. Give it a later day."))


def _record(verb: str, indicator: Indicator, by: Seat, now: datetime) -> None:
    partnership_id = indicator.goal.partnership_id
    record(verb=verb, target=indicator, at=now, actor_id=by.person_id, partnership_id=partnership_id)
