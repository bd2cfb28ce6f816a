"""Who gets the mail of the week, and when: once a week, on Monday morning by their own clock."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from accounts.models import Person
from core.clock import at_local_time, start_of_day, today
from goals.selectors import people_who_owe
from notifications.registry import Planner, register_planner
from notifications.services import Draft, enqueue
from reports.mails import COMMITMENTS, end_of_next_week

MORNING = time(8)
WORTH_IT = timedelta(days=3)  # from Monday on; later the week is half over


def plan_commitments(now: datetime) -> None:
    """Store the mails of this week that are not stored yet. After an outage they go out until Wednesday, then not."""
    drafts = list(_owed(now))
    if drafts:
        enqueue(drafts, now=now)


def _owed(now: datetime) -> Iterator[Draft]:
    people = Person.objects.reachable().filter(seats__isnull=False)
    for zone in people.order_by("time_zone").values_list("time_zone", flat=True).distinct():
        on = today(zone=zone, at=now)
        year, week, _weekday = on.isocalendar()
        monday = on - timedelta(days=on.weekday())
        if on >= monday + WORTH_IT:
            continue
        this_week = f":{year}-W{week:02}"
        told = Person.objects.filter(messages__kind=COMMITMENTS, messages__dedupe_key__endswith=this_week)
        waiting = people.filter(time_zone=zone).exclude(pk__in=told.values("pk"))
        for person_id in sorted(people_who_owe(waiting, on=on, until=end_of_next_week(on))):
            yield Draft(
                key=f"commitments:{person_id}{this_week}",
                kind=COMMITMENTS,
                recipient_id=person_id,
                due_at=max(now, at_local_time(datetime.combine(monday, MORNING), zone=zone)),
                expires_at=start_of_day(monday + WORTH_IT, zone=zone),
            )


def register() -> None:
    register_planner(Planner("reports.commitments", plan_commitments))
