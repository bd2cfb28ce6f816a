"""Reading what a report is made of: its windows, the records of its month, and what was published before.

The first revision decides what "before" is: reports built after it, for whatever month, are unknown to it and to its
later revisions. So a revision differs from the one before only where records were corrected.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Q

from core import clock, months
from feedback.choices import ENERGY, INDEX, OWN, Dimension
from feedback.models import (
    FeedbackComment,
    FeedbackResponse,
    FeedbackWindow,
    HealthReport,
    Invitation,
    PastRound,
    PastSum,
    PublishedSet,
    WindowSector,
    WindowSum,
)
from feedback.months import first_month_of_memory
from feedback.payload import PAST, AskedSector, Inputs, LedgerLine, Own, PublishedMonth, Said, Tally, WindowInput
from feedback.payload.history import BASE_MONTHS
from feedback.payload.sectors import quarter_of
from feedback.people import Named
from feedback.records import promises_of, wins_of
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from partners.models import Partnership

Reports = Mapping[date, tuple[HealthReport, Mapping[str, Any]]]  # by month, with what each says

YEAR = 12
SUMS = ("item", "n", "total", "squares", "c1", "c2", "c3", "c4", "c5", "eighths")


class Shelf:
    """The reports of a partnership in the year up to a month, and after."""

    def __init__(self, partnership: Partnership, month: date) -> None:
        self.partnership, self.month = partnership, month
        since = months.shift(month, -YEAR)
        reports = HealthReport.objects.filter(partnership=partnership, month__gte=since)
        self.reports = list(reports.order_by("pk"))
        self.revisions = [report for report in self.reports if report.month == month]
        self.first = self.revisions[0] if self.revisions else None
        self.latest = self.revisions[-1] if self.revisions else None

    @cached_property
    def published(self) -> Reports:
        """What was published before the first revision, by month, each as it stood then."""
        known = [
            report
            for report in self.reports
            if report.month != self.month and (self.first is None or report.pk < self.first.pk)
        ]
        read = {report.month: (report, json.loads(report.payload)) for report in known}
        return {month: found for month, found in read.items() if found[1]["state"] == "published"}

    @property
    def earlier(self) -> Reports:
        return {month: found for month, found in sorted(self.published.items()) if month < self.month}

    @property
    def quarters(self) -> list[str]:
        """Quarters that end in or before this month, which no report was there to show."""
        ours = [month for month, (_report, payload) in self.published.items() if payload["origin"] != PAST]
        ended = sorted(month for month in (*ours, self.month) if _last_month(month) <= self.month)
        due = [month for month in ended if all(other < _last_month(month) for other in ours)]
        return list(dict.fromkeys(quarter_of(f"{month:%Y-%m}") for month in due))

    def windows(self) -> list[FeedbackWindow]:
        """Those of the first revision; else closed ones up to the month that no published report holds.

        Each answer is published in one report only. So a month with too few answers joins the next, and so does a
        meeting that was closed late, for half a year.
        """
        found = FeedbackWindow.objects.select_related("meeting", "own_question")
        if self.first is not None:
            pks = [window["id"] for window in json.loads(self.first.payload)["windows"]]
            return sorted(found.filter(pk__in=pks), key=lambda window: pks.index(window.pk))
        zone = self.partnership.time_zone
        start, _ = months.bounds(first_month_of_memory(self.month), zone=zone)
        _, end = months.bounds(self.month, zone=zone)
        taken = _windows_in(self.published)
        found = found.closed().filter(
            meeting__partnership=self.partnership, meeting__starts_at__gte=start, meeting__starts_at__lt=end
        )
        return list(found.exclude(pk__in=taken).order_by("meeting__starts_at", "pk"))


def gather(shelf: Shelf) -> Inputs:
    """Read what the report is made of; of the past what was known when it was first built."""
    partnership, month = shelf.partnership, shelf.month
    windows = shelf.windows()
    pks = [window.pk for window in windows]
    before = shelf.earlier
    said = _said([*pks, *_windows_in(before)]) | _past(partnership, before)
    start, end = months.bounds(month, zone=partnership.time_zone)
    meetings = Meeting.objects.closed().filter(partnership=partnership).starting_within(start, end)
    came = Attendance.objects.filter(meeting__in=meetings, presence__in=(Presence.PRESENT, Presence.DEPUTY))
    rows = list(came.values_list("meeting", "person", "deputy", "seat__participation"))
    own = next((window.own_question for window in reversed(windows) if window.own_question), None)
    half_a_year = [found for of, found in before.items() if of >= months.shift(month, -BASE_MONTHS)]
    named = Named(windows, (window for _report, payload in half_a_year for window in payload["windows"]))
    return Inputs(
        month=f"{month:%Y-%m}",
        windows=tuple(_windows(partnership, windows, said, named)),
        people_asked=max(  # a person who was erased since was asked all the same
            Invitation.objects.filter(window__in=pks).values("person").distinct().count(),
            *(window.invited_count for window in windows),
            0,
        ),
        meetings=meetings.count(),
        people_came=len({deputy or person for _meeting, person, deputy, _participation in rows}),
        partners_came=len({participation for *_people, participation in rows}),
        own=Own(own.pk, own.text_en, own.text_fr) if own else None,
        people=named.people(pks),
        complete=named.complete,
        earlier=tuple(_frozen(before, said, named)),
        ledger=_ledger(report for report, _payload in before.values()),
        shown_before=_ledger(shelf.revisions) if shelf.revisions else (),
        quarters=tuple(shelf.quarters),
        promises=tuple(promises_of(partnership, month)),
        wins=tuple(wins_of(partnership, month)),
    )


def _last_month(month: date) -> date:
    """The last month of the quarter."""
    return date(month.year, (month.month + 2) // 3 * 3, 1)


def _said(pks: Collection[int]) -> dict[int | str, Said]:
    """The sums of these windows."""
    sums: defaultdict[tuple[int, str], dict[str, Tally]] = defaultdict(dict)
    for window, sector, *row in WindowSum.objects.filter(window__in=pks).values_list("window", "sector", *SUMS):
        sums[window, sector][row[0]] = _tally(row[1:])
    asked: defaultdict[int, dict[str, AskedSector]] = defaultdict(dict)
    rows = WindowSector.objects.filter(window__in=pks)
    for window, sector, invited, organizations in rows.values_list("window", "sector", "invited", "organizations"):
        asked[window][sector] = AskedSector(invited, organizations)
    windows = FeedbackWindow.objects.filter(pk__in=pks).values_list("pk", "invited_count", "own_question")
    return {
        pk: Said(
            pk,
            invited,
            own,
            sums[pk, ""],
            {sector: sums[window, sector] for window, sector in sorted(sums) if window == pk and sector},
            asked[pk],
        )
        for pk, invited, own in windows
    }


def _tally(row: Sequence[Any]) -> Tally:
    n, total, squares, *counts, eighths = row
    return Tally(n, total, squares, tuple(counts), tuple(eighths))


def _windows(
    partnership: Partnership,
    windows: Collection[FeedbackWindow],
    said: Mapping[int | str, Said],
    named: Named,
) -> Iterable[WindowInput]:
    pks = [window.pk for window in windows]
    alike = list(FeedbackResponse.objects.filter(_all_alike(), window__in=pks).values_list("window", flat=True))
    spoken = FeedbackComment.objects.filter(window__in=pks)
    words = list(spoken.values_list("window", "text", "may_quote", "wants_action"))
    for window in windows:
        mine = [each for each in words if each[0] == window.pk]
        yield WindowInput(
            said=said[window.pk],
            meeting=window.meeting.title,
            met_on=clock.today(zone=partnership.time_zone, at=window.meeting.starts_at).isoformat(),
            mode=window.mode,
            form_version=window.form_version,
            answered=window.answered_count or 0,
            alike=alike.count(window.pk) + named.alike(window.pk),
            wants_action=sum(wants_action for *_rest, wants_action in mine),
            quotable=tuple(sorted(text for _window, text, may_quote, _wants in mine if may_quote)),
        )


def _windows_in(reports: Reports) -> list[int]:
    """Windows whose answers these reports publish; earlier rounds were brought in without any."""
    windows = (window for _report, payload in reports.values() for window in payload["windows"])
    return [window["id"] for window in windows if window["id"] is not None]


def _past(partnership: Partnership, reports: Reports) -> dict[str, Said]:
    """The sums of rounds from before, by the day of the round, as far as they were not taken back since."""
    days = [
        window["on"] for _report, payload in reports.values() for window in payload["windows"] if window["id"] is None
    ]
    if not days:
        return {}
    rounds = PastRound.objects.filter(partnership=partnership, held_on__in=days)
    sums: defaultdict[int, dict[str, Tally]] = defaultdict(dict)
    for pk, item, *row in PastSum.objects.filter(past_round__in=rounds).values_list("past_round", *SUMS):
        sums[pk][item] = _tally(row)
    return {each.held_on.isoformat(): Said(-each.pk, each.invited, None, sums[each.pk], {}, {}) for each in rounds}


def _frozen(reports: Reports, said: Mapping[int | str, Said], named: Named) -> Iterable[PublishedMonth]:
    """Earlier months with what their reports print."""
    for month, (_report, payload) in reports.items():
        cells = {cell["key"]: cell for cell in payload["dimensions"]}
        cells |= {key: payload.get(key, {}) for key in (ENERGY, OWN, INDEX)}
        windows = [window["on"] if window["id"] is None else window["id"] for window in payload["windows"]]
        if said.keys() >= set(windows):
            yield PublishedMonth(
                month=f"{month:%Y-%m}",
                past=payload["origin"] == PAST,
                heard=payload["people_heard"],
                said=tuple(said[window] for window in windows),
                shown={key: cell for key, cell in cells.items() if "band" in cell},
                people=named.people([window["id"] for window in payload["windows"]]),
            )


def _ledger(reports: Iterable[HealthReport]) -> tuple[LedgerLine, ...]:
    lines = PublishedSet.objects.filter(report__in=[report.pk for report in reports]).order_by("pk")
    return tuple(
        LedgerLine(period, question, tuple(atoms), n)
        for period, question, atoms, n in lines.values_list("period", "question", "atoms", "n")
    )


def _all_alike() -> Q:
    first, *others = Dimension.values
    return Q(**{f"{first}__isnull": False}) & Q(*((key, F(first)) for key in others))
