from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.models import AuditEvent
from goals import services
from goals.choices import Direction, MeasureKind
from goals.models import Baseline, Target
from goals.services import DatedValue, IndicatorFacts
from tests.factories.goals import (
    BaselineFactory,
    IndicatorFactory,
    MeasurementFactory,
    SharedGoalFactory,
    TargetFactory,
)
from tests.factories.partners import ParticipationFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def facts_of(indicator, **changes):
    names = ("title", "description", "measure", "unit", "direction", "value_semantics", "frequency", "source")
    return IndicatorFacts(**({name: getattr(indicator, name) for name in names} | changes))


def test_add_goal_takes_the_last_place_and_leaves_a_trace():
    seat = SeatFactory()
    SharedGoalFactory(partnership=seat.partnership, position=4)

    goal = services.add_goal(partnership=seat.partnership, title=" Faster first support ", by=seat, now=NOW)

    assert (goal.title, goal.position, goal.created_at) == ("Faster first support", 5, NOW)
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id, event.partnership_id, event.data) == (
        "goal.added",
        seat.person_id,
        seat.partnership_id,
        {},
    )


@pytest.mark.parametrize("title", ["", "   "])
def test_a_goal_needs_a_title(title):
    seat = SeatFactory()

    with pytest.raises(services.GoalError, match="title"):
        services.add_goal(partnership=seat.partnership, title=title, by=seat, now=NOW)


def test_the_lead_of_a_goal_is_one_of_the_partners():
    seat = SeatFactory()

    with pytest.raises(services.GoalError, match="one of our partners"):
        services.add_goal(
            partnership=seat.partnership, title="Faster support", lead=ParticipationFactory(), by=seat, now=NOW
        )


def test_add_indicator_with_its_start_and_target():
    seat = SeatFactory()
    goal = SharedGoalFactory(partnership=seat.partnership)

    indicator = services.add_indicator(
        goal=goal,
        facts=IndicatorFacts(title="Working days", unit="days", direction=Direction.DOWN),
        start=DatedValue(date(2025, 5, 1), Decimal(25), "25"),
        target=DatedValue(date(2027, 6, 30), Decimal(20), "20"),
        by=seat,
        now=NOW,
    )

    start, target = indicator.baselines.get(), indicator.targets.get()
    assert (start.year, start.on, start.value) == (2025, date(2025, 5, 1), 25)
    assert (target.period_start, target.period_end, target.value) == (date(2025, 5, 1), date(2027, 6, 30), 20)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "indicator.added",
        "indicator.baseline_set",
        "indicator.target_set",
    ]


def test_a_target_before_the_start_is_refused_and_nothing_is_kept():
    seat = SeatFactory()
    goal = SharedGoalFactory(partnership=seat.partnership)

    with pytest.raises(services.IndicatorError, match="before the start"):
        services.add_indicator(
            goal=goal,
            facts=IndicatorFacts(title="Days"),
            start=DatedValue(date(2026, 1, 1), Decimal(1), "1"),
            target=DatedValue(date(2025, 1, 1), Decimal(2), "2"),
            by=seat,
            now=NOW,
        )

    assert goal.indicators.count() == 0


@pytest.mark.parametrize("value", ["-0.1", "100.1"])
def test_a_percentage_lies_between_0_and_100(value):
    seat = SeatFactory()
    indicator = IndicatorFactory(goal__partnership=seat.partnership, measure=MeasureKind.PERCENTAGE)

    with pytest.raises(services.IndicatorError, match="between 0 and 100"):
        services.set_target(
            indicator=indicator, target=DatedValue(date(2027, 1, 1), Decimal(value), value), by=seat, now=NOW
        )


@pytest.mark.parametrize(
    "change", [{"unit": "weeks"}, {"direction": Direction.DOWN}, {"measure": MeasureKind.PERCENTAGE}]
)
def test_meaning_may_change_only_until_the_first_value(change):
    seat = SeatFactory()
    indicator = IndicatorFactory(goal__partnership=seat.partnership, unit="days")
    services.edit_indicator(indicator=indicator, facts=facts_of(indicator, **change), by=seat, now=NOW)
    MeasurementFactory(indicator=indicator)

    with pytest.raises(services.IndicatorInUse, match="add a new indicator"):
        services.edit_indicator(
            indicator=indicator,
            facts=facts_of(indicator, unit="cats", direction=Direction.UP, measure=MeasureKind.ORDINAL),
            by=seat,
            now=NOW,
        )

    indicator.refresh_from_db()
    assert all(getattr(indicator, name) == value for name, value in change.items())


def test_a_title_may_change_at_any_time():
    indicator = MeasurementFactory().indicator
    seat = SeatFactory(partnership=indicator.goal.partnership)

    services.edit_indicator(indicator=indicator, facts=facts_of(indicator, title="In plain words"), by=seat, now=NOW)

    indicator.refresh_from_db()
    assert indicator.title == "In plain words"


def test_staying_within_a_range_needs_the_range():
    seat = SeatFactory()
    goal = SharedGoalFactory(partnership=seat.partnership)

    with pytest.raises(services.IndicatorError, match="lower and its upper end"):
        services.add_indicator(
            goal=goal, facts=IndicatorFacts(title="Caseload", direction=Direction.HOLD), by=seat, now=NOW
        )


def test_a_moved_target_takes_the_place_of_the_old_one():
    indicator = IndicatorFactory()
    seat = SeatFactory(partnership=indicator.goal.partnership)
    BaselineFactory(indicator=indicator)
    old = TargetFactory(indicator=indicator)

    services.set_target(
        indicator=indicator, target=DatedValue(date(2027, 12, 31), Decimal(18), "18"), replaces=old, by=seat, now=NOW
    )

    assert list(Target.objects.values_list("pk", "period_end", "value")) == [(old.pk, date(2027, 12, 31), 18)]


def test_a_start_of_the_same_day_is_replaced_and_one_of_a_group_is_left_alone():
    indicator = IndicatorFactory()
    seat = SeatFactory(partnership=indicator.goal.partnership)
    BaselineFactory(indicator=indicator, dimensions={"sex": "women"}, value=Decimal(9))
    BaselineFactory(indicator=indicator)

    services.set_baseline(indicator=indicator, start=DatedValue(date(2026, 1, 1), Decimal(26), "26"), by=seat, now=NOW)

    assert list(Baseline.objects.order_by("pk").values_list("value", flat=True)) == [9, 26]
