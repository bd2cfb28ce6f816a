"""What is due by itself: windows to open and to close, reports to build. Running it again changes nothing."""

import logging
from datetime import date, datetime

from django.db import DatabaseError

from feedback import reporting, sealed, services
from feedback.models import FeedbackWindow
from meetings.models import Meeting
from partners.models import Partnership

logger = logging.getLogger(__name__)


def open_windows(now: datetime) -> int:
    """Ask the people of every meeting closed in the last days; returns how many windows opened."""
    recent = Meeting.objects.closed().filter(closed_at__gt=now - services.WINDOW_LENGTH, feedback_window=None)
    opened = 0
    for meeting_id in list(recent.order_by("pk").values_list("pk", flat=True)):
        opened += services.open_window(meeting_id=meeting_id, now=now) is not None
    return opened


def close_windows(now: datetime) -> int:
    """Close what is due, then clean up behind it; returns how many closed."""
    due = FeedbackWindow.objects.due_to_close(now=now).order_by("pk")
    closed = sum(
        services.close_window(window_id=window_id, now=now) for window_id in list(due.values_list("pk", flat=True))
    )
    if closed:
        scrub_bags(now)
    return closed


def scrub_bags(_now: datetime) -> None:
    """Also hourly, for a scrub that found the table in use."""
    try:
        sealed.scrub()
    except DatabaseError:
        logger.warning("The feedback bags could not be scrubbed now; the next round tries again.")


def build_reports(now: datetime) -> int:
    """Build the reports whose day has come; one partnership that fails does not hold up the others."""
    return sum(_build(partnership, month, now) for partnership, month in reporting.due_months(now))


def revise_reports(now: datetime) -> int:
    """Build the next revision where the records behind a recent report were corrected."""
    return sum(_build(partnership, month, now) for partnership, month in reporting.reports_to_revise(now))


def _build(partnership: Partnership, month: date, now: datetime) -> bool:
    """True for a report that is new."""
    try:
        report = reporting.build_report(partnership=partnership, month=month, now=now)
    except Exception as error:
        logger.exception("The health report of partnership %s for %s could not be built.", partnership.pk, month)
        reporting.note_failure(partnership=partnership, month=month, error=type(error).__name__, now=now)
        return False
    return report is not None
