"""An invented meeting and letters about it, never stored: what the gallery of mails shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.http import absolute_url
from goals import samples
from meetings.models import Meeting
from notifications.registry import Letter
from partners.samples import partnership, seat

STARTS = datetime(2026, 12, 2, 14, 0, tzinfo=UTC)


def meeting() -> Meeting:
    return Meeting(
        pk=1,
        partnership=partnership(),
        title="December round table",
        purpose="Agree how smaller partners get to speak earlier.",
        agenda="Good news, 15 min\nReferral form, 30 min\nWho speaks when, 20 min",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=2),
        time_zone="Europe/London",
        place="Tidewell Hall, room 2",
        online_link="https://meet.example.org/wrenfield",
        organizer=seat("Marek Dvorak"),
        created_at=STARTS - timedelta(days=20),
    )


def _facts() -> dict[str, Any]:
    one = meeting()
    return {
        "meeting": one,
        "partnership": one.partnership,
        "organizer": one.organizer.name,
        "meeting_url": absolute_url("/p/wrenfield/meetings/1/"),
        "zone": "Europe/London",
        "one_day": True,
    }


def plan() -> Letter:
    return Letter(_facts())


def called_off() -> Letter:
    facts = _facts()
    facts["meeting"].cancelled_at = STARTS - timedelta(days=3)
    return Letter(facts)


def reminder() -> Letter:
    return Letter(_facts() | {"promised": [samples.action(), samples.action("Agree one referral form")]})
