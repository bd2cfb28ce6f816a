"""The last twelve months of every line, small, and what a test of trend says about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core import dates
from core.charts import Drawing, MonthPoint, month_line
from core.components import STATUSES, Table
from feedback.selectors.report_lines import Line, points

TENTHS = 10


@dataclass(frozen=True)
class SmallMultiple:
    label: str
    chart: Drawing
    trend: str = ""


@dataclass(frozen=True)
class History:
    """Nothing where there is only one month to show."""

    title: str = ""
    source: str = ""
    charts: Sequence[SmallMultiple] = field(default=())
    table: Table | None = None


def read_history(payload: Mapping[str, Any], lines: Sequence[Line]) -> History:
    series = payload["series"]
    shown = [line for line in lines if any(line.key in month["cells"] for month in series)]
    if len(series) < 2 or not shown:  # noqa: PLR2004 -- one month is no history
        return History()
    first, last = (_day(month["month"]) for month in (series[0], series[-1]))
    people = [cell["people"] for month in series for cell in month["cells"].values()]
    return History(
        title=_("%(first)s to %(last)s") % {"first": dates.month(first), "last": dates.month(last)},
        source=_(
            "%(low)s to %(high)s answers to a line each month. Pale: likely range. No line: fewer than ten answers, so "
            "no average."
        )
        % {"low": min(people), "high": max(people)},
        charts=[_multiple(line, series, payload["trends"].get(line.key, "")) for line in shown],
        table=_table(series, shown),
    )


def _multiple(line: Line, series: Sequence[Mapping[str, Any]], trend: str) -> SmallMultiple:
    months = [(_day(month["month"]), month["cells"][line.key]) for month in series if line.key in month["cells"]]
    span = (dates.short_month(months[0][0]), dates.short_month(months[-1][0]))
    words = {"topic": line.label, "first": dates.month(months[0][0]), "last": dates.month(months[-1][0])}
    words |= {"before": _value(months[0][1]), "now": _value(months[-1][1])}
    description = _("%(topic)s: %(before)s in %(first)s, %(now)s in %(last)s, out of 5") % words
    spots = [
        MonthPoint(
            at=12 * day.year + day.month,
            low=cell["low_tenths"] / TENTHS,
            high=cell["high_tenths"] / TENTHS,
            mean=None if cell["tenths"] is None else cell["tenths"] / TENTHS,
        )
        for day, cell in months
    ]
    newest = months[-1][1]
    now = points(newest["tenths"]) if newest["tenths"] is not None else ""
    trends = {"rise": _("A steady rise."), "decline": _("A steady decline.")}
    return SmallMultiple(line.label, month_line(spots, span, now=now, description=description), trends.get(trend, ""))


def _value(cell: Mapping[str, Any]) -> str:
    if cell["tenths"] is not None:
        return points(cell["tenths"])
    return str(STATUSES[cell["band"]].word).lower()


def _table(series: Sequence[Mapping[str, Any]], lines: Sequence[Line]) -> Table:
    def told(cell: Mapping[str, Any] | None) -> str:
        if cell is None:
            return "–"
        if cell["tenths"] is not None:
            return points(cell["tenths"])
        return f"{points(cell['low_tenths'])}–{points(cell['high_tenths'])}"

    return Table(
        columns=(_("Month"), *(line.label for line in lines)),
        rows=[
            (dates.short_month(_day(month["month"])), *(told(month["cells"].get(line.key)) for line in lines))
            for month in series
        ],
    )


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
