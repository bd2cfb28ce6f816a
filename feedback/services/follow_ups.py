"""The action that answers what a report shows: a low line, a theme of the comments, people who want somebody to act."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from feedback.choices import ENERGY, Cause, Dimension
from feedback.models import CommentTheme, FollowUp, HealthReport
from goals.models import Action
from goals.services import plan_action
from partners.models import Seat

LOW = "concern"


class NothingToFollowUp(DomainError):
    """Only what a published report shows calls for an action."""


def answerable(payload: Mapping[str, Any]) -> set[str]:
    """What an action may answer: low lines, those that suggestions are about, low energy, and a wish that somebody act.

    Themes stand beside the report: see ``plan_follow_up``.
    """
    about = {one["number"].get("line", one["key"]) for one in payload.get("suggestions", ())}
    found = {*payload.get("low", ()), *(about & {*Dimension.values, ENERGY})}
    if energy_is_low(payload):
        found.add(Cause.ENERGY.value)
    if payload.get("wants_action"):
        found.add(Cause.FLAG.value)
    return found


def energy_is_low(payload: Mapping[str, Any]) -> bool:
    """A third of those who said have little of it, or the whole group is low."""
    energy = payload.get("energy") or {}
    return bool(energy.get("watch")) or energy.get("band") == LOW


@transaction.atomic
def plan_follow_up(
    *,
    report: HealthReport,
    cause: Cause,
    by: Seat,
    now: datetime,
    origin_text: str,
    origin_path: str,
    facts: Mapping[str, Any],
    theme: CommentTheme | None = None,
) -> Action:
    """Plan the action that answers a report. ``facts`` are what ``goals.services.plan_action`` takes.

    One action answers once; several may answer the same.
    """
    if theme is not None:
        is_of_report = (theme.partnership_id, theme.month) == (report.partnership_id, report.month)
    else:
        is_of_report = cause in answerable(json.loads(report.payload))
    if not is_of_report or (theme is not None) != (cause == Cause.THEME):
        raise NothingToFollowUp(_("The report says nothing of the kind."))
    action = plan_action(by=by, now=now, origin_text=origin_text, origin_path=origin_path, **facts)
    follow_up = FollowUp.objects.create(action=action, report=report, cause=cause, theme=theme)
    record(
        verb="follow_up.planned",
        target=follow_up,
        at=now,
        actor_id=by.person_id,
        partnership_id=by.partnership_id,
        action=action.pk,
    )
    return action
