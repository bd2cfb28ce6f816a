"""Four builders of reports, killed again and again: one partnership is poisoned, some people answer too late.

``main(PARTNERSHIPS)`` prints what happened as JSON. Forks, because starting Django anew takes longer than a report.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from django.db import connections

from feedback import reminders, reporting, sealed, services
from feedback.links import LinkIsOver
from feedback.models import HealthReport, PublishedSet, ReportFailure, WindowSum
from meetings.choices import Presence
from meetings.models import Attendance
from partners.models import Partnership
from tests.factories.feedback import open_window, some_answers, tokens_of
from tests.factories.meetings import AttendanceFactory
from tests.factories.partners import PartnershipFactory
from tests.feedback.years import closed_window, spread

BUILDERS, KILLS = 4, 10
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
FEBRUARY_DAY, MARCH_DAY = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 4, 9, tzinfo=UTC)
LATE_ANSWERS = CORRECTED = 5


def child(work):
    """Fork; the child does ``work`` and ends. Nobody is connected to the database before."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def build_all():
    while reminders.build_reports(MARCH_DAY):
        pass


def revise_all():
    reminders.revise_reports(MARCH_DAY + timedelta(days=1))


def all_at_once(work, *, kill_after=()):
    """Run ``work`` in four processes. Whenever so many reports are there, one of them is killed and replaced."""
    alive = {child(work) for _ in range(BUILDERS)}
    kill_after, kills = list(kill_after), 0
    while alive:
        if kill_after and HealthReport.objects.filter(month=MARCH).count() >= kill_after[0]:
            kill_after.pop(0)
            victim = random.choice(sorted(alive))
            os.kill(victim, signal.SIGKILL)
            kills += 1
            os.waitpid(victim, 0)
            alive = alive - {victim} | {child(work)}
        ended = {pid for pid in alive if os.waitpid(pid, os.WNOHANG)[0]}
        alive -= ended
        time.sleep(0.005)
    return kills


def prepare(count):
    """Two months each; the last partnership cannot be built, a few have somebody who will answer too late."""
    random.seed(11)
    late = []
    for number in range(count):
        partnership = PartnershipFactory()
        closed_window(partnership, FEBRUARY, spread(9, 3, 4, 5))
        if number < LATE_ANSWERS:
            window, token = with_a_late_answer(partnership)
            late.append(token)
        else:
            window = closed_window(partnership, MARCH, spread(12, 2, 3, 4))
        AttendanceFactory(meeting=window.meeting, presence=Presence.ABSENT, told_at=window.opened_at)
    WindowSum.objects.filter(window=window, item="voice").update(n=500)  # more people than were asked
    return late, partnership


def with_a_late_answer(partnership):
    """Six of eight answer in time; the link of the last one is found in a drawer."""
    window = open_window(present=8, partnership=partnership)
    *in_time, _forgotten, found = tokens_of(window)
    for token in in_time:
        sealed.submit(token=token, answers=some_answers(), now=window.opened_at)
    services.close_window(window_id=window.pk, now=window.closes_at)
    return window, found


def answer_late(tokens):
    refused = 0
    for token in tokens:
        try:
            sealed.submit(token=token, answers=some_answers(), now=MARCH_DAY)
        except LinkIsOver:
            refused += 1
    return refused


def rebuilt_the_same(reports):
    return sum(
        reporting.composed_again(partnership=report.partnership, month=report.month) == report.payload
        for report in reports
    )


def numbers_in(payload):
    cells = [*payload["dimensions"], payload["energy"], payload["index"], payload["own"]]
    return sum("band" in cell for cell in cells)


def main(count):
    late, poisoned = prepare(count)
    for partnership in Partnership.objects.order_by("pk"):
        reporting.build_report(partnership=partnership, month=FEBRUARY, now=FEBRUARY_DAY)
    points = [count * point // (KILLS + 1) for point in range(KILLS)]
    started = time.monotonic()
    kills = all_at_once(build_all, kill_after=points)
    seconds = time.monotonic() - started
    reports = list(HealthReport.objects.filter(month=MARCH).select_related("partnership"))
    refused_late = answer_late(late)
    result = {
        "kills": kills,
        "seconds": round(seconds, 1),
        "ok": len(reports),
        "failed": ReportFailure.objects.count(),
        "failed_right": ReportFailure.objects.filter(partnership=poisoned, error="ValueError").count(),
        "attempts": ReportFailure.objects.get().attempts,
        "hashes": sum(sha256(report.payload.encode()).hexdigest() == report.sha256 for report in reports),
        "rebuilt_the_same": rebuilt_the_same(reports),
        "ledger": PublishedSet.objects.filter(report__month=MARCH).count(),
        "numbers": sum(numbers_in(json.loads(report.payload)) for report in reports),
        "late_refused": refused_late,
        "at_rest": reminders.build_reports(MARCH_DAY) + reminders.revise_reports(MARCH_DAY),
    }
    partnerships = [report.partnership_id for report in reports[:CORRECTED]]
    for partnership in partnerships:
        absent = Attendance.objects.filter(
            meeting__partnership=partnership, meeting__starts_at__month=MARCH.month, presence=Presence.ABSENT
        ).first()
        Attendance.objects.filter(pk=absent.pk).update(presence=Presence.PRESENT)
    all_at_once(revise_all)
    revisions = Counter(HealthReport.objects.filter(month=MARCH).values_list("partnership", flat=True))
    latest = [reporting.latest_report(report.partnership, MARCH) for report in reports]
    old = {report.partnership_id: json.loads(report.payload)["dimensions"] for report in reports}
    result |= {
        "revised": sorted(pk for pk, number in revisions.items() if number > 1) == sorted(partnerships),
        "most_revisions": max(revisions.values()),
        "answers_unchanged": sum(json.loads(one.payload)["dimensions"] == old[one.partnership_id] for one in latest),
        "revisions_rebuilt_the_same": rebuilt_the_same(latest),
    }
    WindowSum.objects.filter(n=500).update(n=12)
    result["healed"] = reminders.build_reports(MARCH_DAY + timedelta(days=1))
    print(json.dumps(result))  # noqa: T201
