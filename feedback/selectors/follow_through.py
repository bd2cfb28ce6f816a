"""What earlier feedback led to."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import BigIntegerField, F

from core.prepared import Given, Prepared
from feedback.choices import Cause
from feedback.models import FollowUp
from feedback.selectors.causes import sentence
from goals.models import Action

SHOWN_ON_FORM = 2


@dataclass(frozen=True)
class FollowThrough:
    """You said, we did: what a report of a month showed, and the action that answers it."""

    month: date
    cause: Cause
    theme: str
    action: Action

    @property
    def said(self) -> str:
        return sentence(self.cause, self.month, self.theme)


NEEDED = ("title", "started_at", "waiting_on", "done_at", "due_on")


def follow_through(partnership_id: int, *, limit: int | None = None) -> list[FollowThrough]:
    """What earlier feedback led to: what is done first, the latest before others; dropped actions led to nothing."""
    return [
        FollowThrough(month, Cause(cause), theme or "", Action(**dict(zip(("pk", *NEEDED), action, strict=True))))
        for month, cause, theme, *action in _latest(limit).rows(partnership=partnership_id)
    ]


@cache
def _latest(limit: int | None) -> Prepared:
    rows = FollowUp.objects.filter(report__partnership=Given("partnership", BigIntegerField()))
    rows = rows.filter(action__dropped_at=None).order_by(F("action__done_at").desc(nulls_last=True), "-pk")
    columns = ["report__month", "cause", "theme__name", "action_id", *(f"action__{name}" for name in NEEDED)]
    return Prepared(lambda: rows.values_list(*columns)[:limit])
