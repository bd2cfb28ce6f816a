"""What earlier feedback led to."""

from dataclasses import dataclass
from datetime import date

from feedback.choices import Dimension
from feedback.models import FollowUp
from goals.models import Action

SHOWN_ON_FORM = 2


@dataclass(frozen=True)
class FollowThrough:
    """You said, we did: a low dimension of a month, and the action that answers it."""

    month: date
    dimension: Dimension
    action: Action


def follow_through(partnership_id: int, *, limit: int | None = None) -> list[FollowThrough]:
    """What earlier feedback led to, latest first; dropped actions led to nothing."""
    rows = FollowUp.objects.filter(report__partnership=partnership_id, action__dropped_at=None)
    needed = ["action__title", "action__started_at", "action__waiting_on", "action__done_at", "action__due_on"]
    found = rows.order_by("-pk").values_list("report__month", "dimension", "action_id", *needed)[:limit]
    names = ["pk", *(name.removeprefix("action__") for name in needed)]
    return [
        FollowThrough(month, Dimension(dimension), Action(**dict(zip(names, action, strict=True))))
        for month, dimension, *action in found
    ]
