"""One topic over the months, small: a line where averages were shown, the likely range as a pale band, else gaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.charts.svg import Drawing, Scale, drawing, label, line, path, scale, shape

WIDTH, HEIGHT = 232, 92
LEFT, RIGHT, TOP, BOTTOM = 18, 40, 8, 72
FEWEST, MIDDLE, MOST = 1, 3, 5


@dataclass(frozen=True)
class MonthPoint:
    """A month that showed something: its place in time, its likely range and, from ten people on, its average."""

    at: int
    low: float
    high: float
    mean: float | None = None


def month_line(points: Sequence[MonthPoint], span: tuple[str, str], *, now: str, description: str) -> Drawing:
    """``span`` names the first and the last month. Neighbours in time are joined, nothing is drawn across a gap."""
    first, last = min(point.at for point in points), max(point.at for point in points)
    x, y = scale(first, last, LEFT, WIDTH - RIGHT), scale(FEWEST, MOST, BOTTOM, TOP)
    body = []
    for score in (FEWEST, MIDDLE, MOST):
        body += [
            line("c-grid", (LEFT, y(score)), (WIDTH - RIGHT + 6, y(score))),
            label(str(score), (12, y(score) + 4), "t-s", anchor="end"),
        ]
    for run in _runs(points):
        body += _drawn(run, x, y)
    newest = points[-1]
    middle = (newest.low + newest.high) / 2 if newest.mean is None else newest.mean
    if newest.mean is not None:
        body.append(shape("circle", "c-dot", cx=x(newest.at), cy=y(newest.mean), r=5))
    body.append(label(now, (x(newest.at) + 9, y(middle) + 4), "t-strong"))
    body.append(label(span[0], (LEFT, BOTTOM + 16), "t-s"))
    if first != last:
        body.append(label(span[1], (WIDTH - RIGHT, BOTTOM + 16), "t-s", anchor="end"))
    return Drawing(drawing(WIDTH, HEIGHT, body, description=description))


def _runs(points: Sequence[MonthPoint]) -> Iterator[list[MonthPoint]]:
    """Months that follow each other without a gap."""
    run: list[MonthPoint] = []
    for point in points:
        if run and point.at != run[-1].at + 1:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _drawn(run: Sequence[MonthPoint], x: Scale, y: Scale) -> Iterator[str]:
    if len(run) == 1:
        yield line("c-range", (x(run[0].at), y(run[0].high)), (x(run[0].at), y(run[0].low)))
    else:
        upper = [(x(point.at), y(point.high)) for point in run]
        lower = [(x(point.at), y(point.low)) for point in reversed(run)]
        yield path("c-band", [*upper, *lower], closed=True)
    averages: list[tuple[float, float]] = []
    for point in [*run, None]:
        if point is not None and point.mean is not None:
            averages.append((x(point.at), y(point.mean)))
            continue
        if len(averages) > 1:
            yield path("c-line", averages)
        elif averages:
            yield shape("circle", "c-dot", cx=averages[0][0], cy=averages[0][1], r=3)
        averages = []
