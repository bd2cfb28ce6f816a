"""Everything that reports show, as rows for a spreadsheet: a month, a line, what may be said of it, and nothing else.

Keys are the same in every language; the two columns of labels are for people.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from feedback.choices import ENERGY, INDEX, OWN, Dimension
from feedback.models import HealthReport
from partners.models import Partnership

COLUMNS = (
    "period", "group", "line", "label_en", "label_fr", "revision", "people", "band", "second_band", "certainty", "mean",
    "likely_from", "likely_to", "agreement", "favourable_percent", "favourable_bound", "confidence", "change", "way",
    "changed_from",
)  # fmt: skip
EVERYBODY, OTHERS = "all", "other"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four: full width
TENTHS = 10


def numbers_of(partnership: Partnership) -> Iterator[Sequence[str]]:
    """One row for each month and line, oldest first; the latest revision of a month speaks for it."""
    yield COLUMNS
    reports = HealthReport.objects.filter(partnership=partnership).order_by("month", "revision")
    latest = {report.month: report for report in reports}
    for report in latest.values():
        payload = json.loads(report.payload)
        if payload["state"] == "published":
            yield from ([safe(cell) for cell in row] for row in _rows(report, payload))


def safe(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(RISKY) else text


def _rows(report: HealthReport, payload: Mapping[str, Any]) -> Iterator[list[str]]:
    tests = {**payload["changed"]["items"], INDEX: payload["changed"]["index"]}
    cells = {cell["key"]: cell for cell in payload["dimensions"]}
    cells |= {ENERGY: payload["energy"], OWN: payload["own"], INDEX: payload["index"]}
    period = f"{report.month:%Y-%m}"
    for line, cell in cells.items():
        if "band" in cell:
            yield [period, EVERYBODY, *_said(report, payload, line, cell), *_moved(tests.get(line, {}))]
    for quarter in payload["sectors"]:
        for line, rows in quarter["questions"].items():
            for row in rows:
                if "band" in row["cell"]:
                    yield [quarter["quarter"], row["row"], *_said(report, payload, line, row["cell"]), "", "", ""]


def _said(report: HealthReport, payload: Mapping[str, Any], line: str, cell: Mapping[str, Any]) -> list[str]:
    share = cell["favourable"] if line != ENERGY else None
    return [
        line,
        *(_label(line, payload, language) for language in ("en", "fr")),
        str(report.revision),
        str(cell["people"]),
        cell["band"],
        cell["second_band"] or "",
        cell["certainty"],
        _points(cell["tenths"]),
        _points(cell["low_tenths"]),
        _points(cell["high_tenths"]),
        cell["agreement"] or "",
        str(share["percent"]) if share else "",
        share["bound"] if share else "",
        cell["confidence"],
    ]


def _moved(test: Mapping[str, Any]) -> list[str]:
    """What was tested; the numbers of the tests are on the page."""
    if not test:
        return ["", "", ""]
    return [test["tier"], test["way"] or "", _points(test["from_tenths"]) if test["way"] else ""]


def _label(line: str, payload: Mapping[str, Any], language: str) -> str:
    if line == OWN:
        return str(payload["own"]["text"][language])
    with translation.override(language):
        others = {ENERGY: _("Energy"), INDEX: _("All eight lines together")}
        return others.get(line) or str(Dimension(line).label)


def _points(tenths: int | None) -> str:
    return "" if tenths is None else f"{tenths // TENTHS}.{tenths % TENTHS}"
