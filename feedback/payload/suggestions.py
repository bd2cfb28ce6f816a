"""At most three suggestions, each with the number that triggered it. Texts and sources: ``feedback.selectors``."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from feedback.choices import ENERGY, Dimension
from feedback.measure.permutation import Change, Tier, Way
from feedback.measure.scores import Agreement, Band, outlook
from feedback.payload.cells import value
from feedback.payload.inputs import PARAMS, Inputs, Pool

MOST = 3
FIRST = (Dimension.VOICE.value, Dimension.TRUST.value)
SPLIT, COVERAGE = "split", "coverage"


def suggestions(
    inputs: Inputs, payload: Mapping[str, Any], changes: Mapping[str, Change], pools: Mapping[str, Pool]
) -> list[dict[str, Any]]:
    """Voice and trust first, then what fell furthest by a passed test, then what most likely needs attention."""
    cells = {cell["key"]: cell for cell in payload["dimensions"] if "band" in cell}
    fell = [key for key in cells if changes[key].tier is Tier.CHANGE and changes[key].way is Way.DOWN]
    fell.sort(key=lambda key: -abs(changes[key].delta or Fraction(0)))
    low = [key for key, cell in cells.items() if cell["band"] == Band.CONCERN and key not in fell]
    low.sort(key=lambda key: (outlook(pools[key].cell, pools[key].people, PARAMS), sum(value(cells[key]).values())))
    ordered = sorted([*fell, *low], key=lambda key: FIRST.index(key) if key in FIRST else len(FIRST))
    found = []
    for key in ordered:
        number = value(cells[key])
        if key in fell and (before := payload["changed"]["items"][key]["from_tenths"]) is not None:
            number["from_tenths"] = before
        found.append({"key": key, "trigger": "change" if key in fell else "concern", "number": number})
    return [*found, *_others(inputs, payload, cells)][:MOST]


def _others(
    inputs: Inputs, payload: Mapping[str, Any], cells: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    if payload["energy"].get("watch"):
        yield {"key": ENERGY, "trigger": "watch", "number": {"share": payload["energy"]["low_share"]}}
    split = [key for key, cell in cells.items() if cell["agreement"] == Agreement.SPLIT]
    if split:
        line = min(split, key=lambda key: cells[key]["tenths"])
        yield {"key": SPLIT, "trigger": "split", "number": {"line": line, **value(cells[line])}}
    if payload["quality"]["low_response"]:
        number = {"answered": inputs.people_heard, "asked": inputs.people_asked}
        yield {"key": COVERAGE, "trigger": "few", "number": number}


def wins(payload: Mapping[str, Any], changes: Mapping[str, Change]) -> dict[str, list[str]]:
    """What clearly works well, and what rose by a passed test."""
    cells = [cell for cell in payload["dimensions"] if "band" in cell]
    return {
        "strong": [cell["key"] for cell in cells if cell["band"] == Band.STRONG and cell["certainty"] == "clear"],
        "up": [
            cell["key"]
            for cell in cells
            if changes[cell["key"]].tier is Tier.CHANGE and changes[cell["key"]].way is Way.UP
        ],
    }
