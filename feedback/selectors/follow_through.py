"""What earlier feedback led to."""

import json
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from feedback.choices import Dimension
from feedback.models import FeedbackComment, FollowUp, HealthReport
from goals.models import Action

SHOWN_ON_FORM = 2
COMMENTS_FROM = 10


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


def follow_ups_of(report: HealthReport) -> QuerySet[FollowUp]:
    """Actions planned from this month's report, whatever its revision; oldest first."""
    rows = FollowUp.objects.filter(report__partnership=report.partnership_id, report__month=report.month)
    return rows.select_related("action__accountable__participation__organization").order_by("pk")


def comments_for_coordinator(report: HealthReport) -> list[str]:
    """Words that may not be quoted, for the one person who may paraphrase them; from ten answers after one meeting."""
    windows = [w["id"] for w in json.loads(report.payload)["windows"] if w["answered"] >= COMMENTS_FROM]
    texts = FeedbackComment.objects.filter(window__in=windows, may_quote=False).exclude(text="")
    return sorted(texts.values_list("text", flat=True))
