from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from goals import selectors
from goals.choices import Direction, MeasureKind, ValueKind
from tests.factories.goals import (
    BaselineFactory,
    IndicatorFactory,
    MeasurementFactory,
    SharedGoalFactory,
    TargetFactory,
)
from tests.factories.partners import PartnershipFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 9)


def months(indicator, *values, year=2026):
    """A value for each month from January on; None leaves one out."""
    for month, value in enumerate(values, 1):
        if value is not None:
            MeasurementFactory(
                indicator=indicator,
                value=Decimal(value),
                period_start=date(year, month, 1),
                period_end=date(year, month, 28),
            )


def waits(**fields):
    """25 days in January, 20 wanted at the end of the year."""
    indicator = IndicatorFactory(**{"title": "Working days", "unit": "days", "direction": Direction.DOWN} | fields)
    BaselineFactory(indicator=indicator)
    TargetFactory(indicator=indicator)
    return indicator


def read(indicator, today=TODAY):
    (reading,) = selectors.indicator_readings([indicator], today=today)
    return reading


@pytest.mark.parametrize(
    ("values", "status", "sentence"),
    [
        ((), "not_enough", "There is no number yet."),
        (
            ("24.5",),
            "not_enough",
            "We are at 24.5 days; the target is 20 days. From the next number on we can say more.",
        ),
        (("24", "23", "20"), "met", "We have reached 20 days; the target was 20 days by December 2026."),
        (
            ("24.6", "24.2", "23.8", "23.4", "22.9", "22.5", "22.1", "21.7", "21.3", "20.9"),
            "on_track",
            "At this pace we reach 20 days by December 2026. The target is 20.",
        ),
        (
            ("24.9", "24.7", "24.6", "24.4", "24.2", "24.1", "23.9", "23.8", "23.6", "23.4"),
            "off_track",
            "At this pace we reach 23.1 days, not 20.",
        ),
        (
            ("25.1", "25.4", "25.5", "25.7", "26.1", "26.2", "26.4", "26.8", "26.9", "27.2"),
            "wrong_way",
            "We are moving away from the target: at this pace 27.6 days (27.5 to 27.7), not 20.",
        ),
        ((None,) * 7 + ("24", "23", "22"), "early", "We are at 22 days; the target is 20 days by December 2026."),
        (
            ("24", "23.5", "23"),
            "stale",
            "The last number is from 28 March 2026: 23 days. Someone should add a newer one.",
        ),
    ],
)
def test_the_sentence_says_what_the_status_means(values, status, sentence):
    indicator = waits()
    months(indicator, *values)

    reading = read(indicator)

    assert (reading.status, reading.sentence) == (status, sentence)


@pytest.mark.parametrize(
    ("last", "status", "sentence"),
    [
        ("20.2", "nearly", "The time is over and we came close: 20.2 days, with a target of 20 days."),
        ("23", "missed", "The time is over: we reached 23 days, and the target was 20 days."),
    ],
)
def test_after_the_target_date_there_is_no_forecast(last, status, sentence):
    indicator = waits()
    months(indicator, "24", last)

    reading = read(indicator, today=date(2027, 1, 1))

    assert (reading.status, reading.sentence) == (status, sentence)


def test_the_other_possible_status_is_named():
    indicator = waits()
    months(indicator, "25.5", "23.0", "24.9", "22.4", "24.5", "21.6", "23.9", "21.2", "22.9", "20.6")

    reading = read(indicator)

    assert reading.status == "needs_push"
    assert reading.sentence == "At this pace we reach 21.3 days (19.6 to 22), not 20. It could still be on track."


def test_a_percentage_keeps_its_sign_and_its_limits():
    indicator = IndicatorFactory(measure=MeasureKind.PERCENTAGE)
    BaselineFactory(indicator=indicator, value=Decimal(40))
    TargetFactory(indicator=indicator, value=Decimal(95))
    months(indicator, "46", "53", "59", "66", "72", "79", "85", "92", "94", "94.5")

    reading = read(indicator)

    assert reading.sentence == "At this pace we reach 100% by December 2026. The target is 95%."
    assert (reading.now_text, reading.series().forecast.mid) == ("94.5%", 100)


def test_numbers_are_written_as_the_reader_writes_them():
    indicator = waits()
    months(indicator, "12345.5")

    with translation.override("fr"):
        assert read(indicator).now_text == "12\xa0345,5 days"
    assert read(indicator).now_text == "12,345.5 days"


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        ("words", "The values are words, so there is no pace to judge. The latest: Not established"),
        ("groups", "There are numbers for groups only. Without one for the whole we cannot say where we stand."),
        ("no target", "We are at 23. Without a target we cannot say whether that is enough."),
        ("words as target", "We are at 23. The target is in words: As many as possible"),
        ("no start", "We are at 23; the target is 20. Without a starting value we cannot judge the pace."),
    ],
)
def test_what_is_missing_is_named(build, sentence):
    indicator = IndicatorFactory()
    if build == "words":
        MeasurementFactory(indicator=indicator, value=None, value_kind=ValueKind.TEXT, raw_text="Not established")
    elif build == "groups":
        MeasurementFactory(indicator=indicator, dimensions={"sex": "women"})
        MeasurementFactory(indicator=indicator, location="Harbour side")
    else:
        MeasurementFactory(indicator=indicator)
    if build == "words as target":
        TargetFactory(indicator=indicator, value=None, value_kind=ValueKind.TEXT, raw_text="As many as possible")
    if build == "no start":
        TargetFactory(indicator=indicator)

    reading = read(indicator)

    assert (reading.status, reading.sentence) == ("not_enough", sentence)


def test_missing_is_not_zero_and_breaks_the_line():
    indicator = waits()
    months(indicator, "24", None, "22")
    MeasurementFactory(
        indicator=indicator,
        value=None,
        value_kind=ValueKind.EMPTY,
        raw_text="",
        period_start=date(2026, 2, 1),
        period_end=date(2026, 2, 28),
    )

    reading = read(indicator)

    assert [point.value for point in reading.series().measured] == [24.0, None, 22.0]
    assert reading.newest(2) == [("1 March 2026 to 28 March 2026", "22 days"), ("February 2026", "Not available")]


def test_corrected_values_and_groups_are_never_part_of_the_line():
    indicator = waits()
    months(indicator, "24")
    MeasurementFactory(indicator=indicator, value=Decimal(99), corrected_by=indicator.measurements.get())
    MeasurementFactory(indicator=indicator, value=Decimal(7), dimensions={"sex": "women"})

    reading = read(indicator)

    assert [row.value for row in reading.values] == [24]
    assert reading.has_groups is True


def test_the_next_target_counts_then_the_last_one():
    indicator = IndicatorFactory()
    for year in (2025, 2026, 2027):
        TargetFactory(
            indicator=indicator, value=Decimal(year), period_start=date(year, 1, 1), period_end=date(year, 12, 31)
        )

    chosen = [read(indicator, today=day).target.value for day in (date(2025, 3, 1), TODAY, date(2030, 1, 1))]

    assert chosen == [2025, 2026, 2027]


def test_the_newest_start_before_the_target_counts():
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    for year, value in ((2020, 1), (2024, 2), (2027, 3)):
        BaselineFactory(indicator=indicator, year=year, on=None, value=Decimal(value))

    assert read(indicator).baseline.value == 2


def test_a_direction_that_contradicts_the_target_is_pointed_out():
    indicator = IndicatorFactory(direction=Direction.DOWN)
    BaselineFactory(indicator=indicator, value=Decimal(0))
    TargetFactory(indicator=indicator, value=Decimal(776))

    assert "lower is better" in read(indicator).warning
    assert read(waits()).warning == ""


def test_the_pace_we_need_is_said_beside_the_pace_we_managed():
    indicator = waits()
    months(indicator, "24.9", "24.7", "24.6", "24.4", "24.2", "24.1", "23.9", "23.8", "23.6", "23.4")

    reading = read(indicator)

    assert reading.pace_text == "1.99 days a month. We have managed 0.16."
    assert reading.planned_text == "20.7 days"


def test_staying_within_a_range():
    indicator = IndicatorFactory(direction=Direction.HOLD, hold_low=Decimal(20), hold_high=Decimal(30), unit="cases")
    months(indicator, *(None,) * 9, "31")

    reading = read(indicator)

    assert reading.status == "off_track"
    assert reading.sentence == "We are at 31 cases, outside the range. We want to stay between 20 and 30 cases."


def test_a_goal_shows_its_neediest_indicator():
    goal = SharedGoalFactory()
    good, bad = waits(goal=goal), waits(goal=goal)
    months(good, "24", "23", "20")
    months(bad, "25.1", "25.4", "25.5", "25.7", "26.1", "26.2", "26.4", "26.8", "26.9", "27.2")

    (reading,) = selectors.goal_readings(goal.partnership, today=TODAY)

    assert (reading.number, reading.indicator.pk, reading.status, reading.now_text) == (
        1,
        bad.pk,
        "wrong_way",
        "27.2 days",
    )


def test_a_goal_without_an_indicator_says_so():
    goal = SharedGoalFactory()

    (reading,) = selectors.goal_readings(goal.partnership, today=TODAY)

    assert (reading.status, reading.sentence) == ("not_enough", "We have not agreed how to measure this goal yet.")


@pytest.mark.parametrize("item_count", [1, 3])
def test_reading_every_goal_takes_the_same_number_of_queries(item_count, django_assert_num_queries):
    partnership = PartnershipFactory()
    for _ in range(item_count):
        for indicator in (waits(goal=SharedGoalFactory(partnership=partnership)),):
            months(indicator, "24", "23")

    with django_assert_num_queries(5):
        readings = selectors.goal_readings(partnership, today=TODAY)
        said = [reading.sentence for reading in readings if reading.lead is None]

    assert len(said) == item_count
