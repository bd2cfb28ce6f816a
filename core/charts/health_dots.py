"""How we work together, a row per topic: the likely range, the mean where it may be shown, the last one as a ring."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.charts.svg import Drawing, Scale, drawing, label, line, path, pictures, scale, shape, wrapped

FEWEST, MOST = 1, 5
NARROW_WIDTH = 322
LARGE = 500
ARROW = 4.5


@dataclass(frozen=True)
class HealthRow:
    """One topic, scores from 1 to 5. Without ``mean`` only the range is drawn, without a range only ``text``.

    ``previous`` is drawn only when it is given, an arrow only for a change that was tested.
    """

    name: str
    text: str
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    previous: float | None = None
    change: Literal["up", "down", ""] = ""


def health_dots(rows: Sequence[HealthRow], *, description: str, width: int = 430) -> Drawing:
    """``width`` of the wide version: 430 for half a page, 680 for a report."""
    wide = _draw(rows, description, width=width)
    return pictures(wide, _draw(rows, description, width=NARROW_WIDTH, narrow=True), large=width > LARGE)


def _draw(rows: Sequence[HealthRow], description: str, *, width: int, narrow: bool = False) -> str:
    longest = max((len(row.text) for row in rows), default=0)
    left = (
        6.0 if narrow else min(max(150.0, *(7.0 * len(row.name) + 16 for row in rows)), width * 0.4) if rows else 150.0
    )
    right = max(52.0, 7.0 * longest + 34)
    top, each = 26, (58 if narrow else 44)
    height = top + each * len(rows) + 6
    x = scale(FEWEST, MOST, left, width - right)
    body = []
    for score in range(FEWEST, MOST + 1):
        body.append(line("c-grid", (x(score), top - 4), (x(score), height - 4)))
        body.append(label(str(score), (x(score), top - 11), anchor="middle"))
    for index, row in enumerate(rows):
        middle = top + each * index + each / 2 + (10 if narrow else 0)
        body += _name(row, left, middle, narrow=narrow)
        body += _scores(row, x, middle)
        body.append(label(row.text, (width - right + 16, middle + 4), "t-strong"))
        if row.change:
            body.append(_arrow(width - ARROW, middle, up=row.change == "up"))
    return drawing(width, height, body, description=description, form="chart-narrow" if narrow else "chart-wide")


def _name(row: HealthRow, left: float, middle: float, *, narrow: bool) -> Iterable[str]:
    if narrow:
        return [label(row.name, (0, middle - 18), "t-strong")]
    lines = wrapped(row.name, int((left - 12) / 7))
    first = middle + 4 - 8 * (len(lines) - 1)
    return [label(text, (0, first + 16 * index), "t-strong") for index, text in enumerate(lines)]


def _arrow(x: float, y: float, *, up: bool) -> str:
    """Drawn, not written: not every font has the sign."""
    tip = y - ARROW if up else y + ARROW
    foot = y + ARROW if up else y - ARROW
    return path("c-arrow", [(x, tip), (x + ARROW, foot), (x - ARROW, foot)], closed=True)


def _scores(row: HealthRow, x: Scale, middle: float) -> Iterable[str]:
    if row.low is not None and row.high is not None:
        yield line("c-range", (x(row.low), middle), (x(row.high), middle))
    if row.previous is not None:
        yield shape("circle", "c-dot-prev", cx=x(row.previous), cy=middle, r=4.5)
    if row.mean is not None:
        yield shape("circle", "c-dot", cx=x(row.mean), cy=middle, r=7)
