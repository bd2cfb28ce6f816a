"""Rows of sectors over a quarter, worded both ways: a row sees a thing differently, it is never good or bad."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from core.components import STATUSES, Table
from feedback.selectors.report_lines import Line, points
from partners.choices import Sector

OTHER = "other"


@dataclass(frozen=True)
class Quarter:
    title: str
    gaps: Sequence[str]
    note: str
    table: Table


LAST_OF_QUARTERS = ("03", "06", "09", "12")


def no_quarter(payload: Mapping[str, Any]) -> str:
    """Why there is no breakdown where a reader may expect one; empty in the other months."""
    if payload["sectors"] or payload["month"][-2:] not in LAST_OF_QUARTERS:
        return ""
    return _(
        "This quarter no sector is shown by itself: that needs five people of two organisations in a sector, and as "
        "many in the others."
    )


def read_quarters(payload: Mapping[str, Any], lines: Sequence[Line]) -> list[Quarter]:
    return [_quarter(entry, lines) for entry in payload["sectors"] if entry["questions"]]


def _quarter(entry: Mapping[str, Any], lines: Sequence[Line]) -> Quarter:
    year, quarter = entry["quarter"].split("-Q")
    questions = entry["questions"]
    found = [row["row"] for rows in questions.values() for row in rows]
    columns = [row for row in (*Sector.values, OTHER) if row in found]
    named = {line.key: line.label for line in lines}
    return Quarter(
        title=_("By sector, quarter %(quarter)s of %(year)s") % {"quarter": quarter, "year": year},
        gaps=[_gap(gap, named) for gap in entry["gaps"]],
        note=_note(questions),
        table=Table(
            columns=(_("Topic"), *(_row_name(row) for row in columns)),
            rows=[
                (label, *(_told(questions[key], row) for row in columns))
                for key, label in named.items()
                if key in questions
            ],
            numeric=False,
        ),
    )


def _row_name(row: str) -> str:
    return _("Other sectors (combined)") if row == OTHER else str(Sector(row).label)


def _told(rows: Sequence[Mapping[str, Any]], wanted: str) -> str:
    cell: Mapping[str, Any] = next((row["cell"] for row in rows if row["row"] == wanted), {})
    if "band" not in cell:
        return "–"
    reach = _("%(low)s to %(high)s") % {"low": points(cell["low_tenths"]), "high": points(cell["high_tenths"])}
    first = points(cell["tenths"]) if cell["tenths"] is not None else str(STATUSES[cell["band"]].word)
    return f"{first} ({reach})"


def _gap(gap: Mapping[str, Any], named: Mapping[str, str]) -> str:
    words = {"row": _row_name(gap["row"])}
    topics = [_("“%(topic)s”") % {"topic": named[key]} for key in gap["questions"] if key in named]
    if not topics:
        return _("%(row)s: seen differently from the others, by half a point or more over all lines.") % words
    words["topics"] = get_text_list(topics, _("and"))
    return _("%(row)s: seen differently from the others, most of all %(topics)s.") % words


def _note(questions: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    others = {name for rows in questions.values() for row in rows if row["row"] == OTHER for name in row["of"]}
    sentence = _("A row needs five people of two organisations or more, so smaller sectors stand together.")
    if others:
        listed = get_text_list([str(Sector(name).label) for name in Sector.values if name in others], _("and"))
        sentence += " " + _("Combined: %(sectors)s.") % {"sectors": listed}
    return sentence
