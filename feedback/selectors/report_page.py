"""A frozen report, read for a page: words and numbers exactly as the payload allows them, in the reader's language."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import Drawing, HealthRow, health_dots
from core.components import Table
from feedback import form
from feedback.choices import ENERGY, INDEX, OWN, Dimension, Mode
from feedback.form import FormText
from feedback.models import HealthReport
from feedback.payload import PAST
from feedback.selectors.report_headline import KeyPoint, key_points, lead, named, title
from feedback.selectors.report_history import History, read_history
from feedback.selectors.report_lines import Line, chart_rows, percent, read_line, table_of
from feedback.selectors.report_moves import Moves, read_moves
from feedback.selectors.report_records import Records, read_records
from feedback.selectors.report_sectors import Quarter, no_quarter, read_quarters
from feedback.selectors.report_spread import Spread, read_spreads
from feedback.selectors.suggestions import Suggestion, read_suggestions
from feedback.services.follow_ups import energy_is_low


@dataclass(frozen=True)
class Previous:
    """The last published month, whose averages are the rings of the chart."""

    month: date
    people: int


@dataclass(frozen=True)
class ReportPage:
    """What the page of a published report prints."""

    report: HealthReport
    title: str
    lead: str
    key_points: Sequence[KeyPoint]
    lines: Sequence[Line]
    energy: Line
    energy_points: Sequence[str]
    index: str
    comments: Sequence[str]
    wants_action: str
    quality: Sequence[str]
    promise: Sequence[str]
    windows: Sequence[Mapping[str, Any]]
    is_past: bool
    rows: Sequence[HealthRow]
    table: Table
    people: int
    previous: Previous | None
    moves: Moves
    spreads: Sequence[Spread]
    history: History
    records: Records
    quarters: Sequence[Quarter]
    no_quarter: str
    without_form: str
    suggestions: Sequence[Suggestion]
    low: Sequence[Line] = field(default=())

    @property
    def other_low(self) -> Sequence[Line]:
        """Low lines that no suggestion is about."""
        covered = {suggestion.key for suggestion in self.suggestions}
        return [line for line in self.low if line.key not in covered]

    @property
    def chart(self) -> Drawing:
        return self._drawn(width=680)

    @property
    def half_width_chart(self) -> Drawing:
        """For a panel that takes half of a page."""
        return self._drawn(width=430)

    def _drawn(self, *, width: int) -> Drawing:
        spoken = "; ".join(
            _("%(name)s: %(value)s") % {"name": line.label, "value": line.words or _("too few answers")}
            for line in self.lines
        )
        return health_dots(self.rows, description=spoken, width=width)


def read_report(report: HealthReport, *, language: str) -> ReportPage | None:
    """None for a report that publishes nothing: then its month's one sentence is the whole page."""
    payload = json.loads(report.payload)
    if payload["state"] != "published":
        return None
    text = form.text_in(payload["form_version"], language)
    statements = {question.key: question.text for question in text.questions}
    lines = [
        read_line(cell, cell["key"], str(Dimension(cell["key"]).label), statements[cell["key"]], payload["low"])
        for cell in payload["dimensions"]
    ]
    energy = read_line(
        payload["energy"], ENERGY, _("Energy"), text.energy.text, (ENERGY,) if energy_is_low(payload) else ()
    )
    own = _own(payload, language)
    whole = read_line(payload["index"], INDEX, _("All eight lines together"), "", ()) if payload["index"] else None
    every = [*lines, energy, *own]
    moves = read_moves(payload, every, whole)
    lowest = [line for line in lines if line.key in payload["lowest"]]
    is_past = payload.get("origin") == PAST
    return ReportPage(
        report=report,
        title=title(lines, payload, moves),
        lead=lead(report.month, payload),
        key_points=key_points(lines, moves, lowest),
        lines=lines,
        energy=energy,
        energy_points=list(_energy_points(payload["energy"])),
        index=_index(whole, lowest),
        comments=payload["comments"],
        wants_action=_wants_action(payload["wants_action"]),
        quality=list(_quality(lines, payload)),
        promise=() if is_past else _promise(text, payload),
        is_past=is_past,
        windows=[{**window, "on": date.fromisoformat(window["on"])} for window in payload["windows"]],
        rows=chart_rows(lines, payload, {line.key: moves.way_of(line.key) for line in lines}),
        table=table_of(every),
        people=payload["people_heard"],
        previous=_previous(payload),
        moves=moves,
        spreads=read_spreads(payload, lines, moves, text.statements[0].scale),
        history=read_history(payload, [*lines, energy, *own]),
        records=read_records(payload, lines),
        quarters=read_quarters(payload, [*every, *([whole] if whole else [])]),
        no_quarter="" if is_past else no_quarter(payload),
        without_form="" if is_past else _without_form(payload),
        suggestions=read_suggestions(payload, every),
        low=[line for line in (*lines, energy) if line.is_low],
    )


def _own(payload: Mapping[str, Any], language: str) -> list[Line]:
    """The partnership's own statement, where it may be shown."""
    own = payload["own"]
    if not own:
        return []
    words = own["text"].get(language) or own["text"]["en"]
    return [read_line(own, OWN, _("Our own statement"), words, ())]


def _without_form(payload: Mapping[str, Any]) -> str:
    """Meetings of the month whose people were not asked."""
    asked = sum(window["on"].startswith(payload["month"]) for window in payload["windows"])
    meetings = payload["records"]["meetings"] - asked
    if meetings <= 0:
        return ""
    sentence = ngettext(
        "After %(meetings)s other meeting of the month no form went out, most often because fewer than five people "
        "came.",
        "After %(meetings)s other meetings of the month no form went out, most often because fewer than five people "
        "came.",
        meetings,
    )
    return sentence % {"meetings": meetings}


def _previous(payload: Mapping[str, Any]) -> Previous | None:
    before = payload["previous"]
    if not before or not before["tenths"]:
        return None
    return Previous(date.fromisoformat(f"{before['month']}-01"), before["people"])


def _energy_points(energy: Mapping[str, Any]) -> list[str]:
    if not energy.get("low_share"):
        return []
    share = _("Energy is low for %(share)s of those who said.") % {"share": percent(energy["low_share"])}
    if energy["watch"]:
        share += " " + _("Look at how much we ask of people, and what can wait.")
    return [share]


def _index(whole: Line | None, lowest: Sequence[Line]) -> str:
    """Never without the lowest line beside it."""
    if whole is None:
        return ""
    words = {"words": whole.words.lower(), "mean": whole.mean, "range": whole.range, "lowest": named(lowest)}
    if whole.mean:
        return _("All eight lines together: %(mean)s, likely range %(range)s. Lowest: %(lowest)s.") % words
    return _("All eight lines together: %(words)s, likely range %(range)s. Lowest: %(lowest)s.") % words


def _promise(text: FormText, payload: Mapping[str, Any]) -> Sequence[str]:
    """What the forms of the month said about who sees what, with and without names."""
    modes = {window.get("mode", Mode.ANONYMOUS) for window in payload["windows"]}
    said = {Mode.ANONYMOUS: text.promise, Mode.NAMED: text.promise_named}
    return [sentence for mode, promise in said.items() if mode in modes for sentence in promise]


def _wants_action(count: int | str) -> str:
    if count == "a_few":
        return _("A few people want someone to act on what they said.")
    return _("%(count)s people want someone to act on what they said.") % {"count": count} if count else ""


def _quality(lines: Sequence[Line], payload: Mapping[str, Any]) -> list[str]:
    flags = payload["quality"]
    found = []
    if flags["low_response"]:
        found.append(_("Fewer than 40 % of those asked answered. Read the results with care."))
    if flags["hard_questions"]:
        hard = [line for line in lines if line.key in flags["hard_questions"]]
        found.append(_("Many people could not answer %(topics)s.") % {"topics": named(hard)})
    if flags["rushed"]:
        found.append(_("More than half gave the same answer to every line. Answers may be rushed."))
    hidden = [line for line in lines if not line.band]
    if hidden:
        found.append(_("Fewer than five people answered %(topics)s, so it is not shown.") % {"topics": named(hidden)})
    return found
