"""The few primitives every chart is drawn with.

A shape carries a class and the same look as presentation attributes: in a browser the class wins, so the dark theme
works; paper and "save as SVG" see only the attributes. No style attribute anywhere, every text escaped, every number
finite.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from math import floor, isfinite, log10

INK, MUTED, GRID, STONE = "#1E2230", "#565A66", "#E6E1D7", "#857F73"
FILLS: Mapping[str, str] = {
    "f-1": "#2F3A8F",
    "f-2": "#BD7C00",
    "f-3": "#3A9DB0",
    "f-4": "#B8456F",
    "f-0": STONE,
    "f-ok": "#0A7A8C",
    "f-risk": "#C98700",
    "f-off": "#A92B25",
    "f-none": "#A5A39C",
    "c-track": "#F1EEE6",
}
LOOKS: Mapping[str, Mapping[str, str]] = {
    **{name: {"fill": colour} for name, colour in FILLS.items()},
    "c-grid": {"stroke": GRID},
    "c-line": {"fill": "none", "stroke": FILLS["f-1"], "stroke-width": "2.5", "stroke-linejoin": "round"},
    "c-forecast": {"fill": "none", "stroke": FILLS["f-1"], "stroke-width": "2", "stroke-dasharray": "2 5"},
    "c-band": {"fill": FILLS["f-1"], "fill-opacity": ".12"},
    "c-target": {"fill": "none", "stroke": INK, "stroke-width": "1.5", "stroke-dasharray": "6 4"},
    "c-arrow": {"fill": INK},
    "c-dot": {"fill": FILLS["f-1"], "stroke": "#fff", "stroke-width": "2"},
    "c-dot-prev": {"fill": "#fff", "stroke": STONE, "stroke-width": "2"},
    "c-goalpt": {"fill": "#fff", "stroke": INK, "stroke-width": "2"},
    "c-range": {"stroke": FILLS["f-1"], "stroke-width": "6", "stroke-linecap": "round", "stroke-opacity": ".28"},
    "t-strong": {"fill": INK, "font-weight": "650"},
    "t-target": {"fill": INK, "font-weight": "600"},
    "t-now": {"fill": FILLS["f-1"], "font-weight": "700", "font-size": "13.5"},
    "t-s": {"font-size": "11.5"},
}

XY = tuple[float, float]
Scale = Callable[[float], float]


class Drawing(str):
    """Markup that is safe to print as it is; templates honour ``__html__``."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def number(value: float) -> str:
    """One decimal at most; refuses what cannot be drawn."""
    if not isfinite(value):
        raise ValueError(f"{value} cannot be drawn")
    rounded = f"{value:.1f}".removesuffix(".0")
    return "0" if rounded == "-0" else rounded


def shape(tag: str, classes: str = "", text: str | None = None, **attributes: float | str) -> str:
    """``shape("circle", "c-dot", cx=4, cy=5, r=6)``; underscores in names become hyphens."""
    given = {name.replace("_", "-"): v if isinstance(v, str) else number(v) for name, v in attributes.items()}
    looks = {name: v for one in reversed(classes.split()) for name, v in LOOKS.get(one, {}).items()}
    every = ({"class": classes} if classes else {}) | looks | given
    inside = " ".join([tag, *(f'{name}="{escape(v)}"' for name, v in every.items())])
    return f"<{inside}/>" if text is None else f"<{inside}>{escape(text)}</{tag}>"


def line(classes: str, start: XY, end: XY) -> str:
    return shape("line", classes, x1=start[0], x2=end[0], y1=start[1], y2=end[1])


def path(classes: str, points: Iterable[XY], *, closed: bool = False) -> str:
    joined = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return shape("path", classes, d=f"M{joined}{'Z' if closed else ''}")


def label(text: str, at: XY, classes: str = "", *, anchor: str = "") -> str:
    return shape("text", classes, text, x=at[0], y=at[1], **({"text_anchor": anchor} if anchor else {}))


def drawing(width: float, height: float, body: Iterable[str], *, description: str, form: str = "") -> str:
    """One ``<svg role="img">``; ``form`` is chart-wide or chart-narrow: the style sheet picks one."""
    return (
        f'<svg class="{f"chart {form}".strip()}" viewBox="0 0 {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" role="img" aria-label="{escape(description)}" '
        f'font-family="Inter Variable, Inter, Arial, sans-serif" font-size="12.5" fill="{MUTED}">{"".join(body)}</svg>'
    )


def pictures(wide: str, narrow: str, *, large: bool = False) -> Drawing:
    """Both versions in a box that shows the one for its own width; a ``large`` one needs more room to be wide."""
    return Drawing(f'<div class="pictures{" pictures--large" if large else ""}">{wide}{narrow}</div>')


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """Linear; a range without extent maps onto the middle."""
    if high == low:
        return lambda _value: (start + end) / 2
    return lambda value: start + (end - start) * (value - low) / (high - low)


def ticks(low: float, high: float, *, about: int = 4) -> Sequence[float]:
    """Round numbers that cover ``low`` to ``high``; from zero where zero is near enough to be the honest floor."""
    if low > 0 and low < 0.4 * high:
        low = 0.0
    if high == low:
        low, high = low - 1, high + 1
    raw = (high - low) / about
    magnitude = 10.0 ** floor(log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw * 0.999)
    first = floor(low / step + 1e-9)
    values = [first * step]
    while values[-1] < high - step * 1e-9:
        values.append((first + len(values)) * step)
    return values


def wrapped(text: str, characters: int) -> Sequence[str]:
    """Lines of at most so many characters where words allow it."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= characters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
