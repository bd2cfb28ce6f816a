"""Who is nudged about actions and numbers, and when. Running it again, or late, plans nothing twice.

Every rule is a window, never an exact day: after an outage the reminder that still makes sense goes out once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch

from accounts.models import Person
from core.clock import at_local_time, start_of_day, today
from goals.choices import Duty
from goals.mails import DUE, OVERDUE, WINS
from goals.models import Action, Assignment
from goals.models.action import ActionQuerySet
from goals.number_mails import FIRST_ASKED_AGAIN, MEASUREMENT_DUE, NUMBERS_WAITING, is_waited_for
from goals.selectors.missing import MissingPeriod, missing_periods
from goals.told import given_lately, told_this_week
from notifications import services as outbox
from notifications.reminding import Chosen, chosen_moments, fitting
from notifications.services import Draft
from notifications.wanted import covered
from partners.models import Partnership, Seat
from partners.permissions import ROLE_PERMISSIONS, Permission, Role

MORNING = time(8)
WEEK = timedelta(days=7)
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
        plan_waiting(partnerships, on=on, zone=zone, now=now)
        plan_wins(partnerships, on=on, zone=zone, now=now)


def plan_due(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """A week before, the day before, and on the day, or as chosen: once for each person, action, offset and date.

    A reminder is left out where the promise is younger than its moment, or was handed on since: the person was just
    told.
    """
    chosen = chosen_moments(DUE, partnerships=[one.pk for one in partnerships])
    actions = _with_holders(partnerships).filter(due_on__gte=on, due_on__lte=on + chosen.longest)
    turns = [(action, _turn(action, chosen, on, zone)) for action in actions]
    given = given_lately(partnerships, zone=zone, since=now - chosen.longest) if turns else {}
    outbox.enqueue_owed(
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
            if given.get((action.pk, person_id), date.min) < action.due_on + timedelta(days=turn.offset)
        ),
        now=now,
    )


def plan_overdue(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """One mail a week about everything of theirs that is late, to each person who holds or does it.

    Only where no other mail says it: most people read it on Monday, with all that they owe.
    """
    people = {
        (action.partnership_id, person_id)
        for action in _with_holders(partnerships).overdue(on=on)
        for person_id in _holders(action)
    }
    told = covered(OVERDUE, people={person_id for _partnership, person_id in people}, now=now)
    people = {one for one in people if one[1] not in told}
    outbox.enqueue_owed(_weekly("action-overdue", OVERDUE, people, on=on, zone=zone, now=now), now=now)


def plan_missing(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """A week and a day before a number is due, or as chosen; three days after, and every week until it is there.

    The partner that leads the goal is asked, where nobody leads the coordinators. One mail covers all numbers of a
    day; what is late is one mail together, in the weeks of what was due last, and never two within a week.
    """
    chosen = chosen_moments(MEASUREMENT_DUE, partnerships=[one.pk for one in partnerships])
    missing = missing_periods(partnerships, on=on, until=on + chosen.longest)
    turns: dict[tuple[int, int, date], Turn] = {}
    late: dict[tuple[int, int], date] = {}
    for one, person_id in _asked(missing):
        whose = (one.indicator.goal.partnership_id, person_id)
        if one.due_on < on:
            late[whose] = max(one.due_on, late.get(whose, one.due_on))
        elif turn := _turn_before(one.due_on, chosen.of(whose[0]), on):
            turns[*whose, one.due_on] = turn
    told = told_this_week(MEASUREMENT_DUE, {whose[0] for whose in late}, on=on, zone=zone, params__due_on__isnull=True)
    for whose, due_on in late.items():
        if whose not in told and (turn := _turn_after(due_on, on)):
            turns[*whose, due_on] = turn
    outbox.enqueue_owed(
        (
            Draft(
                key=f"measurement-due:{partnership_id}:{person_id}:{due_on.isoformat()}:{turn.offset:+}",
                kind=MEASUREMENT_DUE,
                recipient_id=person_id,
                due_at=_in_the_morning(on, zone, now),
                expires_at=start_of_day(turn.last_day + timedelta(days=1), zone=zone),
                partnership_id=partnership_id,
                params={"partnership": partnership_id, **({"due_on": due_on.isoformat()} if turn.offset <= 0 else {})},
            )
            for (partnership_id, person_id, due_on), turn in turns.items()
        ),
        now=now,
    )


def plan_waiting(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """Coordinators hear which numbers partners leave out: three days after the day, and every week from then on.

    One mail for a partnership and never two within a week, whenever which number was due: its key is the turn of the
    number that was due last.
    """
    missing = [one for one in missing_periods(partnerships, on=on) if one.indicator.goal.lead_id]
    tables = {one.indicator.goal.partnership_id for one in missing}
    coordinators = Seat.objects.filter(
        partnership__in=tables, role=Role.COORDINATOR, person__in=Person.objects.reachable()
    )
    newest: dict[tuple[int, int], date] = {}
    for seat in coordinators.order_by("pk") if missing else ():
        waiting = [one.due_on for one in missing if is_waited_for(one, seat=seat, on=on)]
        if waiting and seat.person_id is not None:
            newest[seat.partnership_id, seat.person_id] = max(waiting)
    told = told_this_week(NUMBERS_WAITING, {whose[0] for whose in newest}, on=on, zone=zone)
    turns = [(whose, due_on, _turn_after(due_on, on)) for whose, due_on in newest.items() if whose not in told]
    outbox.enqueue_owed(
        (
            Draft(
                key=f"numbers-waiting:{partnership_id}:{person_id}:{due_on.isoformat()}:{turn.offset:+}",
                kind=NUMBERS_WAITING,
                recipient_id=person_id,
                due_at=_in_the_morning(on, zone, now),
                expires_at=start_of_day(on + WEEK + timedelta(days=1), zone=zone),
                partnership_id=partnership_id,
                params={"partnership": partnership_id},
            )
            for (partnership_id, person_id), due_on, turn in turns
            if turn
        ),
        now=now,
    )


def plan_wins(partnerships: Iterable[Partnership], *, on: date, zone: str, now: datetime) -> None:
    """Once a week, to everybody with a seat, what the week before ended with that we can celebrate.

    After an outage it still goes out until the week is over.
    """
    monday = on - timedelta(days=on.weekday())
    won = (
        Action.objects.done()
        .exclude(win="")
        .filter(
            partnership__in=[one.pk for one in partnerships],
            done_at__gte=start_of_day(monday - WEEK, zone=zone),
            done_at__lt=start_of_day(monday, zone=zone),
        )
    )
    seats = Seat.objects.filter(partnership__in=won.values("partnership"), person__in=Person.objects.reachable())
    people = set(seats.values_list("partnership_id", "person_id"))
    outbox.enqueue_owed(_weekly("wins", WINS, people, on=on, zone=zone, now=now, monday=monday.isoformat()), now=now)


def _asked(missing: Sequence[MissingPeriod]) -> Iterator[tuple[MissingPeriod, int]]:
    """Each missing number with each person who is asked for it and can be reached. One query."""
    goals = [one.indicator.goal for one in missing]
    seats = Seat.objects.filter(person__in=Person.objects.reachable())
    asked = seats.filter(participation__in={goal.lead_id for goal in goals if goal.lead_id}, role__in=RECORDERS)
    asked |= seats.filter(
        partnership__in={goal.partnership_id for goal in goals if not goal.lead_id}, role=Role.COORDINATOR
    )
    at_table: dict[int, list[Seat]] = defaultdict(list)
    for seat in asked.order_by("pk"):
        at_table[seat.partnership_id].append(seat)
    for one in missing:
        for seat in at_table[one.indicator.goal.partnership_id]:
            if seat.person_id is not None and one.is_asked_of(seat):
                yield one, seat.person_id


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
    """The reminder that fits today: its offset in days, as in -7 or +3, and the last day on which it is true."""

    offset: int
    last_day: date


def _turn(action: Action, chosen: Chosen, on: date, zone: str) -> Turn | None:
    turn = _turn_before(action.due_on, chosen.of(action.partnership_id), on)
    if turn is None or today(zone=zone, at=action.created_at) >= action.due_on + timedelta(days=turn.offset):
        return None
    return turn


def _turn_before(due_on: date, moments: Sequence[timedelta], on: date) -> Turn | None:
    turn = fitting(moments, due_on - on)
    if turn is None:
        return None
    before, following = turn
    return Turn(-before.days, due_on if following is None else due_on - following - timedelta(days=1))


def _turn_after(due_on: date, on: date) -> Turn | None:
    """Three days after the date, and each week from then on."""
    weeks = (on - due_on - FIRST_ASKED_AGAIN) // WEEK
    if weeks < 0:
        return None
    since = FIRST_ASKED_AGAIN + weeks * WEEK
    return Turn(since.days, due_on + since + WEEK - timedelta(days=1))


def _weekly(
    prefix: str,
    kind: str,
    people: Iterable[tuple[int, int | None]],
    *,
    on: date,
    zone: str,
    now: datetime,
    **params: str,
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
            params={"partnership": partnership_id, **params},
        )


def _in_the_morning(on: date, zone: str, now: datetime) -> datetime:
    """Eight o'clock of the partnership's day, or now when that is past: nobody is woken by a reminder."""
    return max(now, at_local_time(datetime.combine(on, MORNING), zone=zone))
