from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError

from goals.choices import Direction, Duty, ValueKind
from tests.factories.goals import (
    ActionFactory,
    AssignmentFactory,
    BaselineFactory,
    IndicatorFactory,
    MeasurementFactory,
    SharedGoalFactory,
    TargetFactory,
)
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("factory", "fields", "name"),
    [
        (SharedGoalFactory, {"title": ""}, "goal_has_a_title"),
        (SharedGoalFactory, {"level": "vision"}, "goal_level_known"),
        (IndicatorFactory, {"title": ""}, "indicator_has_a_title"),
        (IndicatorFactory, {"direction": "left"}, "indicator_direction_known"),
        (IndicatorFactory, {"measure": "smell"}, "indicator_measure_known"),
        (IndicatorFactory, {"value_semantics": "?"}, "indicator_semantics_known"),
        (IndicatorFactory, {"frequency": "hourly"}, "indicator_frequency_known"),
        (IndicatorFactory, {"direction": Direction.HOLD}, "indicator_hold_has_a_range"),
        (IndicatorFactory, {"direction": Direction.HOLD, "hold_low": 5, "hold_high": 4}, "indicator_hold_has_a_range"),
        (MeasurementFactory, {"value": None, "raw_text": "3"}, "measurement_number_has_a_value"),
        (
            MeasurementFactory,
            {"value": Decimal(0), "value_kind": ValueKind.EMPTY, "raw_text": ""},
            "measurement_number_has_a_value",
        ),
        (
            MeasurementFactory,
            {"value": None, "value_kind": ValueKind.TEXT, "raw_text": ""},
            "measurement_number_has_a_value",
        ),
        (MeasurementFactory, {"value_kind": "guess"}, "measurement_number_has_a_value"),
        (BaselineFactory, {"value": None, "raw_text": ""}, "baseline_number_has_a_value"),
        (TargetFactory, {"value": None, "raw_text": ""}, "target_number_has_a_value"),
        (TargetFactory, {"period_end": date(2025, 12, 31)}, "target_period_ends_after_it_begins"),
        (MeasurementFactory, {"period_end": date(2025, 12, 31)}, "measurement_period_ends_after_it_begins"),
        (ActionFactory, {"title": ""}, "action_has_a_title"),
        (ActionFactory, {"done_at": NOW}, "action_done_at_and_by_together"),
        (ActionFactory, {"dropped_at": NOW}, "action_dropped_with_a_reason"),
        (ActionFactory, {"drop_reason": "No money"}, "action_dropped_with_a_reason"),
        (ActionFactory, {"dropped_at": NOW, "drop_reason": "x", "waiting_on": "y"}, "action_waits_only_while_open"),
        (AssignmentFactory, {"duty": "accountable"}, "assignment_duty_known"),
    ],
)
def test_the_database_refuses_impossible_states(factory, fields, name):
    with pytest.raises(IntegrityError, match=name):
        factory(**fields)


def test_an_action_is_not_done_and_dropped():
    seat = SeatFactory()

    with pytest.raises(IntegrityError, match="action_done_or_dropped"):
        ActionFactory(partnership=seat.partnership, done_at=NOW, done_by=seat, dropped_at=NOW, drop_reason="No money")


def test_an_action_without_an_accountable_seat_is_impossible():
    with pytest.raises(IntegrityError):
        ActionFactory(accountable=None, partnership=SeatFactory().partnership)


def test_a_seat_has_one_duty_in_an_action():
    first = AssignmentFactory()

    with pytest.raises(IntegrityError):
        AssignmentFactory(action=first.action, seat=first.seat, duty=Duty.CONSULTED)


def test_a_value_is_corrected_by_one_value_only():
    newer = MeasurementFactory()
    MeasurementFactory(indicator=newer.indicator, corrected_by=newer)

    with pytest.raises(IntegrityError):
        MeasurementFactory(indicator=newer.indicator, corrected_by=newer)


def test_imported_values_may_overlap_and_repeat():
    first = MeasurementFactory(period_start=date(2021, 1, 1), period_end=date(2023, 6, 30))

    second = MeasurementFactory(indicator=first.indicator, period_start=date(2021, 1, 1), period_end=date(2023, 6, 30))

    assert list(first.indicator.measurements.order_by("pk")) == [first, second]
