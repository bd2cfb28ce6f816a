"""One question of a frozen report in words, as a row of the chart, and as a row of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import HealthRow
from core.components import STATUSES, Table

AGREEMENT = {
    "agree": gettext_lazy("People agree"),
    "vary": gettext_lazy("Views vary"),
    "split": gettext_lazy("Views are split"),
}
CERTAINTY = {
    "clear": gettext_lazy("clear"),
    "leaning": gettext_lazy("fairly clear"),
    "uncertain": gettext_lazy("hard to tell"),
}
CONFIDENCE = {"high": gettext_lazy("High"), "medium": gettext_lazy("Medium"), "low": gettext_lazy("Low")}


@dataclass(frozen=True)
class Line:
    """One question. ``band`` is empty where too few people answered it; texts are empty where they may not be shown."""

    key: str
    label: str
    statement: str
    band: str = ""
    words: str = ""
    certainty: str = ""
    mean: str = ""
    range: str = ""
    agreement: str = ""
    favourable: str = ""
    confidence: str = ""
    people: int = 0
    is_low: bool = False


def read_line(cell: Mapping[str, Any], key: str, label: str, statement: str, low: Sequence[str]) -> Line:
    if "band" not in cell:
        return Line(key, label, statement)
    return Line(
        key=key,
        label=label,
        statement=statement,
        band=cell["band"],
        words=_band_words(cell),
        certainty=str(CERTAINTY[cell["certainty"]]),
        mean=points(cell["tenths"]) if cell["tenths"] is not None else "",
        range=_("%(low)s to %(high)s") % {"low": points(cell["low_tenths"]), "high": points(cell["high_tenths"])},
        agreement=str(AGREEMENT[cell["agreement"]]) if cell["agreement"] else "",
        favourable=percent(cell["favourable"]),
        confidence=str(CONFIDENCE[cell["confidence"]]),
        people=cell["people"],
        is_low=key in low,
    )


def _band_words(cell: Mapping[str, Any]) -> str:
    first = str(STATUSES[cell["band"]].word)
    if not cell["second_band"]:
        return first
    return _("%(first)s, or %(second)s") % {"first": first, "second": str(STATUSES[cell["second_band"]].word).lower()}


def points(tenths: int) -> str:
    return number_format(tenths / 10, decimal_pos=1)


def percent(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return ""
    words = {
        "about": _("about %(percent)s %%"),
        "at_least": _("%(percent)s %% or more"),
        "at_most": _("%(percent)s %% or less"),
    }
    return words[share["bound"]] % {"percent": share["percent"]}


def chart_rows(
    lines: Sequence[Line], payload: Mapping[str, Any], ways: Mapping[str, Literal["up", "down", ""]]
) -> Sequence[HealthRow]:
    """``ways``: arrows of passed tests. The ring is the average that the last published month showed."""
    before = payload["previous"].get("tenths", {})
    rows = []
    for line, cell in zip(lines, payload["dimensions"], strict=True):
        if not line.band:
            rows.append(HealthRow(name=line.label, text=_("Too few answers")))
            continue
        rows.append(
            HealthRow(
                name=line.label,
                text=line.mean or str(STATUSES[line.band].word),
                low=cell["low_tenths"] / 10,
                high=cell["high_tenths"] / 10,
                mean=cell["tenths"] / 10 if cell["tenths"] is not None else None,
                previous=before[line.key] / 10 if line.key in before else None,
                change=ways.get(line.key, ""),
            )
        )
    return rows


def table_of(lines: Sequence[Line]) -> Table:
    none = "–"
    return Table(
        columns=(
            _("Topic"),
            _("Answers"),
            _("Result"),
            _("How sure"),
            _("Average"),
            _("Likely range"),
            _("Agreement"),
            _("Mostly or fully true"),
        ),
        rows=[
            (
                line.label,
                line.people or _("under 5"),
                line.words or none,
                line.certainty or none,
                line.mean or none,
                line.range or none,
                line.agreement or none,
                line.favourable if line.key != "energy" and line.favourable else none,
            )
            for line in lines
        ],
        numeric=False,
    )
