"""What was promised for a month and what became of it, from the records; beside it what people say."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil, floor
from typing import Any

from feedback.measure.scores import Band, wilson
from feedback.payload.inputs import PARAMS, Promise

MOST_KEPT, FEW_KEPT = 80, 50  # per cent: well kept, badly kept


def promises(due: Sequence[Promise], wins: Sequence[str], said: Mapping[str, Any]) -> dict[str, Any]:
    """``said``: the cell of the statement that promises are kept."""
    kept = [each for each in due if each.done_on and each.done_on <= each.due_on]
    late = [_days(each) for each in due if each.done_on > each.due_on]
    share = _share(len(kept), len(due)) if len(due) >= PARAMS.k else None
    return {
        "due": len(due),
        "kept": len(kept),
        "late": len(late),
        "open": sum(not each.done_on for each in due),
        "kept_share": share,
        "median_days_late": _median(late),
        "renegotiated": sum(each.moved > 0 for each in due),
        "differ": share is not None and _differ(share["percent"], said.get("band")),
        "wins": list(wins),
    }


def _share(kept: int, due: int) -> dict[str, int]:
    low, high = wilson(kept, due, PARAMS.conf)
    return {"percent": (200 * kept + due) // (2 * due), "low": floor(100 * low), "high": ceil(100 * high)}


def _differ(percent: int, band: str | None) -> bool:
    """Records that speak against what people say: perhaps promises are not written down."""
    return (percent >= MOST_KEPT and band == Band.CONCERN) or (percent <= FEW_KEPT and band == Band.STRONG)


def _days(promise: Promise) -> int:
    return (date.fromisoformat(promise.done_on) - date.fromisoformat(promise.due_on)).days


def _median(days: Sequence[int]) -> int | None:
    """The middle one; of two middle ones what lies between, halves upward."""
    if not days:
        return None
    ordered = sorted(days)
    below, above = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (below + above + 1) // 2
