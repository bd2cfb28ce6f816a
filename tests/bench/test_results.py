import pytest

from bench.load import Journey, spread
from bench.results import Limit, Result, Skipped, table


@pytest.mark.parametrize(("ours", "verdict"), [(2.6, "stretch"), (4.0, "met"), (4.01, "met"), (4.1, "MISSED")])
def test_a_ratio_is_judged_as_it_is_printed(ours, verdict):
    limits = {"gate": Limit(2, "×"), "stretch": Limit(1.3, "×")}

    line = Result("P1", "form", ours, "ms", floor=2.0, of_floor=True, **limits)

    assert line.verdict == verdict


def test_a_rate_is_better_when_it_is_higher():
    half = Limit(0.5, "×", at_least=True)

    verdicts = [Result("P3", "rate", ours, "/s", half, floor=100, of_floor=True).verdict for ours in (49, 50)]

    assert verdicts == ["MISSED", "met"]


def test_a_floor_beside_an_absolute_goal_does_not_change_the_verdict():
    assert Result("P5", "list", 24, "ms", Limit(25, "ms"), floor=1).verdict == "met"


def test_the_table_names_what_was_missed_and_what_was_skipped():
    lines = [Result("P1", "form", 3, "ms", Limit(2, "×"), floor=1, of_floor=True), Skipped("P14", "no Chromium")]

    rows = [row.split() for row in table(lines).splitlines()[2:]]

    assert rows == [
        ["P1", "form", "1.00", "ms", "3.00", "ms", "3.00", "≤", "2.00", "×", "MISSED"],
        ["P14", "no", "Chromium", "skipped"],
    ]


def test_spread_compares_the_slowest_visitor_in_a_hundred_with_the_one_in_the_middle():
    journeys = [Journey(seconds=1.0)] * 98 + [Journey(seconds=4.0)] * 2

    assert spread(journeys) == 4.0
