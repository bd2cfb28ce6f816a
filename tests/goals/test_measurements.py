from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from core.models import AuditEvent
from goals import services
from goals.choices import MeasureKind, ValueKind
from goals.models import Measurement
from tests.factories.goals import IndicatorFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
FEBRUARY = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}


@pytest.fixture
def seat():
    return SeatFactory()


@pytest.fixture
def indicator(seat):
    return IndicatorFactory(goal__partnership=seat.partnership)


def test_a_number_is_kept_as_written_and_as_it_is_meant(seat, indicator):
    measurement = services.record_measurement(
        indicator=indicator, **FEBRUARY, raw_text=" 1,234.50 ", comment="From the register", by=seat, now=NOW
    )

    assert (measurement.raw_text, measurement.value, measurement.value_kind) == (
        "1,234.50",
        Decimal("1234.5"),
        ValueKind.NUMBER,
    )
    assert (measurement.period_label, measurement.recorded_by, measurement.recorded_at) == ("February 2026", seat, NOW)
    event = AuditEvent.objects.get()
    assert (event.verb, event.data) == ("measurement.recorded", {"indicator": indicator.pk, "corrects": None})


def test_in_french_a_comma_is_a_decimal_comma(seat, indicator):
    with translation.override("fr"):
        measurement = services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="23,6", by=seat, now=NOW)

    assert measurement.value == Decimal("23.6")


def test_words_stay_words(seat, indicator):
    measurement = services.record_measurement(
        indicator=indicator, **FEBRUARY, raw_text="Not established", by=seat, now=NOW
    )

    assert (measurement.value, measurement.value_kind, measurement.raw_text) == (None, "text", "Not established")


def test_not_available_with_its_reason_is_empty_and_not_zero(seat, indicator):
    measurement = services.record_measurement(
        indicator=indicator, **FEBRUARY, raw_text="", comment="The clinic was closed", by=seat, now=NOW
    )

    assert (measurement.value, measurement.value_kind, measurement.comment) == (None, "empty", "The clinic was closed")


def test_zero_is_a_number(seat, indicator):
    measurement = services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="0", by=seat, now=NOW)

    assert (measurement.value, measurement.value_kind) == (0, ValueKind.NUMBER)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"raw_text": ""}, "why there is no number"),
        ({"raw_text": "72,0000"}, "cannot tell which number"),
        ({"period_end": date(2026, 3, 31)}, "not over yet"),
        ({"period_end": date(2026, 3, 11)}, "not over yet"),
        ({"period_end": date(2026, 1, 31)}, "ends before it begins"),
    ],
)
def test_what_cannot_be_right_is_refused_with_a_reason(seat, indicator, changes, reason):
    with pytest.raises(services.MeasurementError, match=reason):
        services.record_measurement(
            **{"indicator": indicator, **FEBRUARY, "raw_text": "3", "by": seat, "now": NOW, **changes}
        )

    assert Measurement.objects.count() == 0


@pytest.mark.parametrize("raw_text", ["102.01", "-1%"])
def test_a_percentage_outside_0_to_100_is_refused(seat, raw_text):
    indicator = IndicatorFactory(goal__partnership=seat.partnership, measure=MeasureKind.PERCENTAGE)

    with pytest.raises(services.IndicatorError, match="between 0 and 100"):
        services.record_measurement(indicator=indicator, **FEBRUARY, raw_text=raw_text, by=seat, now=NOW)


def test_a_period_is_over_by_the_calendar_of_the_partnership(seat, indicator):
    """It is 1 March in Paris while it is still 28 February in UTC."""
    midnight = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)

    measurement = services.record_measurement(
        indicator=indicator,
        period_start=date(2026, 3, 1),
        period_end=date(2026, 3, 1),
        raw_text="3",
        by=seat,
        now=midnight,
    )

    assert measurement.value == 3


def test_a_second_value_corrects_the_first_which_stays(seat, indicator):
    first = services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="32", by=seat, now=NOW)

    second = services.record_measurement(
        indicator=indicator, **FEBRUARY, raw_text="23", by=seat, now=NOW + timedelta(days=1)
    )

    first.refresh_from_db()
    assert (first.corrected_by, first.value, second.corrected_by) == (second, 32, None)
    assert list(indicator.measurements.current().of_the_whole()) == [second]
    assert AuditEvent.objects.order_by("pk").last().data == {"indicator": indicator.pk, "corrects": first.pk}


def test_the_same_value_again_changes_nothing_and_says_so(seat, indicator):
    services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="23", by=seat, now=NOW)

    with pytest.raises(services.AlreadyRecorded, match=r"February 2026, recorded on 10 March 2026"):
        services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="23.0", by=seat, now=NOW)

    assert Measurement.objects.count() == 1


def test_a_number_fills_a_gap_that_was_declared(seat, indicator):
    services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="", comment="Late", by=seat, now=NOW)

    filled = services.record_measurement(indicator=indicator, **FEBRUARY, raw_text="0", by=seat, now=NOW)

    assert list(indicator.measurements.current().of_the_whole()) == [filled]


def test_groups_stand_beside_the_whole_and_beside_each_other(seat, indicator):
    for dimensions in ({}, {"sex": "women"}, {"sex": "men"}):
        services.record_measurement(
            indicator=indicator, **FEBRUARY, raw_text="5", dimensions=dimensions, by=seat, now=NOW
        )

    assert indicator.measurements.current().count() == 3
    assert indicator.measurements.current().of_the_whole().count() == 1
