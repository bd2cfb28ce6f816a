"""What a benchmark reports: one figure beside its floor, judged against the goal it belongs to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from operator import ge, le

HEADINGS = ("goal", "what", "floor", "ours", "ratio", "gate", "stretch", "")


@dataclass(frozen=True)
class Limit:
    """``≤ 2 ×``: the figure a goal asks for. ``at_least`` turns it around."""

    number: float
    unit: str = ""
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {plain(self.number)}{self.unit and ' ' + self.unit}"

    def holds_for(self, figure: float) -> bool:
        """A figure is judged as it is printed, so that the table never contradicts itself."""
        return (ge if self.at_least else le)(float(plain(figure)), self.number)


@dataclass(frozen=True)
class Result:
    """One line of the table. The ratio is judged where there is a floor and ``of_floor`` is set, else the figure."""

    goal: str
    what: str
    ours: float
    unit: str
    gate: Limit | None = None
    stretch: Limit | None = None
    floor: float | None = None
    of_floor: bool = False

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def judged(self) -> float:
        return self.ratio if self.of_floor and self.ratio is not None else self.ours

    @property
    def verdict(self) -> str:
        if self.stretch and self.stretch.holds_for(self.judged):
            return "stretch"
        if self.gate is None:
            return ""
        return "met" if self.gate.holds_for(self.judged) else "MISSED"

    def cells(self) -> list[str]:
        floor = "" if self.floor is None else f"{plain(self.floor)} {self.unit}".strip()
        ratio = "" if self.ratio is None else plain(self.ratio)
        limits = ["" if limit is None else str(limit) for limit in (self.gate, self.stretch)]
        return [self.goal, self.what, floor, f"{plain(self.ours)} {self.unit}".strip(), ratio, *limits, self.verdict]

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict}


@dataclass(frozen=True)
class Skipped:
    """A benchmark that could not run here, and why."""

    goal: str
    why: str

    verdict = "skipped"

    def cells(self) -> list[str]:
        return [self.goal, self.why, "", "", "", "", "", self.verdict]

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "verdict": self.verdict}


Line = Result | Skipped


def plain(number: float) -> str:
    """Three digits that mean something, no more."""
    if number == 0 or abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.2f}" if abs(number) < 10 else f"{number:.1f}"


def table(lines: Sequence[Line]) -> str:
    rows = [list(HEADINGS), *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([drawn[0], "  ".join("-" * width for width in widths).rstrip(), *drawn[1:]])
