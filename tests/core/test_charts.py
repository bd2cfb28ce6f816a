import math
import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from core.charts import (
    BurnupWords,
    Count,
    Forecast,
    GoalSeries,
    GoalWords,
    HealthRow,
    Part,
    Point,
    bar,
    burnup,
    goal_chart,
    goal_spark,
    health_dots,
)
from core.charts.svg import ticks

MONTHS = [date(2026, month, 28) for month in range(1, 7)]
WORDS = GoalWords(
    description="Waits", now="23 days now", target="Target 20", likely="22 likely", plan="Our planned path"
)
NASTY = '<script>"&'
values = st.floats(-1e9, 1e9, allow_nan=False)


def series(measured, **kwargs):
    return GoalSeries([Point(on, value) for on, value in zip(MONTHS, measured, strict=False)], **kwargs)


def both(drawing):
    """The wide and the narrow version, parsed."""
    return list(ET.fromstring(drawing))  # noqa: S314  # our own markup


def numbers_of(drawing):
    for element in (part for version in both(drawing) for part in version.iter()):
        for name, value in element.attrib.items():
            if name in {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "d", "viewBox"}:
                yield from map(float, re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan|inf", value))


def test_bar_golden():
    drawing = bar([Part(3, "f-1"), Part(1, "f-off")], total=8, description="3 done, 1 late, 4 to do")

    assert drawing == (
        '<svg class="bar" viewBox="0 0 400 12" preserveAspectRatio="none" role="img" '
        'aria-label="3 done, 1 late, 4 to do">'
        '<rect class="c-track" fill="#F1EEE6" width="400" height="12"/>'
        '<rect class="f-1 s-surface" fill="#2F3A8F" x="0" y="-1" width="150" height="14"/>'
        '<rect class="f-off s-surface" fill="#A92B25" x="150" y="-1" width="50" height="14"/></svg>'
    )


def test_spark_golden():
    drawing = goal_spark(
        GoalSeries(
            [Point(date(2026, 1, 1), 0), Point(date(2026, 1, 11), 5)],
            baseline=Point(date(2026, 1, 1), 0),
            target=Point(date(2026, 1, 21), 10),
        ),
        GoalWords(description="Mentors", target="10"),
    )

    assert drawing.split("</svg>")[0] == (
        '<div class="pictures">'
        '<svg class="chart chart-wide" viewBox="0 0 320 88" width="320" height="88" role="img" aria-label="Mentors" '
        'font-family="Inter Variable, Inter, Arial, sans-serif" font-size="12.5" fill="#565A66">'
        '<path class="c-target" fill="none" stroke="#1E2230" stroke-width="1.5" stroke-dasharray="6 4" '
        'd="M4 76L276 10"/>'
        '<path class="c-line" fill="none" stroke="#2F3A8F" stroke-width="2.5" stroke-linejoin="round" '
        'd="M4 76L140 43"/>'
        '<circle class="c-goalpt" fill="#fff" stroke="#1E2230" stroke-width="2" cx="276" cy="10" r="4"/>'
        '<circle class="c-dot" fill="#2F3A8F" stroke="#fff" stroke-width="2" cx="140" cy="43" r="5"/>'
        '<text class="t-target t-s" font-size="11.5" fill="#1E2230" font-weight="600" x="285" y="14">10</text>'
    )


def test_missing_months_are_gaps_and_never_zero():
    drawing = goal_chart(series([25, 24, None, 23, 22, 21]), WORDS)

    for version in both(drawing):
        lines = [e for e in version if e.get("class") == "c-line"]
        assert [len(e.get("d").split("L")) for e in lines] == [2, 3]


def test_values_far_apart_are_not_joined():
    points = [Point(date(2026, 1, 31), 1), Point(date(2026, 2, 28), 2), Point(date(2026, 6, 30), 3)]

    runs = list(GoalSeries(points, joined_within=46).runs())

    assert runs == [points[:2], points[2:]]


def test_forecast_behind_the_last_value_is_not_drawn():
    ahead = Forecast(date(2026, 12, 31), 20, 21, 22)
    behind = Forecast(MONTHS[0], 20, 21, 22)

    assert goal_chart(series([25, 24, 23], forecast=ahead), WORDS).count('class="c-band"') == 2
    assert goal_chart(series([25, 24, 23], forecast=behind), WORDS).count('class="c-band"') == 0


def test_end_labels_keep_apart():
    drawing = goal_chart(
        series([25, 24, 23], target=Point(date(2026, 12, 31), 20), forecast=Forecast(date(2026, 12, 31), 19, 20.1, 21)),
        WORDS,
    )

    wide, _narrow = both(drawing)
    heights = {e.text: float(e.get("y")) for e in wide if e.text in {"Target 20", "22 likely"}}
    assert abs(heights["Target 20"] - heights["22 likely"]) == pytest.approx(42, abs=0.11)


def test_each_chart_comes_wide_and_narrow():
    forms = [version.get("class") for version in both(goal_chart(series([1, 2]), WORDS))]

    assert forms == ["chart chart-wide", "chart chart-narrow"]


def test_health_row_without_a_publishable_mean_is_only_a_range():
    drawing = health_dots([HealthRow("Trust", "3.0 to 4.5", low=3, high=4.5)], description="Trust")

    assert (drawing.count("c-range"), drawing.count('class="c-dot"'), drawing.count("c-dot-prev")) == (2, 0, 0)


def test_health_row_below_the_threshold_shows_words_only():
    drawing = health_dots([HealthRow("Trust", "Fewer than 5 answers")], description="Trust")

    assert (drawing.count("c-range"), drawing.count("circle"), drawing.count("Fewer than 5 answers")) == (0, 0, 2)


def test_health_draws_the_previous_mean_and_a_tested_change():
    row = HealthRow("A fair say", "3.4", low=2.9, high=3.8, mean=3.4, previous=4.0, change="down")

    drawing = health_dots([row], description="A fair say")

    assert (drawing.count("c-dot-prev"), drawing.count("c-arrow")) == (2, 2)


def test_burnup_draws_done_against_plan():
    done = [Count(date(2026, 1, 31), 2), Count(date(2026, 2, 28), 4)]
    plan = [Count(date(2026, 1, 31), 3), Count(date(2026, 3, 31), 8)]

    drawing = burnup(done, plan, BurnupWords("4 finished, 6 planned", "Planned", "4 done"))

    for version in both(drawing):
        assert [e.get("class") for e in version if e.tag == "path"] == ["c-target", "c-line"]
        assert [e.text for e in version if e.tag == "text"][-2:] == ["Jan 2026", "Mar 2026"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_cannot_be_drawn_is_refused(value):
    with pytest.raises(ValueError, match="cannot be drawn"):
        Point(MONTHS[0], value)
    with pytest.raises(ValueError, match="cannot be drawn"):
        health_dots([HealthRow("Trust", "", low=1, high=value)], description="")


def test_an_unknown_fill_is_refused():
    with pytest.raises(ValueError, match="cannot be drawn"):
        Part(1, 'f-1" onload="alert(1)')


@pytest.mark.parametrize(
    "drawing",
    [
        goal_chart(
            series([1, 2], target=Point(date(2027, 1, 1), 3), forecast=Forecast(date(2027, 1, 1), 1, 2, 3)),
            GoalWords(*[NASTY] * 9),
        ),
        goal_spark(series([1, 2], target=Point(date(2027, 1, 1), 3)), GoalWords(NASTY, target=NASTY)),
        health_dots([HealthRow(NASTY, NASTY, low=1, high=2)], description=NASTY),
        bar([], total=0, description=NASTY),
        burnup([Count(MONTHS[0], 1)], [Count(MONTHS[0], 1)], BurnupWords(NASTY, NASTY, NASTY)),
    ],
)
def test_every_text_is_escaped_and_nothing_is_styled_inline(drawing):
    assert "<script" not in drawing
    assert " style=" not in drawing
    pictures = [e for e in ET.fromstring(drawing).iter() if e.tag == "svg"]  # noqa: S314  # our own markup
    assert {(picture.get("role"), picture.get("aria-label")) for picture in pictures} == {("img", NASTY)}


@given(
    measured=st.lists(st.none() | values, max_size=6),
    baseline=st.none() | values,
    target=st.none() | values,
    ends=st.none() | st.tuples(values, values, values),
)
def test_goal_charts_hold_only_finite_numbers(measured, baseline, target, ends):
    goal = series(
        measured,
        baseline=None if baseline is None else Point(date(2025, 12, 31), baseline),
        target=None if target is None else Point(date(2027, 1, 1), target),
        forecast=None if ends is None else Forecast(date(2027, 1, 1), *sorted(ends)),
    )

    numbers = [*numbers_of(goal_chart(goal, WORDS)), *numbers_of(goal_spark(goal, WORDS))]

    assert all(math.isfinite(number) and abs(number) < 2000 for number in numbers)


@given(low=values, high=values)
def test_ticks_are_round_rising_and_cover_the_range(low, high):
    low, high = sorted([low, high])

    marks = ticks(low, high)

    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert 2 <= len(marks) <= 8
    assert all(a < b for a, b in pairwise(marks))


def test_a_drawing_prints_unescaped_in_a_template():
    drawing = bar([], total=1, description="Nothing yet")

    assert engines["django"].from_string("{{ chart }}").render({"chart": drawing}) == drawing
