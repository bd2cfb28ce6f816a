"""Building the monthly health report: gather, freeze, and never touch again."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from core import clock, months
from core.models import record
from feedback.choices import Dimension
from feedback.models import (
    FeedbackComment,
    FeedbackResponse,
    FeedbackWindow,
    HealthReport,
    Invitation,
    ReportFailure,
    WindowSum,
)
from feedback.months import first_month_of_memory, report_day
from feedback.payload import ALGORITHM, PAST, Inputs, WindowInput, canonical, compose
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from partners.models import Partnership

LOOK_BACK = timedelta(days=100)
REVISE_FOR = timedelta(days=62)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=12)


def due_months(now: datetime) -> list[tuple[Partnership, date]]:
    """Months whose day has come, whose windows are all closed, and that have no report yet; oldest first.

    A month without a closed meeting has nothing to report. A month that failed waits for its next attempt.
    """
    held: dict[tuple[int, date], str] = {}
    recent = Meeting.objects.closed().filter(starts_at__gte=now - LOOK_BACK)
    for pk, zone, starts_at in recent.values_list("partnership_id", "partnership__time_zone", "starts_at"):
        held[pk, months.current(at=starts_at, zone=zone)] = zone
    due = {key for key, zone in held.items() if clock.start_of_day(report_day(key[1]), zone=zone) <= now}
    due -= _months_with_open_windows()
    due -= set(HealthReport.objects.filter(month__gte=(now - 2 * LOOK_BACK).date()).values_list("partnership", "month"))
    due -= set(ReportFailure.objects.filter(next_attempt_at__gt=now).values_list("partnership", "month"))
    partnerships = Partnership.objects.in_bulk({pk for pk, _month in due})
    return [(partnerships[pk], month) for pk, month in sorted(due, key=lambda key: (key[1], key[0]))]


@transaction.atomic
def build_report(*, partnership: Partnership, month: date, now: datetime) -> HealthReport | None:
    """Freeze the month. None where nothing changed since the last revision, or there is nothing to report.

    The first revision decides which answers belong to it. A later one is built only when the records beside them were
    corrected: its answers stay the same, because the difference between two sets of answers would tell whose they are.
    """
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)  # one builder at a time
    latest = latest_report(partnership, month)
    if latest and json.loads(latest.payload).get("origin") == PAST:
        return None  # an earlier round has no records of ours beside it
    windows = _windows_of(latest) if latest else _windows_not_yet_reported(partnership, month)
    inputs = gather(partnership, month, windows)
    ReportFailure.objects.filter(partnership=partnership, month=month).delete()
    if not inputs.meetings or (latest and latest.fingerprint == inputs.fingerprint):
        return None
    return freeze(
        partnership=partnership, month=month, payload=compose(inputs), fingerprint=inputs.fingerprint, now=now
    )


def freeze(
    *, partnership: Partnership, month: date, payload: Mapping[str, Any], fingerprint: str, now: datetime
) -> HealthReport:
    """Store the next revision of a month. The caller holds the lock on the partnership."""
    latest, text = latest_report(partnership, month), canonical(payload)
    report = HealthReport.objects.create(
        partnership=partnership,
        month=month,
        revision=latest.revision + 1 if latest else 1,
        payload=text,
        sha256=sha256(text.encode()).hexdigest(),
        algorithm_version=ALGORITHM,
        fingerprint=fingerprint,
        built_at=now,
    )
    record(verb="health_report.built", target=report, at=now, partnership_id=partnership.pk, month=f"{month:%Y-%m}")
    return report


def latest_report(partnership: Partnership, month: date) -> HealthReport | None:
    return HealthReport.objects.filter(partnership=partnership, month=month).order_by("-revision").first()


def reports_to_revise(now: datetime) -> Iterable[tuple[Partnership, date]]:
    """Months built lately, whose records may have been corrected since."""
    recent = HealthReport.objects.filter(built_at__gt=now - REVISE_FOR, revision=1).select_related("partnership")
    return [(report.partnership, report.month) for report in recent.order_by("month", "pk")]


@transaction.atomic
def note_failure(*, partnership: Partnership, month: date, error: str, now: datetime) -> ReportFailure:
    """Leave the month alone for a while, longer each time: five minutes, doubling, half a day at most."""
    failure, is_new = ReportFailure.objects.select_for_update().get_or_create(
        partnership=partnership, month=month, defaults={"error": error[:200], "next_attempt_at": now + FIRST_RETRY}
    )
    if not is_new:
        failure.attempts += 1
        failure.error = error[:200]
        failure.next_attempt_at = now + min(FIRST_RETRY * 2 ** (failure.attempts - 1), LONGEST_RETRY)
        failure.save()
    return failure


def gather(partnership: Partnership, month: date, windows: Collection[FeedbackWindow]) -> Inputs:
    """Read what the report of ``month`` is made of: ``windows``, and the records of the month itself."""
    pks = [window.pk for window in windows]
    start, end = months.bounds(month, zone=partnership.time_zone)
    meetings = Meeting.objects.closed().filter(partnership=partnership).starting_within(start, end)
    came = Attendance.objects.filter(meeting__in=meetings, presence__in=(Presence.PRESENT, Presence.DEPUTY))
    rows = list(came.values_list("presence", "person", "deputy", "seat__participation"))
    sums: defaultdict[int, dict[str, tuple[int, int, int, tuple[int, ...]]]] = defaultdict(dict)
    for row in WindowSum.objects.filter(window__in=pks, sector=""):
        counts = (row.c1, row.c2, row.c3, row.c4, row.c5)
        sums[row.window_id][row.item] = (row.n, row.total, row.squares, counts)
    alike = Counter(FeedbackResponse.objects.filter(_all_alike(), window__in=pks).values_list("window", flat=True))
    spoken = list(FeedbackComment.objects.filter(window__in=pks))
    return Inputs(
        month=f"{month:%Y-%m}",
        windows=tuple(
            WindowInput(
                id=window.pk,
                meeting=window.meeting.title,
                met_on=clock.today(zone=partnership.time_zone, at=window.meeting.starts_at).isoformat(),
                form_version=window.form_version,
                invited=window.invited_count,
                answered=window.answered_count or 0,
                sums=sums[window.pk],
                alike=alike[window.pk],
                wants_action=sum(one.wants_action for one in spoken if one.window_id == window.pk),
                quotable=tuple(sorted(one.text for one in spoken if one.window_id == window.pk and one.may_quote)),
            )
            for window in windows
        ),
        people_asked=max(  # a person who was erased since was asked all the same
            Invitation.objects.filter(window__in=pks).values("person").distinct().count(),
            *(window.invited_count for window in windows),
            0,
        ),
        meetings=meetings.count(),
        people_came=len({deputy or person for _presence, person, deputy, _participation in rows}),
        partners_came=len({participation for *_people, participation in rows}),
    )


def _windows_not_yet_reported(partnership: Partnership, month: date) -> list[FeedbackWindow]:
    """Closed windows up to this month that no published report holds: each answer is published in one report only.

    So a month with too few answers joins the next, and so does a meeting that was closed late, for half a year.
    """
    start, _ = months.bounds(first_month_of_memory(month), zone=partnership.time_zone)
    _, end = months.bounds(month, zone=partnership.time_zone)
    reports = HealthReport.objects.filter(partnership=partnership, month__lt=month).order_by("month")
    payloads = [json.loads(payload) for payload in reports.values_list("payload", flat=True)]
    published = {
        window["id"] for payload in payloads if payload["state"] == "published" for window in payload["windows"]
    }
    windows = FeedbackWindow.objects.closed().filter(
        meeting__partnership=partnership, meeting__starts_at__gte=start, meeting__starts_at__lt=end
    )
    return list(windows.exclude(pk__in=published).select_related("meeting").order_by("meeting__starts_at", "pk"))


def _windows_of(report: HealthReport) -> list[FeedbackWindow]:
    pks = [window["id"] for window in json.loads(report.payload)["windows"]]
    windows = FeedbackWindow.objects.filter(pk__in=pks).select_related("meeting")
    return sorted(windows, key=lambda window: pks.index(window.pk))


def _months_with_open_windows() -> set[tuple[int, date]]:
    windows = FeedbackWindow.objects.open().values_list(
        "meeting__partnership_id", "meeting__partnership__time_zone", "meeting__starts_at"
    )
    return {(pk, months.current(at=starts_at, zone=zone)) for pk, zone, starts_at in windows}


def _all_alike() -> Q:
    first, *others = Dimension.values
    return Q(**{f"{first}__isnull": False}) & Q(*((key, F(first)) for key in others))
