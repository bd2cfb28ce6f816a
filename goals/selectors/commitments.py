"""What one person owes in all their partnerships: actions they hold or do, and numbers their partner is asked for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import Person
from core.clock import at_local_time, today
from goals.choices import Duty
from goals.models import Action, Assignment
from goals.selectors.missing import MissingPeriod, missing_periods
from partners.models import Partnership, Seat

NUMBERS_AHEAD = timedelta(days=62)


@dataclass(frozen=True)
class Owed:
    """One thing: ``key`` names it among all others for good, ``since`` is when it began to be owed."""

    key: str
    partnership: Partnership
    title: str
    due_on: date
    path: str
    since: datetime
    is_late: bool
    is_number: bool = False


def owed_by(person: Person, *, now: datetime, until: date | None = None, partnership: str = "") -> list[Owed]:
    """By date, late ones first: what is due until ``until``; without it every open action, and numbers of two months.

    ``partnership`` is the slug of the only one asked about, or nothing. What has ended asks for nothing. Three queries.
    """
    seats = Seat.objects.held_by(person).filter(partnership__ended_on=None).select_related("partnership")
    if partnership:
        seats = seats.filter(partnership__slug=partnership)
    held = list(seats)
    on = today(zone=person.time_zone, at=now)
    found = [*_actions(held, now=now, until=until), *_numbers(held, on=on, until=until or on + NUMBERS_AHEAD)]
    return sorted(found, key=lambda one: (one.due_on, one.partnership.name, one.key))


def people_who_owe(people: QuerySet[Person], *, on: date, until: date, made_before: datetime) -> set[int]:
    """Those of ``people`` for whom ``owed_by`` would find something that was there before a moment.

    Four queries, however many they are.
    """
    seats = Seat.objects.filter(person__in=people, partnership__ended_on=None)
    actions = Action.objects.open().filter(due_on__lte=until, created_at__lt=made_before)
    doing = Assignment.objects.filter(action__in=actions, duty=Duty.RESPONSIBLE)
    holders = seats.filter(Q(pk__in=actions.values("accountable")) | Q(pk__in=doing.values("seat")))
    found = set(holders.values_list("person_id", flat=True))
    recorders = list(seats.exclude(person__in=found).select_related("partnership"))
    tables = {seat.partnership_id: seat.partnership for seat in recorders}
    missing: defaultdict[int, list[MissingPeriod]] = defaultdict(list)
    for one in missing_periods(tables.values(), on=on, until=until):
        if one.indicator.created_at < made_before:
            missing[one.indicator.goal.partnership_id].append(one)
    asked = (seat for seat in recorders if any(one.is_asked_of(seat) for one in missing[seat.partnership_id]))
    return {person_id for person_id in (*found, *(seat.person_id for seat in asked)) if person_id is not None}


def _actions(seats: Iterable[Seat], *, now: datetime, until: date | None) -> Iterable[Owed]:
    theirs = Q(accountable__in=seats) | Q(assignments__duty=Duty.RESPONSIBLE, assignments__seat__in=seats)
    actions = Action.objects.open().filter(theirs).select_related("partnership").distinct()
    for action in actions.filter(due_on__lte=until) if until else actions:
        yield Owed(
            key=f"action-{action.pk}",
            partnership=action.partnership,
            title=action.title,
            due_on=action.due_on,
            path=reverse("goals:action-detail", args=[action.partnership.slug, action.pk]),
            since=action.created_at,
            is_late=action.due_on < today(zone=action.partnership.time_zone, at=now),
        )


def _numbers(seats: Iterable[Seat], *, on: date, until: date) -> Iterable[Owed]:
    tables = {seat.partnership_id: seat for seat in seats}
    for one in missing_periods([seat.partnership for seat in seats], on=on, until=until):
        seat = tables[one.indicator.goal.partnership_id]
        if one.is_asked_of(seat):
            asked_from = datetime.combine(one.period.end + timedelta(days=1), time())
            yield Owed(
                key=f"number-{one.indicator.pk}-{one.period.end.isoformat()}",
                partnership=seat.partnership,
                title=f"{one.indicator.title}, {one.period}",
                due_on=one.due_on,
                path=reverse("goals:measurement-add", args=[seat.partnership.slug, one.indicator.pk]),
                since=at_local_time(asked_from, zone=seat.partnership.time_zone),
                is_late=one.due_on <= on,
                is_number=True,
            )
