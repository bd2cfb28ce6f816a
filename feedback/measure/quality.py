"""Reasons to read a window with care, and the watch on people's energy."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.measure.cells import CellSums
from feedback.measure.params import Params
from feedback.measure.scores import Share, share

LOW_RESPONSE, MANY_BLANKS, MANY_ALIKE = 0.40, 0.30, 0.50
ENERGY_TWICE = 0.25


@dataclass(frozen=True, slots=True)
class WindowQuality:
    """Reasons to read a window with care; no response is ever left out for them."""

    low_response: bool
    hard_questions: tuple[str, ...]
    rushed: bool

    def flags(self, question: str) -> bool:
        return self.low_response or self.rushed or question in self.hard_questions


def window_quality(
    *, invited: int, answered: int, blanks: Mapping[str, int], alike: int, params: Params
) -> WindowQuality | None:
    """Judge a window: `blanks` per question, `alike` responses with one answer to all eight. None below k answers."""
    if answered < params.k:
        return None
    hard = tuple(sorted(key for key, blank in blanks.items() if blank / answered > MANY_BLANKS))
    rushed = answered >= params.show_from and alike / answered > MANY_ALIKE
    return WindowQuality(answered / invited < LOW_RESPONSE, hard, rushed)


def low_energy(sums: CellSums, n_people: int, params: Params) -> Share | None:
    """Share of people with low energy, for ten people and more."""
    if n_people < params.show_from or sums.counts is None:
        return None
    return share(sums.counts[0] + sums.counts[1], sums.n)


def energy_watch(current: CellSums, n_people: int, previous: CellSums | None, n_before: int, params: Params) -> bool:
    """Low energy in 30 % now, or in 25 % in two periods running; each period needs ten people."""
    now = _low_share(current, n_people, params)
    if now is None:
        return False
    before = _low_share(previous, n_before, params) if previous else None
    return now >= params.energy or (before is not None and min(now, before) >= ENERGY_TWICE)


def _low_share(sums: CellSums, n_people: int, params: Params) -> float | None:
    if n_people < params.show_from or sums.counts is None:
        return None
    return (sums.counts[0] + sums.counts[1]) / sums.n
