"""A stacked bar of parts of a whole; what is left shows as the track."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.charts.svg import FILLS, Drawing, number, shape

WIDTH, HEIGHT = 400, 12


@dataclass(frozen=True)
class Part:
    """A share and its fill: f-1 to f-4, f-0, or a status: f-ok, f-risk, f-off, f-none."""

    value: float
    fill: str

    def __post_init__(self) -> None:
        if self.fill not in FILLS or self.value < 0:
            raise ValueError(f"{self} cannot be drawn")


def bar(parts: Sequence[Part], *, total: float, description: str) -> Drawing:
    """``total`` of nothing draws the empty track. A legend beside it repeats the numbers in words."""
    body = [shape("rect", "c-track", width=WIDTH, height=HEIGHT)]
    start = 0.0
    for part in parts:
        width = WIDTH * part.value / total if total > 0 else 0.0
        if width:
            body.append(shape("rect", f"{part.fill} s-surface", x=start, y=-1, width=width, height=HEIGHT + 2))
        start += width
    return Drawing(
        f'<svg class="bar" viewBox="0 0 {number(WIDTH)} {number(HEIGHT)}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(description)}">{"".join(body)}</svg>'
    )
