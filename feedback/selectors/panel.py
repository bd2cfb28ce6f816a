"""What the page of a meeting says about feedback: counts, and never a person."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, auto

from core.panels import Panel
from feedback import modes
from feedback.choices import Mode
from feedback.models import FeedbackWindow
from feedback.models.window import MINIMUM_GROUP, MOST_INVITED
from feedback.services import WINDOW_LENGTH, people_to_ask
from meetings.models import Meeting
from partners.models import Seat
from partners.permissions import Permission


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
    with_names: bool = False
    meeting_id: int = 0
    may_read_names: bool = False
    may_print: bool = False


def feedback_panel(meeting: Meeting, now: datetime) -> FeedbackPanel:
    """What the meeting's page says about feedback; include ``feedback/_meeting_panel.html`` with it as ``panel``."""
    window = FeedbackWindow.objects.filter(meeting=meeting).first()
    if window is None:
        return FeedbackPanel(_state_without_window(meeting, now))
    if window.closed_at is None:
        answered = modes.answered_counts([window]).get(window.pk, 0)
        state = PanelState.OPEN
    else:
        answered, state = window.answered_count or 0, PanelState.CLOSED
    return FeedbackPanel(state, window.invited_count, answered, window.closes_at, with_names=window.mode == Mode.NAMED)


def _state_without_window(meeting: Meeting, now: datetime) -> PanelState:
    if meeting.closed_at is None:
        return PanelState.NOT_CLOSED
    people = len(people_to_ask(meeting))
    if people < MINIMUM_GROUP:
        return PanelState.TALK_IT_OVER
    if people > MOST_INVITED:
        return PanelState.TOO_MANY
    return PanelState.STARTING if meeting.closed_at + WINDOW_LENGTH > now else PanelState.MISSED


def meeting_panel(seat: Seat, meeting: Meeting, now: datetime) -> Panel | None:
    """For the slot on the meeting's page; before the meeting is closed only the sheet for the room, for who runs it."""
    may_print = seat.can(Permission.MEETING_MANAGE)
    if meeting.closed_at is None:
        if meeting.cancelled_at is not None or not may_print:
            return None
        before = FeedbackPanel(PanelState.NOT_CLOSED, meeting_id=meeting.pk, may_print=True)
        return Panel("feedback/_meeting_panel.html", before)
    panel = feedback_panel(meeting, now)
    is_readable = panel.with_names and panel.state is PanelState.CLOSED
    may_read_names = is_readable and seat.can(Permission.NAMED_ANSWERS_READ)
    may_print = may_print and panel.state in (PanelState.STARTING, PanelState.OPEN)
    mine = replace(panel, meeting_id=meeting.pk, may_read_names=may_read_names, may_print=may_print)
    return Panel("feedback/_meeting_panel.html", mine)
