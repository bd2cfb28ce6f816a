"""Who gets the mail of the week, on Monday morning by their own clock; and which coordinators hear of a vacant seat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from accounts.models import Person
from core.clock import at_local_time, start_of_day, today
from core.models import AuditEvent
from goals.selectors import people_who_owe
from notifications.registry import Planner, register_planner
from notifications.services import Draft, enqueue_owed
from partners.models import Seat
from partners.permissions import Role
from partners.services import VACATED
from reports.mails import COMMITMENTS, SEAT_LEFT, end_of_next_week

MORNING = time(8)
TOLD_WITHIN = timedelta(days=7)
WORTH_IT = timedelta(days=3)  # from Monday on; later the week is half over


def plan_commitments(now: datetime) -> None:
    """Store the mails of this week that are not stored yet. After an outage they go out until Wednesday, then not.

    What is promised meanwhile waits for the next Monday: whoever promises it, or is given it, has just been told.
    """
    enqueue_owed(_owed(now), now=now)


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
        morning = at_local_time(datetime.combine(monday, MORNING), zone=zone)
        for person_id in sorted(people_who_owe(waiting, on=on, until=end_of_next_week(on), made_before=morning)):
            yield Draft(
                key=f"commitments:{person_id}{this_week}",
                kind=COMMITMENTS,
                recipient_id=person_id,
                due_at=max(now, morning),
                expires_at=start_of_day(monday + WORTH_IT, zone=zone),
            )


@dataclass(frozen=True)
class Departure:
    """Somebody left their seat, or their account was closed while they held it. ``fact`` names this one for good."""

    fact: str
    seat_id: int
    partnership_id: int
    at: datetime


def plan_departures(now: datetime) -> None:
    """Tell the coordinators of each seat that somebody left within the week: once for each time it was left."""
    enqueue_owed(_told_of(_departures(now)), now=now)


def _departures(now: datetime) -> Sequence[Departure]:
    """The newest of each seat that nobody uses now. Freeing the seat of a closed account is no second departure."""
    left = AuditEvent.objects.filter(verb=VACATED, happened_at__gt=now - TOLD_WITHIN, happened_at__lte=now)
    events = list(left.order_by("pk"))
    seats = Seat.objects.vacant().filter(pk__in=[int(one.target_id) for one in events])
    vacant = set(seats.values_list("pk", flat=True))
    people = Person.objects.filter(pk__in=[one.data["person_id"] for one in events], closed_at__isnull=False)
    closed = dict(people.values_list("pk", "closed_at"))
    found = {}
    for one in events:
        person_id, seat_id, partnership_id = one.data["person_id"], int(one.target_id), one.partnership_id
        if seat_id not in vacant or partnership_id is None:
            continue
        closed_at = closed.get(person_id)
        if closed_at and closed_at <= one.happened_at:
            found[seat_id] = _closed(seat_id, person_id, partnership_id, closed_at)
        else:
            found[seat_id] = Departure(str(one.pk), seat_id, partnership_id, one.happened_at)
    held = Seat.objects.filter(person__closed_at__gt=now - TOLD_WITHIN, person__closed_at__lte=now)
    for seat in held.select_related("person"):
        if seat.person and seat.person.closed_at:
            found[seat.pk] = _closed(seat.pk, seat.person.pk, seat.partnership_id, seat.person.closed_at)
    return [one for one in found.values() if one.at > now - TOLD_WITHIN]


def _closed(seat_id: int, person_id: int, partnership_id: int, at: datetime) -> Departure:
    return Departure(f"closed-{person_id}-{at.isoformat()}-{seat_id}", seat_id, partnership_id, at)


def _told_of(departures: Sequence[Departure]) -> Iterator[Draft]:
    coordinators = Seat.objects.filter(
        partnership__in={one.partnership_id for one in departures},
        partnership__ended_on=None,
        role=Role.COORDINATOR,
        person__in=Person.objects.reachable(),
    )
    tables: dict[int, list[int]] = {}
    for partnership_id, person_id in coordinators.order_by("pk").values_list("partnership_id", "person_id"):
        if person_id is not None:
            tables.setdefault(partnership_id, []).append(person_id)
    for one in departures:
        for person_id in tables.get(one.partnership_id, ()):
            yield Draft(
                key=f"seat-left:{one.fact}:{person_id}",
                kind=SEAT_LEFT,
                recipient_id=person_id,
                due_at=one.at,
                expires_at=one.at + TOLD_WITHIN,
                partnership_id=one.partnership_id,
                params={"seat": one.seat_id},
            )


def register() -> None:
    register_planner(Planner("reports.commitments", plan_commitments))
    register_planner(Planner("reports.departures", plan_departures))
