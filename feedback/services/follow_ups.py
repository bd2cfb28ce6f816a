"""The action that answers a low line of a report."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from feedback.choices import ENERGY, Cause, Dimension
from feedback.models import FollowUp, HealthReport
from goals.models import Action
from goals.services import plan_action
from partners.models import Seat


class NothingToFollowUp(DomainError):
    """Only a low line of a published report calls for an action."""


def answerable(payload: Mapping[str, Any]) -> set[str]:
    """What an action may answer: every low line, and the lines that suggestions are about."""
    about = {one["number"].get("line", one["key"]) for one in payload.get("suggestions", ())}
    return {*payload.get("low", ()), *(about & {*Dimension.values, ENERGY})}


@transaction.atomic
def plan_follow_up(
    *,
    report: HealthReport,
    dimension: Cause,
    by: Seat,
    now: datetime,
    origin_text: str,
    origin_path: str,
    facts: Mapping[str, Any],
) -> Action:
    """Plan the action that answers a low line of a report. ``facts`` are what ``goals.services.plan_action`` takes."""
    if dimension not in answerable(json.loads(report.payload)):
        raise NothingToFollowUp(_("This line is not low in the report."))
    action = plan_action(by=by, now=now, origin_text=origin_text, origin_path=origin_path, **facts)
    follow_up = FollowUp.objects.create(action=action, report=report, cause=dimension)
    record(
        verb="follow_up.planned",
        target=follow_up,
        at=now,
        actor_id=by.person_id,
        partnership_id=by.partnership_id,
        action=action.pk,
    )
    return action
