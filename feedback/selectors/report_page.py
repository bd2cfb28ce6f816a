"""A frozen report, read for a page: words and numbers exactly as the payload allows them, in the reader's language."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.charts import Drawing, HealthRow, health_dots
from core.components import Table
from feedback import form
from feedback.choices import Dimension
from feedback.models import HealthReport
from feedback.payload import PAST
from feedback.selectors.report_lines import AGREEMENT, Line, chart_rows, percent, read_line, table_of

COVERAGE = {
    "most": gettext_lazy("most people answered"),
    "some": gettext_lazy("some people answered"),
    "few": gettext_lazy("few people answered"),
}


@dataclass(frozen=True)
class ReportPage:
    """What the page of a published report prints."""

    report: HealthReport
    title: str
    lead: str
    key_points: Sequence[str]
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
    low: Sequence[Line] = field(default=())

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
    energy = read_line(payload["energy"], "energy", _("Energy"), text.energy.text, ())
    return ReportPage(
        report=report,
        title=_title(lines, payload),
        lead=_lead(report.month, payload),
        key_points=_key_points(lines),
        lines=lines,
        energy=energy,
        energy_points=list(_energy_points(payload["energy"])),
        index=_index(lines, payload),
        comments=payload["comments"],
        wants_action=_wants_action(payload["wants_action"]),
        quality=list(_quality(lines, payload)),
        promise=() if payload.get("origin") == PAST else text.promise,
        is_past=payload.get("origin") == PAST,
        windows=[{**window, "on": date.fromisoformat(window["on"])} for window in payload["windows"]],
        rows=chart_rows(lines, payload),
        table=table_of([*lines, energy]),
        low=[line for line in lines if line.is_low],
    )


def _named(lines: Sequence[Line]) -> str:
    return get_text_list([_("“%(topic)s”") % {"topic": line.label} for line in lines], _("and"))


def _title(lines: Sequence[Line], payload: Mapping[str, Any]) -> str:
    strong = [line for line in lines if line.band == "strong"]
    concern = [line for line in lines if line.band == "concern"]
    lowest = [line for line in lines if line.key in payload["lowest"] and line.band == "mixed"]
    if concern:
        sentence = ngettext("%(topics)s needs attention.", "%(topics)s need attention.", len(concern))
        return sentence % {"topics": _named(concern)}
    if lowest:
        return _("We can gain most on %(topics)s.") % {"topics": _named(lowest)}
    if strong:
        return _("Every line we can show works well.")
    return _("Too few answers to each line to say more.")


def _lead(month: date, payload: Mapping[str, Any]) -> str:
    if payload.get("origin") == PAST:
        return _("An earlier round, brought in from a file: %(answered)s answers.") % {"answered": payload["answered"]}
    sentence = ngettext(
        "%(answered)s answer came from the %(asked)s people asked: %(coverage)s.",
        "%(answered)s answers came from the %(asked)s people asked: %(coverage)s.",
        payload["answered"],
    ) % {
        "answered": payload["answered"],
        "asked": payload["asked"],
        "coverage": COVERAGE[payload["coverage"]],
    }
    earlier = [window for window in payload["windows"] if window["on"] < month.isoformat()]
    if earlier:
        sentence += " " + _("Answers of earlier months that could not be shown alone are part of it.")
    return sentence


def _key_points(lines: Sequence[Line]) -> list[str]:
    points = [
        _("%(topic)s: %(words)s, likely range %(range)s, %(certainty)s.")
        % {"topic": line.label, "words": line.words.lower(), "range": line.range, "certainty": line.certainty}
        for line in lines
        if line.is_low
    ]
    strong = [line for line in lines if line.band == "strong"]
    if strong:
        sentence = ngettext("%(topics)s works well.", "%(topics)s work well.", len(strong))
        points.append(sentence % {"topics": _named(strong)})
    split = [line for line in lines if line.agreement == str(AGREEMENT["split"])]
    if split:
        points.append(_("Views are split on %(topics)s. Talk about this.") % {"topics": _named(split)})
    return points[:3]


def _energy_points(energy: Mapping[str, Any]) -> list[str]:
    if not energy["low_share"]:
        return []
    share = _("Energy is low for %(share)s of those who said.") % {"share": percent(energy["low_share"])}
    if energy["watch"]:
        share += " " + _("Look at how much we ask of people, and what can wait.")
    return [share]


def _index(lines: Sequence[Line], payload: Mapping[str, Any]) -> str:
    """Never without the lowest line beside it."""
    if not payload["index"]:
        return ""
    whole = read_line(payload["index"], "index", "", "", ())
    lowest = _named([line for line in lines if line.key in payload["lowest"]])
    words = {"words": whole.words.lower(), "mean": whole.mean, "range": whole.range, "lowest": lowest}
    if whole.mean:
        return _("All eight lines together: %(mean)s, likely range %(range)s. Lowest: %(lowest)s.") % words
    return _("All eight lines together: %(words)s, likely range %(range)s. Lowest: %(lowest)s.") % words


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
        found.append(_("Many people could not answer %(topics)s.") % {"topics": _named(hard)})
    if flags["rushed"]:
        found.append(_("More than half gave the same answer to every line. Answers may be rushed."))
    hidden = [line for line in lines if not line.band]
    if hidden:
        found.append(_("Fewer than five people answered %(topics)s, so it is not shown.") % {"topics": _named(hidden)})
    return found
