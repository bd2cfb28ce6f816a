"""The page behind the code on the sheet in the room. It can mail somebody their link, and is no second way in.

The address is signed, so that nobody walks through meetings by number; it is no secret, it hangs on a wall.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

import segno
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from core.http import absolute_url
from feedback.models import FeedbackWindow
from feedback.models.window import MINIMUM_GROUP
from feedback.services import WINDOW_LENGTH, people_to_ask
from meetings.models import Meeting

SALT = "feedback.room"
QUIET = 4  # modules of white around the code, which scanners need


class RoomState(StrEnum):
    BEFORE = auto()
    OPEN = auto()
    OVER = auto()
    NO_FORM = auto()


@dataclass(frozen=True)
class Room:
    meeting: Meeting
    state: RoomState
    closes_at: datetime | None = None


@dataclass(frozen=True)
class Code:
    """A picture of black squares: the outline of them all, and how many fit into its side."""

    outline: str
    size: int


def room_url(meeting: Meeting) -> str:
    return absolute_url(reverse("feedback:room", kwargs={"signed": Signer(salt=SALT).sign(str(meeting.pk))}))


def room_behind(signed: str, *, now: datetime) -> Room | None:
    """The meeting a sheet was printed for, and whether its form is open; None for an address we never printed."""
    try:
        pk = int(Signer(salt=SALT).unsign(signed))
    except (BadSignature, ValueError):
        return None
    meeting = Meeting.objects.select_related("partnership").filter(pk=pk).first()
    if meeting is None:
        return None
    window = FeedbackWindow.objects.filter(meeting=meeting).first()
    if window is None:
        return Room(meeting, _state_without_window(meeting, now))
    is_open = window.closed_at is None and window.closes_at > now
    return Room(meeting, RoomState.OPEN if is_open else RoomState.OVER, window.closes_at)


def _state_without_window(meeting: Meeting, now: datetime) -> RoomState:
    """Closed with enough people, it opens within a minute."""
    if meeting.cancelled_at is not None:
        return RoomState.NO_FORM
    if meeting.closed_at is None:
        return RoomState.BEFORE
    is_late = meeting.closed_at + WINDOW_LENGTH <= now
    return RoomState.NO_FORM if is_late or len(people_to_ask(meeting)) < MINIMUM_GROUP else RoomState.BEFORE


def code_for(text: str) -> Code:
    """A QR code, as a path that a template draws."""
    rows = list(segno.make_qr(text, error="m").matrix)
    outline = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return Code(outline, len(rows) + 2 * QUIET)
