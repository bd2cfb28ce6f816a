"""Months of feedback without the way through the mails: closed windows with their sums, and the reports in turn."""

import json
from datetime import UTC, datetime, timedelta

from core import months
from feedback import reporting
from feedback.choices import ITEMS
from feedback.models import FeedbackResponse, WindowSector, WindowSum
from feedback.sums import window_sums
from tests.factories.feedback import FeedbackWindowFactory
from tests.factories.meetings import MeetingFactory


def closed_window(partnership, month, said, *, day=4, invited=None, asked=None, **fields):
    """``said``: (sector, ratings) of each answer. ``asked``: sector → (people, organisations)."""
    starts_at = datetime(month.year, month.month, day, 9, tzinfo=UTC)
    closed_at = starts_at + timedelta(hours=3)
    meeting = MeetingFactory(
        partnership=partnership,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        invited_at=starts_at - timedelta(days=10),
        closed_at=closed_at,
    )
    window = FeedbackWindowFactory(
        meeting=meeting,
        opened_at=closed_at,
        closes_at=closed_at + timedelta(days=7),
        closed_at=closed_at + timedelta(days=7),
        invited_count=invited or max(len(said), 5),
        answered_count=len(said),
        **fields,
    )
    FeedbackResponse.objects.bulk_create(FeedbackResponse(window=window, sector=s, **ratings) for s, ratings in said)
    WindowSum.objects.bulk_create(window_sums(window=window, said=said))
    WindowSector.objects.bulk_create(
        WindowSector(window=window, sector=sector, invited=people, organizations=organizations)
        for sector, (people, organizations) in (asked or {}).items()
    )
    return window


def all_say(count, value=3, sector="", **fixed):
    """So many equal answers."""
    return [(sector, dict.fromkeys(ITEMS, value) | fixed) for _ in range(count)]


def spread(count, *values, sector="", **fixed):
    """Answers that go round through ``values``, the same to every line."""
    return [(sector, dict.fromkeys(ITEMS, values[i % len(values)]) | fixed) for i in range(count)]


def report_of(partnership, month):
    """Build the report on its day, and read it."""
    now = datetime.combine(months.shift(month, 1), datetime.min.time(), tzinfo=UTC) + timedelta(days=8)
    reporting.build_report(partnership=partnership, month=month, now=now)
    return json.loads(reporting.latest_report(partnership, month).payload)
