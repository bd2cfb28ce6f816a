"""What pages show about feedback: counts, promises kept, and never a person."""

from feedback.selectors.follow_through import (
    SHOWN_ON_FORM,
    FollowThrough,
    comments_for_coordinator,
    follow_through,
    follow_ups_of,
)
from feedback.selectors.health import HealthMonth, MonthState, WindowCount, health_month, health_months
from feedback.selectors.panel import FeedbackPanel, PanelState, feedback_panel, meeting_panel
from feedback.selectors.report_lines import Line
from feedback.selectors.report_page import ReportPage, read_report

__all__ = [
    "SHOWN_ON_FORM",
    "FeedbackPanel",
    "FollowThrough",
    "HealthMonth",
    "Line",
    "MonthState",
    "PanelState",
    "ReportPage",
    "WindowCount",
    "comments_for_coordinator",
    "feedback_panel",
    "follow_through",
    "follow_ups_of",
    "health_month",
    "health_months",
    "meeting_panel",
    "read_report",
]
