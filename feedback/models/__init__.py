"""Feedback after meetings, the health report built from it, and what is done about it."""

from feedback.models.past import PastRound, PastSum
from feedback.models.report import (
    CommentTheme,
    FollowUp,
    HealthReport,
    PublishedSet,
    ReportFailure,
    ReportFile,
)
from feedback.models.response import FeedbackComment, FeedbackResponse, NamedResponse, WindowSum
from feedback.models.thread import ThreadMessage
from feedback.models.window import (
    FeedbackBag,
    FeedbackSettings,
    FeedbackWindow,
    Invitation,
    InvitationToken,
    OwnQuestion,
    WindowSector,
)

__all__ = [
    "CommentTheme",
    "FeedbackBag",
    "FeedbackComment",
    "FeedbackResponse",
    "FeedbackSettings",
    "FeedbackWindow",
    "FollowUp",
    "HealthReport",
    "Invitation",
    "InvitationToken",
    "NamedResponse",
    "OwnQuestion",
    "PastRound",
    "PastSum",
    "PublishedSet",
    "ReportFailure",
    "ReportFile",
    "ThreadMessage",
    "WindowSector",
    "WindowSum",
]
