"""What changed, in sentences that only a passed test can fill, and the numbers of the tests for those who ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import dates
from core.components import Table
from feedback.selectors.report_lines import Line, points

NONE = "–"
Way = Literal["up", "down", ""]
TIERS = {
    "change": gettext_lazy("clear change"),
    "look": gettext_lazy("worth a look"),
    "none": gettext_lazy("nothing beyond chance"),
    "first": gettext_lazy("nothing to compare with"),
}


@dataclass(frozen=True)
class Move:
    """One line that moved. ``sentence`` stands alone; ``way`` is up or down."""

    key: str
    way: Way
    sentence: str


@dataclass(frozen=True)
class Moves:
    """``changes`` passed the test, ``looks`` are weaker; ``base`` says with what it was compared."""

    base: str = ""
    whole: Move | None = None
    changes: Sequence[Move] = field(default=())
    looks: Sequence[Move] = field(default=())
    nothing: str = ""
    tests: Table | None = None

    def way_of(self, key: str) -> Way:
        """The arrow of a line: only after a passed test."""
        return next((move.way for move in self.changes if move.key == key), "")


def read_moves(payload: Mapping[str, Any], lines: Sequence[Line], whole: Line | None) -> Moves:
    changed = payload["changed"]
    tested = {line.key: changed["items"][line.key] for line in lines if line.key in changed["items"]}
    named = {line.key: line for line in lines}
    found = {
        tier: [_move(named[key], test) for key, test in tested.items() if test["tier"] == tier]
        for tier in ("change", "look")
    }
    index = changed["index"] if whole else {}
    return Moves(
        base=_base(changed["base"]),
        whole=_move(whole, index) if whole and index.get("tier") == "change" else None,
        changes=sorted(found["change"], key=lambda move: move.way != "down"),
        looks=sorted(found["look"], key=lambda move: move.way != "down"),
        nothing=_nothing(changed["base"], tested, found["change"]),
        tests=_tests(
            ([(whole.label, index)] if whole and index else []) + [(named[k].label, t) for k, t in tested.items()]
        ),
    )


def _move(line: Line, test: Mapping[str, Any]) -> Move:
    words = {"topic": line.label, "mean": line.mean, "words": line.words.lower()}
    if test["from_tenths"] is not None and line.mean:
        words["before"] = points(test["from_tenths"])
        up, down = _("%(topic)s rose from %(before)s to %(mean)s."), _("%(topic)s fell from %(before)s to %(mean)s.")
    else:
        up, down = _("%(topic)s rose; now: %(words)s."), _("%(topic)s fell; now: %(words)s.")
    return Move(line.key, test["way"], (up if test["way"] == "up" else down) % words)


def _base(base: Sequence[str]) -> str:
    if not base:
        return _("There is nothing to compare with yet: what changed is told once ten earlier answers were shown.")
    months = [dates.month(date.fromisoformat(f"{month}-01")) for month in base]
    if len(months) == 1:
        return _("Compared with %(month)s.") % {"month": months[0]}
    return _("Compared with %(first)s to %(last)s, taken together.") % {"first": months[0], "last": months[-1]}


def _nothing(base: Sequence[str], tested: Mapping[str, Mapping[str, Any]], changes: Sequence[Move]) -> str:
    """How large a change would have to be for us to notice it: better than silence."""
    sizes = [test["detectable_tenths"] for test in tested.values() if test["tier"] in ("none", "look")]
    sizes = [size for size in sizes if size]
    if not base or not sizes:
        return ""
    smallest, largest = points(min(sizes)), points(max(sizes))
    size = smallest if smallest == largest else _("%(low)s to %(high)s") % {"low": smallest, "high": largest}
    if changes:
        return _("Elsewhere we would notice a change of about %(size)s points.") % {"size": size}
    return _(
        "No line changed by more than chance explains. With so few of us, we would notice a change of about "
        "%(size)s points."
    ) % {"size": size}


def _tests(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Table | None:
    told = [row for row in rows if row[1]["p_permille"] is not None]
    if not told:
        return None
    return Table(
        columns=(
            _("Topic"),
            _("Result"),
            _("p of the exact test"),
            _("p after Holm’s correction"),
            _("Change we would notice"),
        ),
        rows=[
            (
                label,
                TIERS[test["tier"]],
                _permille(test["p_permille"]),
                _permille(test["holm_permille"]),
                points(test["detectable_tenths"]) if test["detectable_tenths"] else NONE,
            )
            for label, test in told
        ],
        numeric=False,
    )


def _permille(value: int | None) -> str:
    if value is None:
        return NONE
    return number_format(value / 1000, decimal_pos=3) if value else _("under 0.001")
