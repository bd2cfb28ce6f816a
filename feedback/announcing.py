"""Who is told of a report, by which mail: one mail to a person, however many reasons there are for it.

Everybody with a seat is told once for each month. A later revision is told only when what it says about the answers is
different: corrected records alone do not fill mailboxes. Coordinators get another mail instead where a line passed the
test of change or views are split, because then there is something to prepare.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from accounts.models import Person
from core.clock import at_local_time, today
from feedback.models import HealthReport
from feedback.payload import PAST
from notifications.models import Message, Unsubscription
from notifications.services import Draft, enqueue
from partners.models import Seat
from partners.permissions import Role

REPORT_KIND, CHANGE_KIND = "health_report", "health_change"
MORNING = time(8)
LOOK_BACK = timedelta(days=3)
WORTH_SENDING = timedelta(days=14)
RESULTS = ("dimensions", "energy", "own", "index", "changed")


def announce_reports(now: datetime) -> int:
    """Owe the mails about reports of the last days; returns for how many reports. Running it again changes nothing."""
    recent = HealthReport.objects.filter(built_at__gt=now - LOOK_BACK).select_related("partnership")
    told = Message.objects.filter(kind__in=(REPORT_KIND, CHANGE_KIND), created_at__gt=now - LOOK_BACK)
    known = set(told.values_list("params__report", flat=True))
    announced = 0
    for report in recent.order_by("month", "revision", "pk"):
        if report.pk in known or not _is_news(report):
            continue
        drafts = list(_drafts(report, now))
        enqueue(drafts, now=now)
        announced += bool(drafts)
    return announced


def calls_for_talk(payload: Mapping[str, Any]) -> bool:
    """Whether a line passed the test of change, or views are split."""
    tests = [*payload["changed"]["items"].values(), payload["changed"]["index"]]
    moved = any(test.get("tier") == "change" for test in tests)
    return moved or any(cell.get("agreement") == "split" for cell in payload["dimensions"])


def _is_news(report: HealthReport) -> bool:
    payload = json.loads(report.payload)
    if payload["state"] != "published" or payload["origin"] == PAST:
        return False
    earlier = HealthReport.objects.filter(
        partnership=report.partnership_id, month=report.month, revision__lt=report.revision
    )
    before = earlier.order_by("-revision").values_list("payload", flat=True).first()
    if before is None:
        return True
    return _results(json.loads(before)) != _results(payload)


def _results(payload: Mapping[str, Any]) -> Sequence[Any]:
    return [payload.get(part) for part in RESULTS]


def _drafts(report: HealthReport, now: datetime) -> Iterator[Draft]:
    seats = Seat.objects.filter(partnership=report.partnership_id, person__in=Person.objects.reachable())
    stopped = set(Unsubscription.objects.filter(kind=CHANGE_KIND).values_list("person", flat=True))
    is_change = calls_for_talk(json.loads(report.payload))
    zone = report.partnership.time_zone
    morning = at_local_time(datetime.combine(today(zone=zone, at=now), MORNING), zone=zone)
    for person, role in seats.order_by("pk").values_list("person", "role"):
        prepares = is_change and role == Role.COORDINATOR and person not in stopped
        yield Draft(
            key=f"health-report:{report.partnership_id}:{report.month:%Y-%m}:{report.revision}:{person}",
            kind=CHANGE_KIND if prepares else REPORT_KIND,
            recipient_id=person,
            due_at=max(now, morning),
            expires_at=now + WORTH_SENDING,
            partnership_id=report.partnership_id,
            params={"report": report.pk},
        )
