"""The large goal chart: dated axis, planned path, what happened with its gaps, forecast and likely range, target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import hypot

from core.charts.goal_series import GoalSeries, GoalWords, Point, places
from core.charts.goal_shapes import goal_shapes
from core.charts.svg import XY, Drawing, Scale, drawing, label, line, pictures, scale, ticks

GAP = 42  # pixels between the two labels at the end, so that their second lines do not touch
LETTER = 7.4  # width of a letter of a chart text, on the generous side


Spot = tuple[float, float, str]


@dataclass(frozen=True)
class Canvas:
    """Size and margins of one version."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    form: str
    has_end_labels: bool

    @property
    def floor(self) -> int:
        """The height of the horizontal axis."""
        return self.height - self.bottom


WIDE = Canvas(640, 290, 44, 132, 22, 30, "chart-wide", has_end_labels=True)
NARROW = Canvas(340, 260, 34, 16, 40, 28, "chart-narrow", has_end_labels=False)


def goal_chart(series: GoalSeries, words: GoalWords) -> Drawing:
    return pictures(_draw(series, words, WIDE), _draw(series, words, NARROW), large=True)


def _draw(series: GoalSeries, words: GoalWords, canvas: Canvas) -> str:
    values = series.values() or [0.0]
    marks = ticks(min(values), max(values))
    days = [day.toordinal() for day in series.dates()] or [date(2000, 1, 1).toordinal()]
    x = scale(min(days), max(days), canvas.left, canvas.width - canvas.right)
    y = scale(marks[0], marks[-1], canvas.floor, canvas.top)
    body = [
        *_value_axis(marks, words, canvas, y),
        *_date_axis(series.dates(), words, canvas, x),
        *_today(series, words, canvas, x),
        *goal_shapes(series, x, y, dot=6, ring=5),
        *_plan(series, words, canvas, x, y),
        *_now(series, words, canvas, x, y),
        *(_end_labels(series, words, canvas, y) if canvas.has_end_labels else []),
    ]
    return drawing(canvas.width, canvas.height, body, description=words.description, form=canvas.form)


def _value_axis(marks: Sequence[float], words: GoalWords, canvas: Canvas, y: Scale) -> Iterable[str]:
    for mark in marks:
        yield line("c-grid", (canvas.left, y(mark)), (canvas.width - canvas.right, y(mark)))
        yield label(words.format_value(mark), (canvas.left - 8, y(mark) + 4), anchor="end")


def _date_axis(days: Sequence[date], words: GoalWords, canvas: Canvas, x: Scale) -> Iterable[str]:
    """First and last date, and every January that has room between them."""
    if not days:
        return
    first, last = min(days), max(days)
    foot = canvas.height - 8
    if last == first:
        yield label(words.format_date(first), (x(first.toordinal()), foot), anchor="middle")
        return
    yield label(words.format_date(first), (x(first.toordinal()), foot), anchor="start")
    free_from = x(first.toordinal()) + LETTER * len(words.format_date(first)) + 8
    free_to = x(last.toordinal()) - LETTER * len(words.format_date(last)) - 8
    for year in range(first.year + 1, last.year + 1):
        text = words.format_date(date(year, 1, 1))
        middle, half = x(date(year, 1, 1).toordinal()), LETTER * len(text) / 2
        if middle - half > free_from and middle + half < free_to:
            yield label(text, (middle, foot), anchor="middle")
            free_from = middle + half + 8
    yield label(words.format_date(last), (x(last.toordinal()), foot), anchor="end")


def _today(series: GoalSeries, words: GoalWords, canvas: Canvas, x: Scale) -> Iterable[str]:
    """A hairline between what happened and what is only expected."""
    if not series.fan() or series.last is None:
        return
    here = x(series.last.on.toordinal())
    head = canvas.top - 10 if canvas.has_end_labels else canvas.top - 24
    yield line("c-grid", (here, canvas.top - 6), (here, canvas.floor))
    yield label(words.happened, (here - 6, head), "t-s", anchor="end")
    yield label(words.forecast, (here + 6, head), "t-s")


def _crowd(series: GoalSeries, x: Scale, y: Scale) -> Sequence[XY]:
    """Points along every line of the chart: what a label should not cover."""
    curves = [places(run, x, y) for run in series.runs()] + [places(series.plan(), x, y)]
    if fan := series.fan():
        last, ahead = fan
        curves += [places([last, Point(ahead.on, edge)], x, y) for edge in (ahead.low, ahead.mid, ahead.high)]
    return [spot for curve in curves for spot in _along(curve)]


def _clearest(text: str, spots: Sequence[Spot], crowd: Sequence[XY], canvas: Canvas) -> Spot:
    """The first of the spots (x, baseline, anchor) where the text covers the fewest points and stays inside."""
    length = LETTER * len(text)

    def cost(spot: Spot) -> int:
        left = spot[0] - (length if spot[2] == "end" else 0)
        inside = canvas.left <= left and left + length <= canvas.width and canvas.top < spot[1] < canvas.floor
        return sum(left <= cx <= left + length and spot[1] - 14 <= cy <= spot[1] + 5 for cx, cy in crowd) + 1000 * (
            not inside
        )

    return min(spots, key=cost)


def _now(series: GoalSeries, words: GoalWords, canvas: Canvas, x: Scale, y: Scale) -> Iterable[str]:
    """The newest value in words, beside its dot."""
    if series.last is None or not words.now:
        return
    ((dot_x, dot_y),) = places([series.last], x, y)
    spots = [(dot_x + dx, dot_y + dy, anchor) for dy in (-14, 24) for dx, anchor in ((-2, "end"), (9, "start"))]
    left, base, anchor = _clearest(words.now, spots, _crowd(series, x, y), canvas)
    yield label(words.now, (left, base), "t-now halo", anchor=anchor)


def _plan(series: GoalSeries, words: GoalWords, canvas: Canvas, x: Scale, y: Scale) -> Iterable[str]:
    """What the dashed line is, beside it, where there is room for words."""
    line_of_plan = places(series.plan(), x, y)
    if not (canvas.has_end_labels and words.plan and line_of_plan):
        return
    (x1, y1), (x2, y2) = line_of_plan
    shares = (0.25, 0.35, 0.45)
    spots = [
        (x1 + (x2 - x1) * share + dx, y1 + (y2 - y1) * share + dy, anchor)
        for share in shares
        for dx, dy, anchor in ((-4, 18, "end"), (4, 18, "start"), (-4, -8, "end"), (4, -8, "start"))
    ]
    left, base, anchor = _clearest(words.plan, spots, _crowd(series, x, y), canvas)
    yield label(words.plan, (left, base), "t-s halo", anchor=anchor)


def _along(curve: Sequence[XY], apart: float = 6) -> Iterable[XY]:
    """Points spread along a line, so many pixels apart, to see what a label would cover."""
    for (x1, y1), (x2, y2) in pairwise(curve):
        steps = int(hypot(x2 - x1, y2 - y1) / apart) + 1
        yield from ((x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps) for i in range(steps + 1))


def _end_labels(series: GoalSeries, words: GoalWords, canvas: Canvas, y: Scale) -> Iterable[str]:
    """Target and likely landing beside the end of the chart, moved apart when they would touch, in their order."""
    left = canvas.width - canvas.right + 14
    wanted = []
    if series.target and series.target.value is not None:
        wanted.append((y(series.target.value), "t-target", words.target, words.target_by))
    if series.fan() and series.forecast:
        wanted.append((y(series.forecast.mid), "t-strong", words.likely, words.likely_range))
    wanted.sort()
    heights = [height for height, *_ in wanted]
    if len(heights) > 1 and heights[1] - heights[0] < GAP:
        middle = (heights[0] + heights[1]) / 2
        heights = [middle - GAP / 2, middle + GAP / 2]
    for height, (_, classes, first, second) in zip(heights, wanted, strict=True):
        yield label(first, (left, height - 1), classes)
        yield label(second, (left, height + 15))
