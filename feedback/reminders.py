"""What is due by itself: windows to open, windows to close. Running it again changes nothing."""

import logging
from datetime import datetime

from django.db import DatabaseError

from feedback import sealed, services
from feedback.models import FeedbackWindow
from meetings.models import Meeting

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
