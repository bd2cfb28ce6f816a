"""What earlier feedback led to."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import BigIntegerField

from core.prepared import Given, Prepared
from feedback.choices import Cause
from feedback.models import FeedbackComment, FollowUp, HealthReport
from feedback.models.window import WORDS_FROM
from goals.models import Action

SHOWN_ON_FORM = 2


@dataclass(frozen=True)
class FollowThrough:
    """You said, we did: a low dimension of a month, and the action that answers it."""

    month: date
    cause: Cause
    action: Action


NEEDED = ("title", "started_at", "waiting_on", "done_at", "due_on")


def follow_through(partnership_id: int, *, limit: int | None = None) -> list[FollowThrough]:
    """What earlier feedback led to, latest first; dropped actions led to nothing."""
    return [
        FollowThrough(month, Cause(cause), Action(**dict(zip(("pk", *NEEDED), action, strict=True))))
        for month, cause, *action in _latest(limit).rows(partnership=partnership_id)
    ]


@cache
def _latest(limit: int | None) -> Prepared:
    rows = FollowUp.objects.filter(report__partnership=Given("partnership", BigIntegerField()))
    rows = rows.filter(action__dropped_at=None).order_by("-pk")
    columns = ["report__month", "cause", "action_id", *(f"action__{name}" for name in NEEDED)]
    return Prepared(lambda: rows.values_list(*columns)[:limit])


def comments_for_coordinator(report: HealthReport) -> list[str]:
    """Words that may not be quoted, for the one person who may paraphrase them; from ten answers after one meeting."""
    windows = [w["id"] for w in json.loads(report.payload)["windows"] if w["answered"] >= WORDS_FROM]
    texts = FeedbackComment.objects.filter(window__in=windows, may_quote=False).exclude(text="")
    return sorted(texts.values_list("text", flat=True))
