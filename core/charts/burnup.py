"""Actions finished so far, month by month, against the number that should have been finished by then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from core.charts.svg import Drawing, drawing, label, line, path, pictures, scale, shape, ticks

LEFT, RIGHT, TOP, BOTTOM = 32, 96, 12, 24
APART = 18  # pixels between the two labels at the end


@dataclass(frozen=True)
class Count:
    """How many in total by a date."""

    on: date
    total: int


@dataclass(frozen=True)
class BurnupWords:
    """Everything the chart says, translated."""

    description: str
    planned: str
    done: str
    format_date: Callable[[date], str] = "{:%b %Y}".format


def burnup(done: Sequence[Count], planned: Sequence[Count], words: BurnupWords) -> Drawing:
    """Both in order of date, both counted from the beginning."""
    return pictures(
        _draw(done, planned, words, width=440, height=262, form="chart-wide"),
        _draw(done, planned, words, width=322, height=200, form="chart-narrow"),
    )


def _draw(
    done: Sequence[Count], planned: Sequence[Count], words: BurnupWords, *, width: int, height: int, form: str
) -> str:
    every = [*done, *planned]
    marks = ticks(0, max((count.total for count in every), default=0) or 1)
    days = [count.on.toordinal() for count in every] or [date(2000, 1, 1).toordinal()]
    x = scale(min(days), max(days), LEFT, width - RIGHT)
    y = scale(0, marks[-1], height - BOTTOM, TOP)
    body = []
    for mark in marks:
        if mark == int(mark):
            body.append(line("c-grid", (LEFT, y(mark)), (width - RIGHT, y(mark))))
            body.append(label(f"{mark:.0f}", (LEFT - 6, y(mark) + 4), anchor="end"))
    for counts, classes in ((planned, "c-target"), (done, "c-line")):
        if counts:
            body.append(path(classes, [(x(count.on.toordinal()), y(count.total)) for count in counts]))
    planned_at = y(planned[-1].total) + 4 if planned else 0.0
    if planned:
        body.append(label(words.planned, (x(planned[-1].on.toordinal()) + 10, planned_at), "t-target"))
    if done:
        end = (x(done[-1].on.toordinal()), y(done[-1].total))
        body.append(shape("circle", "c-dot", cx=end[0], cy=end[1], r=6))
        below = bool(planned) and abs(end[1] + 4 - planned_at) < APART
        body.append(label(words.done, (end[0] + 12, end[1] + (APART + 2 if below else 4)), "t-now"))
    if every:
        foot = height - 6
        body.append(label(words.format_date(min(count.on for count in every)), (LEFT, foot)))
        body.append(label(words.format_date(max(count.on for count in every)), (width - RIGHT, foot), anchor="end"))
    return drawing(width, height, body, description=words.description, form=form)
