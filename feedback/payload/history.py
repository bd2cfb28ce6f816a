"""This month beside earlier ones: what changed by an exact test, the series of what was shown, steady trends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from feedback.choices import ENERGY, INDEX, ITEMS, OWN
from feedback.measure.permutation import SIXTIETHS, Change, Tier, index_change, what_changed
from feedback.measure.scores import display_tenths
from feedback.measure.trend import steady_trend
from feedback.payload.cells import word
from feedback.payload.inputs import PARAMS, Inputs, Own, People, Pool, PublishedMonth, asking, pooled

BASE_MONTHS = 6
MONTHS_SHOWN = 12
SERIES = (*ITEMS, INDEX)
NUMBERS = ("band", "tenths", "low_tenths", "high_tenths", "people")


@dataclass(frozen=True)
class Earlier:
    """A published month, with what it showed."""

    month: str
    past: bool
    heard: int
    cells: Mapping[str, Mapping[str, Any]]
    pools: Mapping[str, Pool]
    people: People | None


def read_earlier(published: PublishedMonth, own: Own | None) -> Earlier:
    """Statements of a partnership's own are compared with the same statement only."""
    mine = own and own.id
    return Earlier(
        published.month,
        published.past,
        published.heard,
        {key: cell for key, cell in published.shown.items() if key != OWN or cell["question"] == mine},
        {key: pooled(key, asking(published.said, key, mine)) for key in (*SERIES, OWN)},
        published.people,
    )


def base_of(inputs: Inputs, earlier: Sequence[Earlier]) -> list[Earlier]:
    """Up to three published months, none older than half a year."""
    first = running(inputs.month) - BASE_MONTHS
    return [each for each in earlier if running(each.month) >= first][-PARAMS.base_periods :]


@dataclass(frozen=True)
class Changes:
    """The index is tested alone, before any line."""

    base: Sequence[Earlier]
    index: Change | None
    items: Mapping[str, Change]


def what_moved(people: People | None, base: Sequence[Earlier], pools: Mapping[str, Pool]) -> Changes:
    """``pools`` holds what this month shows. With names everybody is compared with what they said themselves."""
    before = {key: [answer for each in base if key in each.cells for answer in each.pools[key].values] for key in pools}
    paired = {key: found for key in pools if len(found := _differences(key, people, base)) >= PARAMS.k}
    index = None
    if INDEX in pools and pools[INDEX].values:
        index = index_change(pools[INDEX].values, before[INDEX], PARAMS, paired=paired.get(INDEX))
    elif INDEX in pools:
        index = Change(tier=Tier.FIRST)
    answers = {key: pool.values for key, pool in pools.items() if key != INDEX}
    return Changes(base, index, what_changed(answers, before, PARAMS, paired=paired))


def _differences(key: str, people: People | None, base: Sequence[Earlier]) -> list[int]:
    """Of people who answered now and before, in sixtieths; none unless every month has names."""
    months = [each.people for each in base if key in each.cells]
    if people is None or not months or None in months:
        return []
    found = []
    for person, said in people.items():
        earlier = [of[person][key] for of in months if of and key in of.get(person, {})]
        if key in said and earlier:
            total, count = (sum(column) for column in zip(*earlier, strict=True))
            found.append(round(SIXTIETHS * (Fraction(*said[key]) - Fraction(total, count))))
    return sorted(found)


def changed(changes: Changes, cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As the payload has it."""
    written = {key: _change(key, change, changes.base, cells[key]) for key, change in changes.items.items()}
    index = _change(INDEX, changes.index, changes.base, cells[INDEX]) if changes.index else {}
    return {"base": [each.month for each in changes.base], "index": index, "items": written}


def previous(base: Sequence[Earlier]) -> dict[str, Any]:
    """The averages that the last published month showed."""
    if not base:
        return {}
    last = base[-1]
    tenths = {key: cell["tenths"] for key, cell in last.cells.items() if cell["tenths"] is not None}
    return {"month": last.month, "people": last.heard, "tenths": tenths}


def series(inputs: Inputs, earlier: Sequence[Earlier], cells: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Month by month what was shown; a month that showed nothing is a gap."""
    first = running(inputs.month) - MONTHS_SHOWN
    months = [(each.month, each.past, each.cells) for each in earlier if running(each.month) > first]
    return [
        {
            "month": month,
            "past": past,
            "cells": {key: {name: of[key][name] for name in NUMBERS} for key in SERIES if key in of},
        }
        for month, past, of in [*months, (inputs.month, False, cells)]
    ]


def trends(inputs: Inputs, earlier: Sequence[Earlier], pools: Mapping[str, Pool]) -> dict[str, str]:
    """Steady rises and declines, of what this month shows too."""
    found = {}
    for key in SERIES:
        means = [(running(each.month), each.pools[key].mean) for each in earlier if key in each.cells]
        if key in pools and (steady := steady_trend([*means, (running(inputs.month), pools[key].mean)], PARAMS)):
            found[key] = str(steady)
    return found


def energy_before(base: Sequence[Earlier]) -> Pool | None:
    """Energy of the last published month, where it was shown."""
    return base[-1].pools[ENERGY] if base and ENERGY in base[-1].cells else None


def running(month: str) -> int:
    """A month as a running number."""
    year, number = month.split("-")
    return int(year) * 12 + int(number)


def _change(key: str, change: Change, base: Sequence[Earlier], cell: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers only where this month and every month compared with shows one: else they would tell what it does not."""
    before = [each for each in base if key in each.cells]
    has_numbers = cell["tenths"] is not None and all(each.cells[key]["tenths"] is not None for each in before)
    return {
        "tier": str(change.tier),
        "way": word(change.way),
        "from_tenths": _together(key, before) if has_numbers and change.tier is not Tier.FIRST else None,
        "detectable_tenths": None if change.detectable is None else round(change.detectable * 10),
        "p_permille": _permille(change.p) if has_numbers else None,
        "holm_permille": _permille(change.holm_p) if has_numbers else None,
    }


def _permille(p: float | None) -> int | None:
    return None if p is None else round(p * 1000)


def _together(key: str, months: Sequence[Earlier]) -> int:
    """The average of several months, each person of a month counted once, times ten."""
    total = sum((each.pools[key].mean * each.pools[key].people for each in months), Fraction(0))
    return display_tenths(sum(each.pools[key].people for each in months), total)
