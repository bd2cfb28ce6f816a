"""What hangs on a seat that nobody holds any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from goals.choices import Duty
from goals.models import Action, Indicator
from partners.models import Seat
from partners.permissions import ROLE_PERMISSIONS, Permission, Role

RECORDERS = tuple(role for role in Role if Permission.MEASUREMENT_RECORD in ROLE_PERMISSIONS[role])


@dataclass(frozen=True)
class LeftOpen:
    """What somebody has to take over after ``seat`` became vacant, and how many people its organisation has left."""

    seat: Seat
    people_left: int
    answers_for: Sequence[Action]
    works_on: Sequence[Action]
    numbers: Sequence[Indicator]


def left_open(seat: Seat) -> LeftOpen:
    """Open actions stay with the seat; numbers are open once nobody of its organisation may record them."""
    others = seat.participation.seats.held().filter(person__is_active=True)
    actions = Action.objects.open().order_by("due_on", "pk")
    led = Indicator.objects.filter(goal__lead=seat.participation).select_related("goal").order_by("goal_id", "pk")
    return LeftOpen(
        seat=seat,
        people_left=others.count(),
        answers_for=list(actions.filter(accountable=seat)),
        works_on=list(actions.filter(assignments__seat=seat, assignments__duty=Duty.RESPONSIBLE)),
        numbers=[] if others.filter(role__in=RECORDERS).exists() else list(led),
    )
