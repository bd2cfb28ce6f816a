"""Shared goals: what the partners want to reach together."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from goals.choices import GoalLevel
from goals.models import SharedGoal
from partners.models import Participation, Partnership, Seat


class GoalError(DomainError):
    """A goal that cannot be like this; the sentence says what to change."""


@transaction.atomic
def add_goal(
    *,
    partnership: Partnership,
    title: str,
    by: Seat,
    now: datetime,
    description: str = "",
    level: str = GoalLevel.OUTCOME,
    lead: Participation | None = None,
    review_on: date | None = None,
) -> SharedGoal:
    """Agree on a goal; it takes the last place in the order."""
    _check(partnership, title, lead)
    last = partnership.goals.aggregate(last=Max("position"))["last"]
    goal = SharedGoal.objects.create(
        partnership=partnership,
        title=title.strip(),
        description=description,
        level=level,
        lead=lead,
        review_on=review_on,
        position=0 if last is None else last + 1,
        created_at=now,
    )
    record(verb="goal.added", target=goal, at=now, actor_id=by.person_id, partnership_id=partnership.pk)
    return goal


@transaction.atomic
def edit_goal(
    *,
    goal: SharedGoal,
    title: str,
    description: str,
    level: str,
    lead: Participation | None,
    review_on: date | None,
    by: Seat,
    now: datetime,
) -> SharedGoal:
    """Change the wording, the level, who leads or when it is looked at again."""
    _check(goal.partnership, title, lead)
    goal.title = title.strip()
    goal.description = description
    goal.level = level
    goal.lead = lead
    goal.review_on = review_on
    goal.save(update_fields=["title", "description", "level", "lead", "review_on"])
    record(
        verb="goal.edited",
        target=goal,
        at=now,
        actor_id=by.person_id,
        partnership_id=goal.partnership_id,
        lead=lead.pk if lead else None,
    )
    return goal


def _check(partnership: Partnership, title: str, lead: Participation | None) -> None:
    if not title.strip():
        raise GoalError(_("Give the goal a title."))
    if lead is not None and lead.partnership_id != partnership.pk:
        raise GoalError(_("The lead has to be one of our partners."))
