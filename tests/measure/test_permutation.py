from fractions import Fraction
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.measure.params import Params
from feedback.measure.permutation import (
    Change,
    Gap,
    PValues,
    Tier,
    Way,
    detectable_change,
    holm,
    index_change,
    sector_gaps,
    sign_flip,
    two_sample,
    what_changed,
)

PARAMS = Params()
FEW = settings(deadline=None, max_examples=40)
GROUP = st.lists(st.integers(-3, 5), min_size=1, max_size=6)
P_VALUES = st.lists(st.floats(0, 1), max_size=12)
MIXED = [5, 4, 4, 3, 4, 3, 5, 4, 2, 4, 3, 4]


def by_listing(a, b):
    """Every way to draw len(a) of the pooled values."""
    pooled = a + b
    expected = Fraction(len(a) * sum(pooled), len(pooled))
    draws = [sum(draw) for draw in combinations(pooled, len(a))]
    two = sum(abs(t - expected) >= abs(sum(a) - expected) for t in draws)
    return PValues(Fraction(two, len(draws)), Fraction(sum(t >= sum(a) for t in draws), len(draws)))


@given(GROUP, GROUP)
@FEW
def test_two_sample_equals_listing_every_draw(a, b):
    assert two_sample(a, b) == by_listing(a, b)


@given(GROUP, GROUP, st.integers(-10, 10))
@FEW
def test_two_sample_ignores_a_constant_and_the_names_of_the_groups(a, b, constant):
    p = two_sample(a, b)

    assert two_sample([x + constant for x in a], [x + constant for x in b]) == p
    assert two_sample(b, a).two_sided == p.two_sided
    assert two_sample(a[::-1], b[::-1]) == p


def test_two_sample_by_hand():
    assert two_sample([4] * 5, [4] * 7) == PValues(Fraction(1), Fraction(1))
    assert two_sample([1] * 5, [5] * 5) == PValues(Fraction(1, 126), Fraction(1))
    assert two_sample([5] * 5, [1] * 5).greater == Fraction(1, 252)


def test_two_sample_needs_two_groups():
    with pytest.raises(ValueError, match="both sides"):
        two_sample([], [1])


@given(st.lists(st.integers(-6, 6), max_size=8))
@FEW
def test_sign_flip_equals_listing_every_sign(differences):
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]

    p = sign_flip(differences)

    assert p.two_sided == Fraction(sum(abs(s) >= abs(sum(differences)) for s in sums), len(sums))
    assert p.greater == Fraction(sum(s >= sum(differences) for s in sums), len(sums))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(P_VALUES)
@FEW
def test_holm_is_never_below_the_raw_value_and_keeps_the_order(p_values):
    adjusted = holm(p_values)

    assert all(raw <= new <= 1 for raw, new in zip(p_values, adjusted, strict=True))
    in_order = [new for _, new in sorted(zip(p_values, adjusted, strict=True))]
    assert all(first <= second for first, second in pairwise(in_order))


# -- What changed -----------------------------------------------------------------------------------------------------


def test_a_clear_fall_among_quiet_questions_is_the_only_change():
    base = dict.fromkeys(("voice", "trust", "time"), MIXED * 3)

    changes = what_changed({"voice": [1, 2] * 6, "trust": MIXED, "time": MIXED}, base, PARAMS)

    assert {key: (c.tier, c.way) for key, c in changes.items()} == {
        "voice": (Tier.CHANGE, Way.DOWN),
        "trust": (Tier.NONE, None),
        "time": (Tier.NONE, None),
    }
    assert changes["voice"].p < changes["voice"].holm_p < 0.001
    assert changes["voice"].detectable == 1.0


def test_a_weak_rise_is_worth_a_look_only():
    base = {f"q{i}": MIXED * 3 for i in range(9)}
    current = {**dict.fromkeys(base, MIXED), "q0": [5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 5]}

    change = what_changed(current, base, PARAMS)["q0"]

    assert (change.tier, change.way) == (Tier.LOOK, Way.UP)
    assert change.p < 0.05
    assert change.holm_p > 0.10


def test_a_certain_but_tiny_change_is_none():
    changes = what_changed({"voice": [4] * 80 + [5] * 20}, {"voice": [4] * 240}, PARAMS)

    assert (changes["voice"].tier, changes["voice"].way) == (Tier.NONE, None)
    assert changes["voice"].p < 0.001


def test_a_change_of_exactly_three_tenths_counts():
    question = what_changed({"voice": [4] * 7 + [5] * 3}, {"voice": [4] * 60}, PARAMS)["voice"]
    index = index_change([30] * 4 + [34] * 6, [30] * 60, PARAMS)

    assert (question.tier, index.tier) == (Tier.CHANGE, Tier.CHANGE)


def test_groups_of_five_to_nine_show_a_tier_but_no_p_value():
    change = what_changed({"voice": [1] * 6}, {"voice": MIXED * 3}, PARAMS)["voice"]

    assert (change.tier, change.way, change.p, change.holm_p) == (Tier.CHANGE, Way.DOWN, None, None)


def test_too_few_people_are_left_out_and_too_short_a_past_is_a_first_report():
    changes = what_changed({"voice": [4] * 4, "trust": [4] * 5}, {"voice": MIXED, "trust": [1] * 9}, PARAMS)

    assert changes == {"trust": Change(tier=Tier.FIRST)}


def test_the_index_is_tested_alone_in_eighths():
    base = [32, 30, 34, 28, 33, 31, 35, 29, 32, 30, 34, 28]

    fall = index_change([24, 22, 26, 20, 25, 23], base, PARAMS)

    assert (fall.tier, fall.way, fall.p) == (Tier.CHANGE, Way.DOWN, None)
    assert index_change(base, base * 3, PARAMS).tier is Tier.NONE
    assert index_change([24] * 4, base, PARAMS) is None
    assert index_change([24] * 5, base[:9], PARAMS) == Change(tier=Tier.FIRST)


def test_detectable_change_of_a_usual_month():
    assert round(detectable_change(1.1, 12, 36), 1) == 1.2


def test_sector_gaps_names_rows_that_see_it_differently():
    same = [32, 30, 34, 28, 33, 31, 35]
    schools = [24, 22, 26, 20, 25, 23]

    assert sector_gaps({"schools": schools, "health": same * 3, "youth": same * 3}, PARAMS) == [
        Gap("schools", Way.DOWN)
    ]
    assert sector_gaps({"schools": same, "health": same}, PARAMS) == []
    with pytest.raises(ValueError, match="never compared"):
        sector_gaps({"schools": [16] * 4, "health": same}, PARAMS)


# -- The same people --------------------------------------------------------------------------------------------------
def test_people_who_all_moved_a_little_are_seen_when_they_are_compared_with_themselves():
    before, now = [1, 2, 3, 4] * 3, [2, 3, 4, 5] * 3
    mixed = {"voice": [60] * 11 + [0]}

    apart = what_changed({"voice": now}, {"voice": before}, PARAMS)["voice"]
    together = what_changed({"voice": now}, {"voice": before}, PARAMS, paired=mixed)["voice"]

    assert (together.tier, together.way) == (Tier.CHANGE, Way.UP)
    assert together.p < apart.p / 10
    assert together.p == float(sign_flip(mixed["voice"]).two_sided)
    assert together.delta == Fraction(11, 12)
    assert together.detectable < apart.detectable


def test_index_of_the_same_people_is_measured_in_points():
    now, before = [24] * 12, [20] * 12

    change = index_change(now, before, PARAMS, paired=[4 * 60] * 12)

    assert (change.tier, change.way, change.delta) == (Tier.CHANGE, Way.UP, Fraction(1, 2))


def test_few_people_in_both_show_no_p_although_many_answered():
    now, before = [5] * 12, [1] * 12

    assert what_changed({"voice": now}, {"voice": before}, PARAMS, paired={"voice": [240] * 6})["voice"].p is None
    assert index_change([40] * 12, [8] * 12, PARAMS, paired=[32 * 60] * 6).p is None
