"""How answers were spread, from ten people on, in shares rounded to five per cent.

A dot for every reply would tell that nobody, or everybody, gave one of the answers; a share of "10 % or less" does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.charts import Drawing, Slice, spread
from feedback.selectors.report_lines import AGREEMENT, Line, percent
from feedback.selectors.report_moves import Moves

MOST_LINES = 2
HUNDRED = 100


@dataclass(frozen=True)
class Spread:
    statement: str
    chart: Drawing


def read_spreads(payload: Mapping[str, Any], lines: Sequence[Line], moves: Moves, scale: Sequence[str]) -> list[Spread]:
    """Of the lines that moved, else of those that are low or split us."""
    shares = {cell["key"]: cell.get("histogram") for cell in payload["dimensions"]}
    shown = [line for line in lines if shares[line.key]]
    moved = [line for line in shown if moves.way_of(line.key)]
    others = [line for line in shown if line.is_low or line.agreement == str(AGREEMENT["split"])]
    return [_spread(line, shares[line.key], scale) for line in (moved or others)[:MOST_LINES]]


def _spread(line: Line, shares: Sequence[Mapping[str, Any]], scale: Sequence[str]) -> Spread:
    slices = [_slice(word, share) for word, share in zip(scale, shares, strict=True)]
    told = "; ".join(_("%(name)s: %(value)s") % {"name": one.name, "value": one.text} for one in slices)
    return Spread(line.statement, spread(slices, description=f"{line.label}. {told}"))


def _slice(word: str, share: Mapping[str, Any]) -> Slice:
    part = share["percent"] / HUNDRED
    if share["bound"] == "at_most":
        return Slice(word, percent(share), _in_signs(share), 0.0, up_to=part)
    return Slice(word, percent(share), _in_signs(share), part, up_to=1.0 if share["bound"] == "at_least" else 0.0)


def _in_signs(share: Mapping[str, Any]) -> str:
    sign = {"at_most": "≤", "at_least": "≥"}.get(share["bound"], "~")
    return f"{sign}\u202f{share['percent']}\u202f%"
