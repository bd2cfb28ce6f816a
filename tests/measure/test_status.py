from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.measure.earlier_path import earlier_path
from goals.measure.status import NEEDIEST_FIRST, Assessment, Status, Thresholds, assess, neediest, status_of_share

START = date(2025, 1, 1)
END = START + timedelta(days=1000)
FEW = settings(deadline=None, max_examples=40)


def at(thousandth):
    """A day by its share of the plan, in thousandths."""
    return START + timedelta(days=thousandth)


def look(values, *, today=None, baseline=0, target=100, **options):
    """Assess a plan from 0 to 100 over a thousand days; `values` maps days to what was measured."""
    facts = {
        "observations": [(at(day), value) for day, value in values.items()],
        "baseline": (START, baseline),
        "target": (END, target),
        "direction": "up" if target >= baseline else "down",
        "frequency_days": 100,
        "today": at(today if today is not None else max(values, default=0)),
    }
    return assess(**facts | options)


def straight(share, days=(100, 200, 300, 400)):
    return {day: Decimal(day) / 10 * Decimal(str(share)) for day in days}


# -- The word ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "status"),
    [
        ("1.2", Status.ON_TRACK),
        ("0.95", Status.ON_TRACK),
        ("0.949", Status.NEEDS_PUSH),
        ("0.6", Status.NEEDS_PUSH),
        ("0.599", Status.OFF_TRACK),
        ("0", Status.OFF_TRACK),
        ("-0.001", Status.WRONG_WAY),
    ],
)
def test_a_straight_path_is_judged_by_where_it_leads(share, status):
    result = look(straight(share))

    assert (result.status, result.alternative_status) == (status, None)
    assert result.projected_share == pytest.approx(float(share))
    assert result.projection == pytest.approx(100 * float(share))


@pytest.mark.parametrize(
    ("values", "today", "status"),
    [
        ({}, 500, Status.NOT_ENOUGH),
        ({100: 10}, 100, Status.NOT_ENOUGH),
        ({100: 100}, 100, Status.MET),
        ({100: 10, 200: 20, 300: 30}, 300, Status.EARLY),
        ({60: 6, 120: 12, 180: 18, 249: 25}, 249, Status.EARLY),
        ({60: 6, 120: 12, 180: 18, 250: 25}, 250, Status.ON_TRACK),
        ({100: 10, 200: 20, 300: 30, 400: 40}, 600, Status.ON_TRACK),
        ({100: 10, 200: 20, 300: 30, 400: 40}, 601, Status.STALE),
        ({100: 10, 200: 20}, 401, Status.STALE),
        ({500: 50, 1000: 94}, 1000, Status.NEEDS_PUSH),
        ({500: 50, 1000: 94}, 1001, Status.MISSED),
        ({1000: 95}, 1001, Status.NEARLY),
        ({1000: 100}, 1001, Status.MET),
        ({100: 10, 200: 20, 300: 30, 400: 101}, 700, Status.MET),
        ({}, 1001, Status.NOT_ENOUGH),
    ],
)
def test_the_first_rule_that_applies_gives_the_word(values, today, status):
    options = {"thresholds": Thresholds(early_obs=2)} if 500 in values else {}

    assert look(values, today=today, **options).status is status


def test_values_of_one_day_count_as_one_and_the_last_given_speaks():
    values = [(at(100), 10), (at(200), 20), (at(300), 30), (at(300), 33)]

    result = look({}, observations=values, today=300)

    assert (result.status, result.last, result.achieved) == (Status.EARLY, (at(300), 33), 0.33)


def test_values_before_the_start_or_after_today_are_left_out():
    inside = straight("0.8")
    outside = [(START - timedelta(days=5), 90), (START, 70), (at(401), 100)]

    result = look({}, observations=[*outside, *((at(d), v) for d, v in inside.items())], today=400)

    assert result == look(inside)


def test_both_ends_of_the_range_are_named_when_they_differ():
    result = look({100: 2, 200: 22, 300: 15, 400: 35, 500: 44})

    assert (result.status, result.alternative_status) == (Status.NEEDS_PUSH, Status.ON_TRACK)
    assert result.projected_share_low < 0.95 <= result.projected_share_high
    assert (result.status_low, result.status_high) == (
        status_of_share(result.projected_share_low),
        status_of_share(result.projected_share_high),
    )


def test_the_worse_end_is_named_when_only_that_differs():
    result = look({100: 14, 200: 16, 300: 35, 400: 36, 500: 56})

    assert (result.status, result.status_high, result.alternative_status) == (
        Status.ON_TRACK,
        Status.ON_TRACK,
        Status.NEEDS_PUSH,
    )


@pytest.mark.parametrize(("values", "today"), [({100: 10}, 100), ({100: 10, 200: 20}, 200), (straight("0.5"), 700)])
def test_without_a_judgement_there_is_no_could_be(values, today):
    result = look(values, today=today)

    assert (result.alternative_status, result.status_low, result.status_high) == (None, None, None)


# -- The numbers ------------------------------------------------------------------------------------------------------


def test_shares_and_pace_by_hand():
    """Fifty to forty in twelve months, 46 after six: four tenths of the change in half of the time."""
    result = assess(
        observations=[(at(500), Decimal(46))],
        baseline=(START, Decimal(50)),
        target=(END, Decimal(40)),
        direction="down",
        frequency_days=30,
        today=at(500),
    )

    assert (result.achieved, result.pace) == (0.4, 0.8)


def test_needed_and_managed_pace_per_month():
    result = assess(
        observations=[(date(2026, 10, 31), Decimal("23.6"))],
        baseline=(date(2025, 5, 1), Decimal(25)),
        target=(date(2027, 6, 30), Decimal(20)),
        direction="down",
        frequency_days=31,
        today=date(2026, 10, 31),
    )

    assert result.needed_per_month == pytest.approx(-0.453, abs=0.001)  # 3.6 days in 242 days
    assert result.managed_per_month == pytest.approx(-0.0778, abs=0.0001)  # 1.4 days in 548 days
    assert result.last == (date(2026, 10, 31), Decimal("23.6"))


def test_a_falling_indicator_has_its_range_in_its_own_unit_from_low_to_high():
    result = look({100: 44, 200: 45, 300: 38, 400: 37, 500: 32}, baseline=50, target=0)

    assert result.projection_low < result.projection < result.projection_high
    assert result.projection_low == pytest.approx(50 - 50 * result.projected_share_high)
    assert result.projection_high == pytest.approx(50 - 50 * result.projected_share_low)


def test_one_odd_value_does_not_bend_the_projection():
    odd = {**straight("0.8", (100, 200, 300, 400, 500, 600)), 300: 90}

    assert look(odd).projection == pytest.approx(80)


@pytest.mark.parametrize(("baseline", "target"), [(0, 100), (-50, 50), (-100, -20), (80, 0), (5, -5)])
def test_zero_and_negative_values_are_ordinary(baseline, target):
    values = {day: baseline + Decimal(target - baseline) * day / 1000 for day in (100, 200, 300, 400)}

    result = look(values, baseline=baseline, target=target)

    assert (result.status, result.achieved, result.pace) == (Status.ON_TRACK, 0.4, 1)
    assert result.projection == pytest.approx(target)


def test_after_the_target_date_nothing_is_projected_or_needed():
    result = look(straight("0.5"), today=1001)

    assert (result.status, result.projection, result.needed_per_month) == (Status.MISSED, None, None)


@given(st.lists(st.integers(-50, 150), min_size=4, max_size=12))
@FEW
def test_the_range_holds_the_projection_and_mirrored_plans_get_the_same_word(values):
    days = {300 + 20 * i: v for i, v in enumerate(values)}
    result = look(days)
    mirrored = look({d: -v for d, v in days.items()}, target=-100)

    if result.projection is not None:
        assert result.projected_share_low - 1e-9 <= result.projected_share <= result.projected_share_high + 1e-9
        assert mirrored.projection == pytest.approx(-result.projection)
    assert (mirrored.status, mirrored.alternative_status) == (result.status, result.alternative_status)


# -- Ranges, levels and gaps in the facts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "days_later", "status"),
    [
        (5, 0, Status.MET),
        (7, 0, Status.MET),
        (Decimal("7.01"), 0, Status.OFF_TRACK),
        (8, 100, Status.OFF_TRACK),
        (8, 101, Status.MISSED),
        (6, 101, Status.MET),
        (6, 200, Status.MET),
    ],
)
def test_a_range_is_held_while_a_fresh_value_lies_inside(value, days_later, status):
    result = look({900: value}, today=900 + days_later, direction="hold", hold=(5, 7))

    assert result == Assessment(status=status, last=(at(900), value))


def test_a_range_is_not_held_by_an_old_value():
    options = {"direction": "hold", "hold": (5, 7)}

    assert look({100: 6}, today=300, **options).status is Status.MET
    assert look({100: 6}, today=301, **options).status is Status.STALE


def test_a_range_without_ends_or_without_a_value_has_not_enough_data():
    assert look({100: 6}, direction="hold").status is Status.NOT_ENOUGH
    assert look({}, direction="hold", hold=(5, 7)).status is Status.NOT_ENOUGH


def test_a_range_needs_neither_baseline_nor_target():
    result = assess(
        observations=[(at(100), 6)],
        baseline=None,
        target=None,
        direction="hold",
        hold=(5, 7),
        frequency_days=31,
        today=at(100),
    )

    assert result.status is Status.MET


@pytest.mark.parametrize(
    ("direction", "value", "today", "status"),
    [
        ("up", 50, 100, Status.MET),
        ("up", 49, 100, Status.WRONG_WAY),
        ("down", 49, 100, Status.MET),
        ("down", 50, 100, Status.MET),
        ("down", 51, 100, Status.WRONG_WAY),
        ("up", 49, 1000, Status.WRONG_WAY),
        ("up", 49, 1001, Status.MISSED),
    ],
)
def test_a_target_equal_to_the_start_is_a_level_to_keep(direction, value, today, status):
    assert look({100: value}, today=today, baseline=50, target=50, direction=direction).status is status


@pytest.mark.parametrize("missing", [{"baseline": None}, {"target": None}, {"target": (END, None)}])
def test_without_baseline_or_target_there_is_not_enough_data(missing):
    facts = {
        "observations": [(at(100), 5)],
        "baseline": (START, 0),
        "target": (END, 10),
        "direction": "up",
        "frequency_days": 31,
        "today": at(100),
    }

    result = assess(**facts | missing)

    assert result == Assessment(status=Status.NOT_ENOUGH, last=(at(100), 5))


def test_a_plan_without_length_is_never_judged_by_pace():
    values = [(at(d), d) for d in (1, 2, 3, 4)]

    result = assess(
        observations=values,
        baseline=(START, 0),
        target=(START, 100),
        direction="up",
        frequency_days=31,
        today=at(4),
    )

    assert (result.status, result.achieved, result.pace) == (Status.MISSED, 0.04, None)


def test_a_goal_shows_its_neediest_indicator():
    assert neediest([Status.MET, Status.NEEDS_PUSH, Status.EARLY]) is Status.NEEDS_PUSH
    assert neediest([]) is Status.NOT_ENOUGH
    assert set(NEEDIEST_FIRST) == set(Status)


# -- Turning the curve ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("direction", "better"), [("up", True), ("down", False), ("hold", None)])
def test_what_happened_is_compared_with_the_path_before_the_plan(direction, better):
    before = [(START - timedelta(days=d), 100 - d) for d in (10, 20, 30, 40)]

    path = earlier_path(
        observations=[*before, (START, 110), (at(10), 120), (at(20), 130)], plan_start=START, direction=direction
    )

    assert path.expected == (
        (START, pytest.approx(100)),
        (at(10), pytest.approx(110)),
        (at(20), pytest.approx(120)),
    )
    assert (path.difference, path.better) == (pytest.approx(10), better)


def test_three_earlier_values_are_no_path():
    before = [(START - timedelta(days=d), 100 - d) for d in (10, 20, 30)]

    assert earlier_path(observations=[*before, (at(10), 120)], plan_start=START, direction="up") is None


def test_on_the_earlier_path_is_neither_better_nor_worse():
    before = [(START - timedelta(days=d), 100 - d) for d in (10, 20, 30, 40)]

    assert earlier_path(observations=[*before, (at(10), 110)], plan_start=START, direction="up").better is None
