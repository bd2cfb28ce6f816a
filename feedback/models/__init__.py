"""Anonymous feedback after meetings, the health report built from it, and what is done about it."""

from feedback.models.report import FollowUp, HealthReport, ReportFailure
from feedback.models.response import FeedbackComment, FeedbackResponse, WindowSum
from feedback.models.window import FeedbackBag, FeedbackWindow, Invitation, InvitationToken

__all__ = [
    "FeedbackBag",
    "FeedbackComment",
    "FeedbackResponse",
    "FeedbackWindow",
    "FollowUp",
    "HealthReport",
    "Invitation",
    "InvitationToken",
    "ReportFailure",
    "WindowSum",
]
