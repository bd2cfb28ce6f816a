"""The whole payload, part by part."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from feedback.choices import ENERGY, INDEX, ITEMS, OWN, Dimension
from feedback.measure.quality import WindowQuality, energy_watch, low_energy, window_quality
from feedback.measure.scores import (
    CellReading,
    ReportConfidence,
    answered_words,
    index_is_publishable,
    read_cell,
)
from feedback.payload.cells import a_few, low_of, lowest_of, share, shown
from feedback.payload.history import (
    base_of,
    changed,
    energy_before,
    previous,
    read_earlier,
    series,
    trends,
    what_moved,
)
from feedback.payload.inputs import MEETINGS, PARAMS, Inputs, Pool, WindowInput
from feedback.payload.promises import promises
from feedback.payload.sectors import Released, Shown, released, sector_tables
from feedback.payload.suggestions import suggestions, wins

CAREFUL = (ReportConfidence.LOW, ReportConfidence.MEDIUM, ReportConfidence.HIGH)


class Composed(NamedTuple):
    """``sets``: every number the payload shows, for the ledger."""

    payload: dict[str, Any]
    sets: tuple[Shown, ...] = ()


def compose(inputs: Inputs) -> Composed:
    """The payload of a report, and what it gives away."""
    if inputs.people_heard < PARAMS.k:
        state = {"state": "held", "reason": "few"} if inputs.own_windows else {"state": "no_window"}
        return Composed(_common(inputs, {}) | state)
    quality = _quality(inputs.windows)
    pools = {key: inputs.pool(key) for key in (*ITEMS, OWN, INDEX)}
    readings = {key: _read(pool, inputs, quality) for key, pool in pools.items() if pool.people >= PARAMS.k}
    if not index_is_publishable(reading for key, reading in readings.items() if key in Dimension.values):
        readings.pop(INDEX, None)
    pools = {key: pools[key] for key in readings}
    out = released(inputs, pools)
    if out.leaks:
        return Composed(_common(inputs, {}) | {"state": "held", "reason": "leak"})
    payload = _results(inputs, readings, pools, quality, out)
    rows = [row.shown for of in out.rows.values() for row in of]
    return Composed(payload, (*out.totals, *rows))


def _common(inputs: Inputs, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What every report tells. ``kept``: the cell of the statement that promises are kept."""
    return {
        "month": inputs.month,
        "origin": inputs.origin,
        "windows": [
            {
                "id": window.said.id if inputs.origin == MEETINGS else None,
                "meeting": window.meeting,
                "on": window.met_on,
                "mode": window.mode,
                "invited": window.said.invited,
                "answered": window.answered,
            }
            for window in inputs.windows
        ],
        "form_version": inputs.windows[-1].form_version if inputs.windows else "",
        "asked": inputs.people_asked,
        "answered": sum(window.answered for window in inputs.windows),
        "people_heard": inputs.people_heard,
        "records": {
            "meetings": inputs.meetings,
            "people_came": inputs.people_came,
            "partners_came": inputs.partners_came,
        },
        "promises": promises(inputs.promises, inputs.wins, kept),
    }


def _results(
    inputs: Inputs,
    readings: Mapping[str, CellReading],
    pools: Mapping[str, Pool],
    quality: Sequence[WindowQuality],
    out: Released,
) -> dict[str, Any]:
    dimensions = {key: readings[key] for key in Dimension.values if key in readings}
    cells = {key: shown(reading) for key, reading in readings.items()}
    lowest = lowest_of(dimensions)
    earlier = [read_earlier(each, inputs.own) for each in inputs.earlier]
    base = base_of(inputs, earlier)
    changes = what_moved(inputs.people, base, pools)
    payload = _common(inputs, cells.get(Dimension.FOLLOW_THROUGH.value, {})) | {
        "state": "published",
        "coverage": str(answered_words(inputs.people_heard / inputs.people_asked)) if inputs.people_asked else None,
        "dimensions": [{"key": key, **cells.get(key, {})} for key in Dimension.values],
        "lowest": lowest,
        "low": low_of(dimensions, lowest),
        "index": cells.get(INDEX, {}),
        "energy": cells.get(ENERGY, {}) | _energy(pools.get(ENERGY), energy_before(base)),
        "own": _own(inputs, cells),
        "comments": sorted(text for w in inputs.windows if w.answered >= PARAMS.k_comments for text in w.quotable),
        "wants_action": a_few(sum(window.wants_action for window in inputs.windows), PARAMS),
        "previous": previous(base),
        "changed": changed(changes, cells),
        "series": series(inputs, earlier, cells),
        "trends": trends(inputs, earlier, pools),
        "sectors": sector_tables(inputs, out.rows),
        "quality": {
            "low_response": any(one.low_response for one in quality),
            "hard_questions": sorted({key for one in quality for key in one.hard_questions}),
            "rushed": any(one.rushed for one in quality),
            "confidence": _confidence(readings.get(INDEX), dimensions),
        },
    }
    payload["wins"] = wins(payload, changes.items)
    payload["suggestions"] = suggestions(inputs, payload, changes.items, pools)
    return payload


def _quality(windows: Sequence[WindowInput]) -> list[WindowQuality]:
    judged = (
        window_quality(
            invited=window.answered if window.said.invited is None else window.said.invited,
            answered=window.answered,
            blanks={
                key: window.answered - window.said.tally(key).n for key in Dimension.values if key in window.said.sums
            },
            alike=window.alike,
            params=PARAMS,
        )
        for window in windows
    )
    return [one for one in judged if one is not None]


def _read(pool: Pool, inputs: Inputs, quality: Sequence[WindowQuality]) -> CellReading:
    """Where nobody knows how many were asked, we are less sure by one step."""
    asked = inputs.people_asked
    flagged = asked is None or any(one.flags(pool.key) for one in quality)
    return read_cell(pool.cell, pool.people, pool.people if asked is None else asked, PARAMS, flagged=flagged)


def _energy(now: Pool | None, before: Pool | None) -> dict[str, Any]:
    if now is None:
        return {"low_share": None, "watch": False}
    earlier, people = (before.cell, before.people) if before else (None, 0)
    return {
        "low_share": share(low_energy(now.cell, now.people, PARAMS)),
        "watch": energy_watch(now.cell, now.people, earlier, people, PARAMS),
    }


def _own(inputs: Inputs, cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """With its words: a statement may be retired, a report stays."""
    if inputs.own is None or OWN not in cells:
        return {}
    return {"question": inputs.own.id, "text": {"en": inputs.own.en, "fr": inputs.own.fr}, **cells[OWN]}


def _confidence(index: CellReading | None, dimensions: Mapping[str, CellReading]) -> str:
    """Of the whole where it is shown, else of the line we know least about."""
    found = [index] if index else list(dimensions.values())
    given = [CAREFUL.index(each.report_confidence) for each in found if each.report_confidence]
    return str(CAREFUL[min(given, default=0)])
