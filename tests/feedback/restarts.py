"""Windows and links for a test that answers over HTTP while the database goes away, and what was stored in the end."""

import json
from datetime import timedelta

from core import clock
from feedback import services
from feedback.links import mint_token
from feedback.models import FeedbackComment, FeedbackResponse, FeedbackWindow
from tests.factories.feedback import closed_meeting


def prepare(meetings, people):
    """One link per person, as lists by window."""
    now = clock.now()
    links = []
    for _ in range(meetings):
        meeting = closed_meeting(present=people, absent=0, closed_at=now - timedelta(hours=1))
        window = services.open_window(meeting_id=meeting.pk, now=now)
        rows = window.invitations.values_list("pk", flat=True)
        links.append([mint_token(invitation_id=row) for row in rows])
    print(json.dumps(links))  # noqa: T201


def close():
    for window in FeedbackWindow.objects.open():
        services.close_window(window_id=window.pk, now=window.closes_at)
    words = list(FeedbackComment.objects.values_list("text", flat=True))
    print(json.dumps({"words": words, "responses": FeedbackResponse.objects.count()}))  # noqa: T201


def main(step, *arguments):
    {"prepare": prepare, "close": close}[step](*arguments)
