"""Building the monthly health report: gather, freeze, and never touch again."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction

from core import clock, months
from core.models import record
from feedback import posts
from feedback.gathering import Shelf, gather
from feedback.models import FeedbackWindow, HealthReport, PublishedSet, ReportFailure
from feedback.months import report_day
from feedback.payload import ALGORITHM, PAST, Composed, canonical, compose
from meetings.models import Meeting
from partners.models import Partnership

RECORDS = ("records", "promises")  # of a payload
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
    shelf = Shelf(partnership, month)
    if shelf.latest and json.loads(shelf.latest.payload).get("origin") == PAST:
        return None  # an earlier round has no records of ours beside it
    inputs = gather(shelf)
    ReportFailure.objects.filter(partnership=partnership, month=month).delete()
    if not inputs.meetings or (shelf.latest and shelf.latest.fingerprint == inputs.fingerprint):
        return None
    if shelf.latest and not inputs.complete:
        return None  # without a person who was erased the answers would differ, and the difference be theirs
    composed = compose(inputs)
    if shelf.latest and shelf.latest.algorithm_version != ALGORITHM and _same_records(shelf.latest, composed):
        return None  # a new version of ours is no correction of theirs
    report = freeze(partnership=partnership, month=month, composed=composed, fingerprint=inputs.fingerprint, now=now)
    if shelf.latest is None and composed.payload["state"] == "published":
        posts.announce_report(report, now=now)
    return report


def freeze(
    *, partnership: Partnership, month: date, composed: Composed, fingerprint: str, now: datetime
) -> HealthReport:
    """Store the next revision of a month, and in the ledger every number it shows.

    The caller holds the lock on the partnership.
    """
    latest, text = latest_report(partnership, month), canonical(composed.payload)
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
    PublishedSet.objects.bulk_create(
        PublishedSet(report=report, **{**shown._asdict(), "atoms": list(shown.atoms)}) for shown in composed.sets
    )
    record(verb="health_report.built", target=report, at=now, partnership_id=partnership.pk, month=f"{month:%Y-%m}")
    return report


def _same_records(report: HealthReport, composed: Composed) -> bool:
    before = json.loads(report.payload)
    return all(before.get(part, composed.payload[part]) == composed.payload[part] for part in RECORDS)


def composed_again(*, partnership: Partnership, month: date) -> str:
    """What the report of a month would say from what is stored now: the same bytes, unless records were corrected."""
    return canonical(compose(gather(Shelf(partnership, month))).payload)


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


def _months_with_open_windows() -> set[tuple[int, date]]:
    windows = FeedbackWindow.objects.open().values_list(
        "meeting__partnership_id", "meeting__partnership__time_zone", "meeting__starts_at"
    )
    return {(pk, months.current(at=starts_at, zone=zone)) for pk, zone, starts_at in windows}
