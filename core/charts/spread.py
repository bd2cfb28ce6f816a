"""How the answers to one question are spread, as shares that were rounded before they came here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.charts.svg import Drawing, drawing, label, line, pictures, shape, wrapped

TALLEST, BAR = 64, 30
WIDE, NARROW = 640, 322
CHARACTERS_WIDE, CHARACTERS_NARROW = 19, 9


@dataclass(frozen=True)
class Slice:
    """One of the answers: its word, its share in words and, for narrow screens, in signs; how tall its bar is, 0 to 1.

    ``up_to`` is the height to which the share may reach where it is only known to be small: drawn pale.
    """

    name: str
    text: str
    short: str
    share: float
    up_to: float = 0.0


def spread(slices: Sequence[Slice], *, description: str) -> Drawing:
    return pictures(
        _draw(slices, WIDE, CHARACTERS_WIDE, description, form="chart-wide"),
        _draw(slices, NARROW, CHARACTERS_NARROW, description, form="chart-narrow"),
    )


def _draw(slices: Sequence[Slice], width: int, characters: int, description: str, *, form: str) -> str:
    each = width / max(1, len(slices))
    floor = TALLEST + 18
    names = [wrapped(one.name, characters) for one in slices]
    body: list[str] = []
    for index, one in enumerate(slices):
        text = one.short if form == "chart-narrow" else one.text
        body += _column(one, text, names[index], (each * index, each), floor)
    return drawing(
        width,
        floor + 8 + 15 * max((len(lines) for lines in names), default=1),
        body,
        description=description,
        form=form,
    )


def _column(one: Slice, text: str, name: Sequence[str], place: tuple[float, float], floor: float) -> Iterator[str]:
    left, width = place
    bar, tall = min(BAR, width - 12), TALLEST * max(one.share, one.up_to)
    if one.up_to > one.share:
        yield shape("rect", "c-band", x=left, y=floor - TALLEST * one.up_to, width=bar, height=TALLEST * one.up_to)
    if one.share:
        yield shape("rect", "f-1", x=left, y=floor - TALLEST * one.share, width=bar, height=TALLEST * one.share)
    yield line("c-grid", (left, floor), (left + width - 8, floor))
    yield label(text, (left, floor - tall - 5), "t-s t-strong")
    for row, word in enumerate(name):
        yield label(word, (left, floor + 16 + 15 * row), "t-s")
