"""Who gets the mail of the week, on Monday morning by their own clock; and which coordinators hear of a vacant seat."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from accounts.models import Person
from core.clock import at_local_time, start_of_day, today
from core.models import AuditEvent
from goals.selectors import people_who_owe
from notifications.models import Message
from notifications.registry import Planner, register_planner
from notifications.services import Draft, enqueue
from partners.models import Seat
from partners.permissions import Role
from partners.services import VACATED
from reports.mails import COMMITMENTS, SEAT_LEFT, end_of_next_week

MORNING = time(8)
TOLD_WITHIN = timedelta(days=7)
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


def plan_departures(now: datetime) -> None:
    """Tell the coordinators of each seat that somebody left within the week: once for each time it was left."""
    left = AuditEvent.objects.filter(verb=VACATED, happened_at__gt=now - TOLD_WITHIN, happened_at__lte=now)
    events = list(left.order_by("pk"))
    told = set(
        Message.objects.filter(kind=SEAT_LEFT, due_at__gt=now - TOLD_WITHIN).values_list("dedupe_key", flat=True)
    )
    drafts = [draft for draft in _departures(events) if draft.key not in told]
    if drafts:
        enqueue(drafts, now=now)


def _departures(events: Sequence[AuditEvent]) -> Iterator[Draft]:
    vacant = set(
        Seat.objects.vacant().filter(pk__in=[int(one.target_id) for one in events]).values_list("pk", flat=True)
    )
    coordinators = Seat.objects.filter(
        partnership__in={one.partnership_id for one in events},
        partnership__ended_on=None,
        role=Role.COORDINATOR,
        person__in=Person.objects.reachable(),
    )
    newest = {int(one.target_id): one for one in events if int(one.target_id) in vacant}
    for seat_id, event in newest.items():
        for coordinator in coordinators:
            if coordinator.partnership_id == event.partnership_id and coordinator.person_id is not None:
                yield Draft(
                    key=f"seat-left:{event.pk}:{coordinator.person_id}",
                    kind=SEAT_LEFT,
                    recipient_id=coordinator.person_id,
                    due_at=event.happened_at,
                    expires_at=event.happened_at + TOLD_WITHIN,
                    partnership_id=coordinator.partnership_id,
                    params={"seat": seat_id},
                )


def register() -> None:
    register_planner(Planner("reports.commitments", plan_commitments))
    register_planner(Planner("reports.departures", plan_departures))
