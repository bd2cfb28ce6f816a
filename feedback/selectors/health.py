"""The months of a partnership: which have a report, which do not, and why, in one sentence each."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, auto
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import dates, months
from feedback import modes
from feedback.models import FeedbackWindow, HealthReport, ReportFailure
from feedback.models.window import MINIMUM_GROUP
from feedback.months import report_day
from feedback.payload import PAST
from meetings.models import Meeting
from partners.models import Partnership

MOST_MONTHS = 36


class MonthState(StrEnum):
    PUBLISHED = auto()
    HELD = auto()
    TALK_IT_OVER = auto()
    OPEN = auto()
    WAITING = auto()
    FAILED = auto()
    NOT_RECORDED = auto()
    NO_MEETING = auto()
    TAKEN_BACK = auto()


@dataclass(frozen=True)
class WindowCount:
    """How many were asked after one meeting and how many answered. Nothing about who."""

    meeting: Meeting
    invited: int
    answered: int
    closes_at: datetime
    is_open: bool


@dataclass(frozen=True)
class HealthMonth:
    month: date
    state: MonthState
    sentence: str
    meetings: Sequence[Meeting] = field(default=())
    windows: Sequence[WindowCount] = field(default=())
    report: HealthReport | None = None


def health_months(partnership: Partnership, now: datetime) -> list[HealthMonth]:
    """From this month back to the first meeting, and earlier rounds brought in: as many as three years have."""
    facts = _Facts(partnership, now)
    shown = set(facts.reports)
    month, first = months.current(at=now, zone=partnership.time_zone), min(facts.meetings, default=None)
    while first and month >= first and len(shown) < MOST_MONTHS + len(facts.reports):
        shown.add(month)
        month = months.shift(month, -1)
    return [facts.read(month) for month in sorted(shown, reverse=True)[:MOST_MONTHS]]


def health_month(partnership: Partnership, month: date, now: datetime) -> HealthMonth | None:
    """One month; None before the first meeting and in the future, unless an earlier round was brought in."""
    facts = _Facts(partnership, now)
    if month in facts.reports:
        return facts.read(month)
    if not facts.meetings or not min(facts.meetings) <= month <= months.current(at=now, zone=partnership.time_zone):
        return None
    return facts.read(month)


class _Facts:
    """Everything about all months, in a constant number of queries."""

    def __init__(self, partnership: Partnership, now: datetime) -> None:
        self.zone, self.now = partnership.time_zone, now
        held = Meeting.objects.not_cancelled().filter(partnership=partnership, starts_at__lte=now)
        self.meetings: defaultdict[date, list[Meeting]] = defaultdict(list)
        for meeting in held.order_by("starts_at"):
            self.meetings[months.current(at=meeting.starts_at, zone=self.zone)].append(meeting)
        windows = list(FeedbackWindow.objects.filter(meeting__partnership=partnership).select_related("meeting"))
        self.answered = modes.answered_counts([window for window in windows if window.closed_at is None])
        self.windows = {window.meeting_id: window for window in windows}
        reports = HealthReport.objects.filter(partnership=partnership).order_by("revision")
        self.reports = {report.month: report for report in reports}
        self.partnership = partnership

    @cached_property
    def failures(self) -> set[date]:
        failures = ReportFailure.objects.filter(partnership=self.partnership)
        return set(failures.values_list("month", flat=True))

    def read(self, month: date) -> HealthMonth:
        meetings, report = self.meetings.get(month, []), self.reports.get(month)
        found = [self.windows[meeting.pk] for meeting in meetings if meeting.pk in self.windows]
        windows = [self._count(window) for window in found]
        state = self._state(month, meetings, windows, report)
        payload = json.loads(report.payload) if report else {}
        return HealthMonth(month, state, self._sentence(state, month, windows, payload), meetings, windows, report)

    def _count(self, window: FeedbackWindow) -> WindowCount:
        is_open = window.closed_at is None
        answered = self.answered.get(window.pk, 0) if is_open else window.answered_count or 0
        return WindowCount(window.meeting, window.invited_count, answered, window.closes_at, is_open)

    def _state(
        self, month: date, meetings: Sequence[Meeting], windows: Sequence[WindowCount], report: HealthReport | None
    ) -> MonthState:
        if report is not None:
            return STATES[json.loads(report.payload)["state"]]
        if not meetings:
            return MonthState.NO_MEETING
        if not any(meeting.closed_at for meeting in meetings):
            return MonthState.NOT_RECORDED
        if any(window.is_open for window in windows):
            return MonthState.OPEN
        return MonthState.FAILED if month in self.failures else MonthState.WAITING

    def _sentence(
        self, state: MonthState, month: date, windows: Sequence[WindowCount], payload: Mapping[str, Any]
    ) -> str:
        if state is MonthState.PUBLISHED:
            return _published(payload)
        if state is MonthState.HELD:
            people = sum(window.answered for window in windows)
            return str(WOULD_TELL) if payload.get("reason") == "leak" else _held(people, month)
        if state is MonthState.OPEN:
            last = max(window.closes_at for window in windows if window.is_open).astimezone(ZoneInfo(self.zone))
            sentence = _("People can still answer until %(closes)s. The report comes out on %(day)s, never before.")
            day = max(last.date(), report_day(month))
            return sentence % {"closes": dates.day_time(last), "day": dates.day_year(day)}
        known = SENTENCES[state] if windows or state is not MonthState.WAITING else WITHOUT_FORM
        return str(known) % {"day": dates.day_year(report_day(month))}


STATES = {
    "published": MonthState.PUBLISHED,
    "held": MonthState.HELD,
    "no_window": MonthState.TALK_IT_OVER,
    "taken_back": MonthState.TAKEN_BACK,
}
SENTENCES = {
    MonthState.TALK_IT_OVER: gettext_lazy(
        "No form went out, most often because fewer than five people came who can be sent a link. Talk it "
        "over at the next meeting."
    ),
    MonthState.WAITING: gettext_lazy("The form is closed. The report comes out on %(day)s."),
    MonthState.FAILED: gettext_lazy(
        "The report could not be built yet. It is tried again by itself, and nothing is lost."
    ),
    MonthState.NOT_RECORDED: gettext_lazy("Nobody was asked yet: record who came and close the meeting."),
    MonthState.NO_MEETING: gettext_lazy("No meeting was held, so there is nothing to report."),
    MonthState.TAKEN_BACK: gettext_lazy("An earlier round was brought in for this month, and taken back."),
}
WOULD_TELL = gettext_lazy(
    "Together with what was shown before, these results would tell what a few people said. They wait for the next "
    "report."
)
WITHOUT_FORM = gettext_lazy("The report comes out on %(day)s.")


def _published(payload: Mapping[str, Any]) -> str:
    if payload.get("origin") == PAST:
        return _("An earlier round, brought in from a file: %(answered)s answers.") % {"answered": payload["answered"]}
    words = {"answered": payload["answered"], "asked": payload["asked"]}
    return (
        ngettext(
            "%(answered)s answer from %(asked)s people asked.",
            "%(answered)s answers from %(asked)s people asked.",
            payload["answered"],
        )
        % words
    )


def _held(people: int, month: date) -> str:
    later = dates.month(months.shift(month, 1))
    if people == 0:
        return _("Nobody answered, so there is nothing to show.")
    sentence = ngettext(
        "%(people)s person answered. We show results from %(minimum)s, so this answer waits for the report of "
        "%(later)s or a later one.",
        "%(people)s people answered. We show results from %(minimum)s, so these answers wait for the report of "
        "%(later)s or a later one.",
        people,
    )
    return sentence % {"people": people, "minimum": MINIMUM_GROUP, "later": later}
