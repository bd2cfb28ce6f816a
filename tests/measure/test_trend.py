from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from feedback.measure.network import degree_centralization, density
from feedback.measure.params import Params
from feedback.measure.portfolio import shrink
from feedback.measure.trend import Steady, ewma, ewma_limits, mann_kendall_p, steady_trend
from feedback.measure.turns import corrected_gini, gini, most_talk_came_from
from goals.measure.theil_sen import is_a_jump, kendall_s, kendall_variance, sen_interval, theil_sen

PARAMS = Params()
FEW = settings(deadline=None, max_examples=40)
SERIES = st.lists(st.integers(0, 9), min_size=2, max_size=25)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=6))
@settings(deadline=None, max_examples=30)
def test_mann_kendall_equals_listing_every_order(values):
    orders = [kendall_s(order) for order in permutations(values)]

    assert mann_kendall_p(values) == Fraction(sum(abs(s) >= abs(kendall_s(values)) for s in orders), len(orders))


@given(SERIES)
@FEW
def test_mann_kendall_is_the_same_backwards(values):
    assert kendall_s(values[::-1]) == -kendall_s(values)
    assert mann_kendall_p(values[::-1]) == mann_kendall_p(values)


def test_mann_kendall_by_hand():
    assert mann_kendall_p([1, 2, 3, 4, 5]) == Fraction(1, 60)
    assert mann_kendall_p([2, 2, 3, 3, 3, 5]) == Fraction(1, 30)
    assert mann_kendall_p([1, 1, 1, 1]) == 1
    assert mann_kendall_p([1]) == 1


def months(tenths, first=24300):
    return [(first + i, Fraction(t, 10)) for i, t in enumerate(tenths)]


@pytest.mark.parametrize(
    ("tenths", "expected"),
    [
        ([30, 31, 33, 34, 36, 37], Steady.RISE),
        ([37, 36, 34, 33, 31, 30], Steady.DECLINE),
        ([30, 31, 33, 34, 36], None),  # five values
        ([Fraction(300 + 6 * i, 10) for i in range(6)], Steady.RISE),
        ([35, 31, 36, 33, 37, 34], None),
        ([], None),
    ],
)
def test_steady_trend_needs_six_values_and_a_passed_test(tenths, expected):
    assert steady_trend(months(tenths), PARAMS) is expected


def test_a_certain_but_flat_trend_is_not_reported():
    flat = [(m, Fraction(300 + m, 100)) for m in range(8)]

    assert mann_kendall_p([value for _, value in flat]) < Fraction(1, 1000)
    assert steady_trend(flat, PARAMS) is None


def test_a_trend_older_than_a_year_is_forgotten():
    rise, quiet = months([20, 22, 24, 26, 28, 30]), months([31, 30, 31, 30, 31, 30], first=24312)

    assert steady_trend(rise + quiet, PARAMS) is None


@given(SERIES)
@FEW
def test_theil_sen_agrees_with_scipy(values):
    points = list(enumerate(values))

    assert theil_sen(points).slope == pytest.approx(theilslopes(values).slope, abs=1e-12)


def test_theil_sen_forgives_one_odd_value():
    line = theil_sen([(x, 16 if x == 6 else x) for x in range(1, 8)])

    assert (line.slope, line.intercept, line.at(10)) == (1, 0, 10)


def test_sen_interval_by_hand():
    """Ten slopes; var S = 5·4·15/18, so the second and the ninth."""
    points = [(0, 0), (1, 1), (2, 1.5), (3, 4), (4, 2)]

    assert kendall_variance([y for _, y in points]) == pytest.approx(50 / 3)
    assert sen_interval(points) == (0.25, 1.5)
    assert kendall_variance([1, 1, 2]) == pytest.approx(48 / 18)


def test_a_line_needs_two_moments():
    with pytest.raises(ValueError, match="two different times"):
        theil_sen([(1, 2), (1, 3)])


def test_a_jump_is_asked_about_only_when_it_is_far_from_the_usual():
    points = [(0, 10), (1, 12), (2, 11), (3, 13), (4, 12)]

    assert is_a_jump(points, (5, 60))
    assert is_a_jump(points[:4], (5, 60))
    assert not is_a_jump(points, (5, 14))
    assert not is_a_jump(points[:3], (5, 130))
    assert not is_a_jump([(x, 5) for x in range(5)], (5, 6))


def test_ewma_by_hand():
    assert ewma([52, 47], start=50, weight=0.3) == pytest.approx([50.6, 49.52])
    assert ewma_limits(50, 2, weight=1, reach=3).high == 56


def test_gini_of_speaking_turns():
    assert gini([1, 3, 2, 1, 1, 1, 4]) == Fraction(4, 13)
    assert corrected_gini([0, 0, 0, 0, 12]) == 1
    assert most_talk_came_from([9, 1, 1, 1, 1]) == 1
    assert most_talk_came_from([3, 3, 3, 3, 3]) == 3
    assert (gini([0, 0]), corrected_gini([1, 2]), most_talk_came_from([1, 2])) == (None, None, None)


def test_shape_of_a_network():
    star = [[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    ring = [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]

    assert (density(star), degree_centralization(star)) == (0.5, 1)
    assert (density(ring), degree_centralization(ring)) == (2 / 3, 0)
    assert (density([[0]]), degree_centralization([[0, 1], [1, 0]])) == (None, None)


def test_shrinking_pulls_uncertain_means_further():
    result = shrink([3.0, 4.0, 5.0, 2.0], [0.01, 0.01, 1.0, 0.01])

    assert result.tau2 > 0
    kept = [(s - result.mu) / (y - result.mu) for s, y in zip(result.shrunk, [3.0, 4.0, 5.0, 2.0], strict=True)]
    assert kept[2] < 0.6
    assert min(kept[0], kept[1], kept[3]) > 0.9
    assert shrink([3.9] * 3, [0.05] * 3).shrunk == pytest.approx([3.9] * 3)
