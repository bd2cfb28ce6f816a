"""What every decision about a meeting begins and ends with: the row as it is now, and a line of history."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.models import record
from meetings.models import Meeting
from meetings.services.errors import MeetingRefused
from partners.models import Seat


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now; whoever else wants to change it waits until this transaction ends."""
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


def refuse_if_cancelled(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None:
        raise MeetingRefused(_("This meeting was cancelled."))


def refuse_unless_open(meeting: Meeting) -> None:
    refuse_if_cancelled(meeting)
    if meeting.closed_at is not None:
        raise MeetingRefused(_("This meeting is closed. What it says stays as it is."))


def refuse_draft(meeting: Meeting) -> None:
    if meeting.invited_at is None:
        raise MeetingRefused(_("Nobody was asked to this meeting yet. Invite people first."))


def write_history(verb: str, meeting: Meeting, *, by: Seat, now: datetime, **counts: int) -> None:
    """Ids and numbers only: what was said stays with the meeting itself."""
    record(verb=verb, target=meeting, at=now, actor_id=by.person_id, partnership_id=meeting.partnership_id, **counts)
