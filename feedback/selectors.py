"""What pages show about feedback: counts, promises kept, and never a person."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto

from feedback import sealed
from feedback.choices import Dimension
from feedback.models import FeedbackWindow, FollowUp
from feedback.models.window import MINIMUM_GROUP, MOST_INVITED
from feedback.services import WINDOW_LENGTH, people_to_ask
from goals.models import Action
from meetings.models import Meeting

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


class PanelState(StrEnum):
    """Where the feedback on one meeting stands."""

    NOT_CLOSED = auto()
    STARTING = auto()
    OPEN = auto()
    CLOSED = auto()
    TALK_IT_OVER = auto()
    TOO_MANY = auto()
    MISSED = auto()


@dataclass(frozen=True)
class FeedbackPanel:
    """Counts for everybody in the partnership; who answered is known to nobody."""

    state: PanelState
    invited: int = 0
    answered: int = 0
    closes_at: datetime | None = None
    minimum: int = MINIMUM_GROUP


def feedback_panel(meeting: Meeting, now: datetime) -> FeedbackPanel:
    """What the meeting's page says about feedback; include ``feedback/_meeting_panel.html`` with it as ``panel``."""
    window = FeedbackWindow.objects.filter(meeting=meeting).first()
    if window is None:
        return FeedbackPanel(_state_without_window(meeting, now))
    if window.closed_at is None:
        answered = sealed.answered_counts([window]).get(window.pk, 0)
        return FeedbackPanel(PanelState.OPEN, window.invited_count, answered, window.closes_at)
    return FeedbackPanel(PanelState.CLOSED, window.invited_count, window.answered_count or 0, window.closes_at)


def _state_without_window(meeting: Meeting, now: datetime) -> PanelState:
    if meeting.closed_at is None:
        return PanelState.NOT_CLOSED
    people = len(people_to_ask(meeting))
    if people < MINIMUM_GROUP:
        return PanelState.TALK_IT_OVER
    if people > MOST_INVITED:
        return PanelState.TOO_MANY
    return PanelState.STARTING if meeting.closed_at + WINDOW_LENGTH > now else PanelState.MISSED
