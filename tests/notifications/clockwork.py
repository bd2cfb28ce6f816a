"""A small story for a test that moves every clock: what it begins with, one more meeting, and the end."""

import json
from datetime import timedelta

from core import clock
from feedback import services
from meetings.models import Meeting
from notifications.models import Heartbeat, Message
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import closed_meeting
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.partners import OrganizationFactory, PartnershipFactory, SeatFactory

HOUR = timedelta(hours=1)
PEOPLE = 6


def begin():
    """A meeting in a little over three days, for which people are invited, and a form that waits for answers."""
    now = clock.now()
    starts = now + timedelta(days=3, minutes=40)
    coming = MeetingFactory(starts_at=starts, ends_at=starts + HOUR, invited_at=now - 24 * HOUR)
    expected = AttendanceFactory.create_batch(PEOPLE, meeting=coming, told_at=now - 24 * HOUR)
    past = closed_meeting(present=PEOPLE, absent=0, closed_at=now - HOUR)
    services.open_window(meeting_id=past.pk, now=now)
    tell(invited=[row.person.email for row in expected], asked=emails(past))


def meet():
    """Another meeting has just been closed: its people must be asked, whatever the clocks did before."""
    for one in (PartnershipFactory, OrganizationFactory, PersonFactory, SeatFactory):
        one.reset_sequence(1000 * Meeting.objects.count(), force=True)
    tell(asked=emails(closed_meeting(present=5, absent=0, closed_at=clock.now() - HOUR)))


def look():
    now = clock.now()
    tell(
        heartbeats={row.name: (now - row.at).total_seconds() for row in Heartbeat.objects.all()},
        states=dict(Message.objects.values_list("dedupe_key", "state")),
    )


def emails(meeting):
    return [row.person.email for row in meeting.attendances.select_related("person")]


def tell(**facts):
    print(json.dumps(facts))  # noqa: T201


def main(step):
    {"begin": begin, "meet": meet, "look": look}[step]()
