"""What pages show about feedback: counts, promises kept, and never a person."""

from feedback.selectors.follow_through import (
    SHOWN_ON_FORM,
    FollowThrough,
    follow_through,
)
from feedback.selectors.health import HealthMonth, MonthState, WindowCount, health_month, health_months
from feedback.selectors.numbers import numbers_of
from feedback.selectors.panel import FeedbackPanel, PanelState, feedback_panel, meeting_panel
from feedback.selectors.paper import Paper, paper_of, printed
from feedback.selectors.report_lines import Line
from feedback.selectors.report_page import ReportPage, read_report
from feedback.selectors.said import Said, answers_to, replies_until, said_and_agreed

__all__ = [
    "SHOWN_ON_FORM",
    "FeedbackPanel",
    "FollowThrough",
    "HealthMonth",
    "Line",
    "MonthState",
    "PanelState",
    "Paper",
    "ReportPage",
    "Said",
    "WindowCount",
    "answers_to",
    "feedback_panel",
    "follow_through",
    "health_month",
    "health_months",
    "meeting_panel",
    "numbers_of",
    "paper_of",
    "printed",
    "read_report",
    "replies_until",
    "said_and_agreed",
]
