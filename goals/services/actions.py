"""Action plans: promised work with one accountable seat, from the promise to its end."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from goals import posts
from goals.choices import Duty
from goals.models import Action, Assignment, SharedGoal
from notifications import services as outbox
from notifications.services import Draft
from partners.models import Seat
from partners.permissions import Permission

ASSIGNED = "action_assigned"  # the kind of mail, see goals.mails
TOLD_WITHIN = timedelta(days=7)


class ActionError(DomainError):
    """An action that cannot be like this; the sentence says what to change."""


class ActionClosed(ActionError):
    """It is finished or dropped, so it can no longer be worked on."""


class ActionNotClosed(ActionError):
    """Only what is finished or dropped can be opened again."""


class NotYourAction(ActionError):
    """The seat has no part in this action and no right to plan for others."""


@transaction.atomic
def plan_action(  # noqa: PLR0913 -- a promise is described by these facts and no fewer
    *,
    title: str,
    accountable: Seat,
    due_on: date,
    by: Seat,
    now: datetime,
    detail: str = "",
    goal: SharedGoal | None = None,
    responsible: Iterable[Seat] = (),
    consulted: Iterable[Seat] = (),
    informed: Iterable[Seat] = (),
    origin_text: str = "",
    origin_path: str = "",
) -> Action:
    """Promise a piece of work in the partnership of ``by`` and tell the seats that hold it.

    ``origin_text`` and ``origin_path`` say where it came from, in words and as the path of a page of ours.
    """
    duties = _duties(accountable, responsible, consulted, informed)
    _check(by, title, accountable, goal, duties)
    if origin_path and not (origin_path.startswith("/") and not origin_path.startswith("//")):
        raise ActionError(_("The origin of an action is a page of ours."))
    action = Action.objects.create(
        partnership_id=by.partnership_id,
        goal=goal,
        title=title.strip(),
        detail=detail.strip(),
        accountable=accountable,
        due_on=due_on,
        origin_text=origin_text[:280],
        origin_path=origin_path,
        created_at=now,
    )
    _assign(action, duties)
    _tell(action, [accountable, *(seat for seat, duty in duties.items() if duty == Duty.RESPONSIBLE)], by, now)
    _record("action.planned", action, by, now, accountable=accountable.pk)
    return action


@transaction.atomic
def edit_action(  # noqa: PLR0913 -- as above
    *,
    action: Action,
    title: str,
    accountable: Seat,
    due_on: date,
    by: Seat,
    now: datetime,
    detail: str = "",
    goal: SharedGoal | None = None,
    responsible: Iterable[Seat] = (),
    consulted: Iterable[Seat] = (),
    informed: Iterable[Seat] = (),
) -> Action:
    """Change anything about an open action; a new date and a new accountable seat leave their own trace."""
    _lock_open(action, by)
    duties = _duties(accountable, responsible, consulted, informed)
    _check(by, title, accountable, goal, duties)
    before = set(action.assignments.filter(duty=Duty.RESPONSIBLE).values_list("seat_id", flat=True))
    action.title = title.strip()
    action.detail = detail.strip()
    action.goal = goal
    action.save(update_fields=["title", "detail", "goal"])
    move_due_date(action=action, due_on=due_on, by=by, now=now)
    change_accountable(action=action, accountable=accountable, by=by, now=now)
    action.assignments.all().delete()
    _assign(action, duties)
    new = [seat for seat, duty in duties.items() if duty == Duty.RESPONSIBLE and seat.pk not in before]
    _tell(action, new, by, now)
    _record("action.edited", action, by, now)
    return action


@transaction.atomic
def start_action(*, action: Action, by: Seat, now: datetime) -> Action:
    """Work has begun, or goes on after waiting."""
    _lock_open(action, by)
    action.started_at = action.started_at or now
    action.waiting_on = ""
    action.save(update_fields=["started_at", "waiting_on"])
    _record("action.started", action, by, now)
    return action


@transaction.atomic
def wait_action(*, action: Action, waiting_on: str, by: Seat, now: datetime) -> Action:
    """Say whom or what the work is waiting for."""
    _lock_open(action, by)
    if not waiting_on.strip():
        raise ActionError(_("Say whom or what we are waiting for."))
    action.waiting_on = waiting_on.strip()
    action.save(update_fields=["waiting_on"])
    _record("action.waiting", action, by, now)
    return action


@transaction.atomic
def complete_action(*, action: Action, by: Seat, now: datetime, win: str = "") -> Action:
    """Close an action and remember who did it, and what there is to celebrate."""
    _lock_open(action, by)
    action.done_at = now
    action.done_by = by
    action.win = win.strip()
    action.waiting_on = ""
    action.save(update_fields=["done_at", "done_by", "win", "waiting_on"])
    if action.win:
        posts.announce_win(action, now=now)
    _record("action.completed", action, by, now)
    return action


@transaction.atomic
def drop_action(*, action: Action, reason: str, by: Seat, now: datetime) -> Action:
    """Decide not to do it, and say why."""
    _lock_open(action, by)
    if not reason.strip():
        raise ActionError(_("Say in a few words why we drop this action."))
    action.dropped_at = now
    action.drop_reason = reason.strip()
    action.waiting_on = ""
    action.save(update_fields=["dropped_at", "drop_reason", "waiting_on"])
    _record("action.dropped", action, by, now)
    return action


@transaction.atomic
def reopen_action(*, action: Action, by: Seat, now: datetime) -> Action:
    """Take a finished or dropped action up again."""
    _lock(action, by)
    if action.is_open:
        raise ActionNotClosed(_("This action is open already."))
    action.done_at = action.done_by = action.dropped_at = None
    action.win = action.drop_reason = ""
    action.save(update_fields=["done_at", "done_by", "win", "dropped_at", "drop_reason"])
    _record("action.reopened", action, by, now)
    return action


@transaction.atomic
def move_due_date(*, action: Action, due_on: date, by: Seat, now: datetime) -> Action:
    """Agree on another date; the trail keeps both, because a promise moved before its date is not a late one."""
    _lock_open(action, by)
    before, action.due_on = action.due_on, due_on
    if before == due_on:
        return action
    action.save(update_fields=["due_on"])
    _record("action.due_moved", action, by, now, before=before.isoformat(), after=due_on.isoformat())
    return action


@transaction.atomic
def change_accountable(*, action: Action, accountable: Seat, by: Seat, now: datetime) -> Action:
    """Hand the promise to another seat and tell whoever holds it."""
    _lock_open(action, by)
    _check(by, action.title, accountable, action.goal, {})
    before = action.accountable_id
    if before == accountable.pk:
        return action
    action.accountable = accountable
    action.save(update_fields=["accountable"])
    action.assignments.filter(seat=accountable).delete()
    _tell(action, [accountable], by, now)
    _record("action.handed_on", action, by, now, before=before, after=accountable.pk)
    return action


def may_update(action: Action, seat: Seat) -> bool:
    """Who plans may update any action; others those they hold, share in, or that their organisation holds."""
    if seat.partnership_id != action.partnership_id:
        return False
    if seat.can(Permission.ACTION_PLAN):
        return True
    if not seat.can(Permission.ACTION_UPDATE):
        return False
    if seat.participation_id == action.accountable.participation_id:
        return True
    return any(assignment.seat_id == seat.pk for assignment in action.assignments.all())


def _duties(
    accountable: Seat, responsible: Iterable[Seat], consulted: Iterable[Seat], informed: Iterable[Seat]
) -> dict[Seat, Duty]:
    """One duty for each seat: the strongest that was chosen; who is accountable needs no other."""
    duties: dict[Seat, Duty] = {}
    for duty, seats in ((Duty.RESPONSIBLE, responsible), (Duty.CONSULTED, consulted), (Duty.INFORMED, informed)):
        for seat in seats:
            duties.setdefault(seat, duty)
    duties.pop(accountable, None)
    return duties


def _check(by: Seat, title: str, accountable: Seat, goal: SharedGoal | None, duties: Iterable[Seat]) -> None:
    if not title.strip():
        raise ActionError(_("Say what will be done."))
    if any(seat.partnership_id != by.partnership_id for seat in (accountable, *duties)):
        raise ActionError(_("Everyone with a part in an action needs a seat in this partnership."))
    if goal is not None and goal.partnership_id != by.partnership_id:
        raise ActionError(_("The goal belongs to another partnership."))


def _lock(action: Action, by: Seat) -> None:
    """Hold the row until the end of the transaction, and bring ``action`` up to date."""
    Action.objects.select_for_update().get(pk=action.pk)
    action.refresh_from_db()
    if not may_update(action, by):
        raise NotYourAction(_("This action is with another partner. Ask them, or your coordinator, to update it."))


def _lock_open(action: Action, by: Seat) -> None:
    _lock(action, by)
    if not action.is_open:
        raise ActionClosed(_("This action is closed already. Open it again first."))


def _assign(action: Action, duties: dict[Seat, Duty]) -> None:
    Assignment.objects.bulk_create(Assignment(action=action, seat=seat, duty=duty) for seat, duty in duties.items())


def _tell(action: Action, seats: Iterable[Seat], by: Seat, now: datetime) -> None:
    """One message per person and hand-over, also to whoever gets an action back; nobody is told what they just did."""
    people = {seat.person.pk for seat in seats if seat.person and seat.person.is_active and seat.person.email}
    outbox.enqueue(
        [
            Draft(
                key=f"action-assigned:{action.pk}:{person_id}:{int(now.timestamp())}",
                kind=ASSIGNED,
                recipient_id=person_id,
                due_at=now,
                expires_at=now + TOLD_WITHIN,
                partnership_id=action.partnership_id,
                params={"action": action.pk},
            )
            for person_id in sorted(people - {by.person_id})
        ],
        now=now,
    )


def _record(verb: str, action: Action, by: Seat, now: datetime, **ids: int | str) -> None:
    record(verb=verb, target=action, at=now, actor_id=by.person_id, partnership_id=action.partnership_id, **ids)
