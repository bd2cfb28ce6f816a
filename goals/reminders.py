"""Who is nudged about actions and numbers, and when. Running it again, or late, plans nothing twice.

Every rule is a window, never an exact day: after an outage the reminder that still makes sense goes out once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch

from accounts.models import Person
from core.clock import at_local_time, start_of_day, today
from goals.choices import Duty
from goals.mails import DUE, MEASUREMENT_DUE, OVERDUE
from goals.models import Action, Assignment
from goals.models.action import ActionQuerySet
from goals.selectors.missing import missing_periods
from notifications import services as outbox
from notifications.models import Message
from notifications.reminding import Chosen, chosen_moments, fitting
from notifications.services import Draft
from partners.models import Partnership, Seat
from partners.permissions import ROLE_PERMISSIONS, Permission, Role

MORNING = time(8)
RECORDERS = tuple(role for role in Role if Permission.MEASUREMENT_RECORD in ROLE_PERMISSIONS[role])


def plan_reminders(now: datetime) -> None:
    """All reminders of this app that are owed at ``now``, by the calendar of each partnership."""
    by_zone: dict[str, list[Partnership]] = defaultdict(list)
    for partnership in Partnership.objects.filter(ended_on=None):
        by_zone[partnership.time_zone].append(partnership)
    for zone, partnerships in by_zone.items():
        on = today(zone=zone, at=now)
        plan_due(partnerships, on=on, zone=zone, now=now)
        plan_overdue(partnerships, on=on, zone=zone, now=now)
        plan_missing(partnerships, on=on, zone=zone, now=now)


def plan_due(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """A week before, the day before, and on the day, or as chosen: once for each person, action, offset and date.

    A reminder is left out where the promise is younger than its moment: the person was just told.
    """
    chosen = chosen_moments(DUE, partnerships=[one.pk for one in partnerships])
    actions = _with_holders(partnerships).filter(due_on__gte=on, due_on__lte=on + chosen.longest)
    turns = [(action, _turn(action, chosen, on, zone)) for action in actions]
    _store(
        (
            Draft(
                key=f"action-due:{action.pk}:{turn.offset}:{action.due_on.isoformat()}:{person_id}",
                kind=DUE,
                recipient_id=person_id,
                due_at=_in_the_morning(on, zone, now),
                expires_at=start_of_day(turn.last_day + timedelta(days=1), zone=zone),
                partnership_id=action.partnership_id,
                params={"action": action.pk, "due_on": action.due_on.isoformat()},
            )
            for action, turn in turns
            if turn
            for person_id in _holders(action)
        ),
        now=now,
    )


def plan_overdue(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """One mail a week about everything of theirs that is late, to each person who holds or does it."""
    people = {
        (action.partnership_id, person_id)
        for action in _with_holders(partnerships).overdue(on=on)
        for person_id in _holders(action)
    }
    _store(_weekly("action-overdue", OVERDUE, people, on=on, zone=zone, now=now), now=now)


def plan_missing(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """At most one mail a week about numbers that are missing, to the partner that leads the goal.

    Where nobody leads, the coordinators are asked.
    """
    missing = missing_periods(partnerships, on=on)
    leads = {one.indicator.goal.lead_id for one in missing if one.indicator.goal.lead_id}
    leaderless = {one.indicator.goal.partnership_id for one in missing if not one.indicator.goal.lead_id}
    seats = Seat.objects.filter(person__in=Person.objects.reachable())
    asked = seats.filter(participation__in=leads, role__in=RECORDERS) | seats.filter(
        partnership__in=leaderless, role=Role.COORDINATOR
    )
    people = set(asked.values_list("partnership_id", "person_id"))
    _store(_weekly("measurement-due", MEASUREMENT_DUE, people, on=on, zone=zone, now=now), now=now)


def _with_holders(partnerships: Iterable[Partnership]) -> ActionQuerySet:
    responsible = Assignment.objects.filter(duty=Duty.RESPONSIBLE).select_related("seat__person")
    return (
        Action.objects.open()
        .filter(partnership__in=[one.pk for one in partnerships])
        .select_related("accountable__person")
        .prefetch_related(Prefetch("assignments", responsible, to_attr="doers"))
        .order_by("pk")
    )


def _holders(action: Action) -> list[int]:
    """The people a mail can reach who hold the accountable seat or one that does the work."""
    doers: list[Assignment] = action.doers  # type: ignore[attr-defined]  # set by the prefetch above
    people = [action.accountable.person, *(assignment.seat.person for assignment in doers)]
    return sorted({person.pk for person in people if person and person.is_active and person.email})


@dataclass(frozen=True)
class Turn:
    """The reminder that fits today: its offset in days, as in -7, and the last day on which it says something true."""

    offset: int
    last_day: date


def _turn(action: Action, chosen: Chosen, on: date, zone: str) -> Turn | None:
    turn = fitting(chosen.of(action.partnership_id), action.due_on - on)
    if turn is None or today(zone=zone, at=action.created_at) >= action.due_on - turn[0]:
        return None
    before, following = turn
    last = action.due_on if following is None else action.due_on - following - timedelta(days=1)
    return Turn(-before.days, last)


def _weekly(
    prefix: str, kind: str, people: Iterable[tuple[int, int | None]], *, on: date, zone: str, now: datetime
) -> Iterator[Draft]:
    """One draft for each partnership, person and ISO week, worth sending until the week is over."""
    year, week, weekday = on.isocalendar()
    next_monday = on + timedelta(days=8 - weekday)
    for partnership_id, person_id in sorted((one, two) for one, two in people if two is not None):
        yield Draft(
            key=f"{prefix}:{partnership_id}:{person_id}:{year}-W{week:02}",
            kind=kind,
            recipient_id=person_id,
            due_at=_in_the_morning(on, zone, now),
            expires_at=start_of_day(next_monday, zone=zone),
            partnership_id=partnership_id,
            params={"partnership": partnership_id},
        )


def _in_the_morning(on: date, zone: str, now: datetime) -> datetime:
    """Eight o'clock of the partnership's day, or now when that is past: nobody is woken by a reminder."""
    return max(now, at_local_time(datetime.combine(on, MORNING), zone=zone))


def _store(drafts: Iterable[Draft], *, now: datetime) -> None:
    """Enqueue what is not there yet; asking first keeps the usual run, which has nothing new, free of writes."""
    fresh = {draft.key: draft for draft in drafts}
    known = Message.objects.filter(dedupe_key__in=list(fresh)).values_list("dedupe_key", flat=True)
    for key in list(known):
        del fresh[key]
    if fresh:
        outbox.enqueue(fresh.values(), now=now)
