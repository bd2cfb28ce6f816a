"""An invented window and the letter that asks, never stored: what the gallery of mails shows."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.http import absolute_url
from feedback.choices import Cause
from feedback.models import FeedbackWindow
from feedback.selectors.follow_through import FollowThrough
from goals import samples as goals
from meetings import samples as meetings
from notifications.registry import Letter


def request() -> Letter:
    meeting = meetings.meeting()
    window = FeedbackWindow(pk=1, meeting=meeting, closes_at=meeting.ends_at + timedelta(days=7))
    changed = [FollowThrough(date(2026, 10, 1), Cause.VOICE, "", goals.action("A round before each decision"))]
    return Letter(
        {
            "partnership": meeting.partnership,
            "meeting": meeting,
            "window": window,
            "changed": changed,
            "link": absolute_url("/f/a-link-of-your-own/"),
        }
    )


def news() -> Letter:
    together = meetings.meeting().partnership
    return Letter({"partnership": together, "list_url": absolute_url("/p/wrenfield/health/conversations/")})


@dataclass(frozen=True)
class Tip:
    title: str
    advice: str


@dataclass(frozen=True)
class Page:
    """As much of a report's page as its mails show."""

    title: str = "We trust each other; not everybody is heard"
    lead: str = "14 of 17 people answered after two meetings."
    key_points: tuple[str, ...] = ("A fair say fell from 4.0 to 3.4 of 5.", "Clear roles rose from 3.4 to 3.9.")
    suggestions: tuple[Tip, ...] = (Tip("A round before each decision", "Everybody speaks once before anybody twice."),)


def report() -> Letter:
    together = meetings.meeting().partnership
    link = absolute_url("/p/wrenfield/health/2026-10/")
    return Letter({"partnership": together, "month": date(2026, 10, 1), "page": Page(), "link": link})
