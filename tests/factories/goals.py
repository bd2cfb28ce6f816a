from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from goals.choices import Duty, ValueKind
from goals.models import Action, Assignment, Baseline, Indicator, Measurement, SharedGoal, Target
from tests.factories.partners import PartnershipFactory, SeatFactory

CREATED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class SharedGoalFactory(DjangoModelFactory):
    class Meta:
        model = SharedGoal

    partnership = factory.SubFactory(PartnershipFactory)
    title = factory.Sequence("Goal {}".format)
    created_at = CREATED


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = Indicator

    goal = factory.SubFactory(SharedGoalFactory)
    title = factory.Sequence("Indicator {}".format)
    created_at = CREATED


class BaselineFactory(DjangoModelFactory):
    class Meta:
        model = Baseline

    indicator = factory.SubFactory(IndicatorFactory)
    raw_text = factory.LazyAttribute(lambda row: str(row.value))
    value = Decimal(25)
    value_kind = ValueKind.NUMBER
    year = 2026
    on = date(2026, 1, 1)


class TargetFactory(DjangoModelFactory):
    class Meta:
        model = Target

    indicator = factory.SubFactory(IndicatorFactory)
    raw_text = factory.LazyAttribute(lambda row: str(row.value))
    value = Decimal(20)
    value_kind = ValueKind.NUMBER
    period_start = date(2026, 1, 1)
    period_end = date(2026, 12, 31)


class MeasurementFactory(DjangoModelFactory):
    class Meta:
        model = Measurement

    indicator = factory.SubFactory(IndicatorFactory)
    raw_text = factory.LazyAttribute(lambda row: str(row.value))
    value = Decimal(23)
    value_kind = ValueKind.NUMBER
    period_start = date(2026, 1, 1)
    period_end = date(2026, 1, 31)
    recorded_at = CREATED


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    partnership = factory.SubFactory(PartnershipFactory)
    title = factory.Sequence("Action {}".format)
    accountable = factory.SubFactory(SeatFactory, partnership=factory.SelfAttribute("..partnership"))
    due_on = date(2026, 3, 1)
    created_at = CREATED


class AssignmentFactory(DjangoModelFactory):
    class Meta:
        model = Assignment

    action = factory.SubFactory(ActionFactory)
    seat = factory.SubFactory(SeatFactory, partnership=factory.SelfAttribute("..action.partnership"))
    duty = Duty.RESPONSIBLE
