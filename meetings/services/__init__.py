"""Every write to meetings. Closing one calls nobody: whoever waits for closed meetings looks for them."""

from meetings.services.attending import Seen, close_meeting, record_attendance
from meetings.services.deciding import agree_action, edit_decision, record_decision, take_notes
from meetings.services.errors import AttendanceRefused, MeetingNotReadyToClose, MeetingRefused, NobodyToInvite
from meetings.services.planning import (
    Invited,
    MeetingPlan,
    cancel_meeting,
    edit_meeting,
    invite,
    plan_meeting,
    plan_of,
)
from meetings.services.reminding import remind_as_usual, remind_at
from meetings.services.repeating import next_plan
from meetings.services.series import rename_series

__all__ = [
    "AttendanceRefused",
    "Invited",
    "MeetingNotReadyToClose",
    "MeetingPlan",
    "MeetingRefused",
    "NobodyToInvite",
    "Seen",
    "agree_action",
    "cancel_meeting",
    "close_meeting",
    "edit_decision",
    "edit_meeting",
    "invite",
    "next_plan",
    "plan_meeting",
    "plan_of",
    "record_attendance",
    "record_decision",
    "remind_as_usual",
    "remind_at",
    "rename_series",
    "take_notes",
]
