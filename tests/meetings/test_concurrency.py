"""Several people press the same button in the same moment, each in a connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from core.errors import DomainError
from meetings import services
from meetings.choices import Presence
from meetings.models import Attendance, Decision, Meeting
from meetings.reminders import plan_reminders
from notifications.models import Message, MessageState
from partners.permissions import Role
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.partners import SeatFactory

NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
AT_ONCE = 8


@pytest.fixture
def meeting(transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("the test database in memory has one connection; PostgreSQL runs this")
    coordinator = SeatFactory(role=Role.COORDINATOR)
    return MeetingFactory(partnership=coordinator.partnership, organizer=coordinator)


def at_once(call):
    """What each of several threads got: its result, or the sentence that refused it."""
    together = Barrier(AT_ONCE)

    def one(number):
        try:
            together.wait(timeout=20)
            return call(number)
        except DomainError as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_inviting_at_once_asks_everybody_once(meeting):
    seats = SeatFactory.create_batch(5, partnership=meeting.partnership)

    at_once(lambda _: services.invite(meeting=meeting, seats=seats, by=meeting.organizer, now=NOW))

    assert Attendance.objects.count() == 5
    assert sorted(Message.objects.values_list("recipient_id", flat=True)) == sorted(seat.person_id for seat in seats)


def test_the_same_change_at_once_is_one_change_and_one_mail_each(meeting):
    seats = SeatFactory.create_batch(3, partnership=meeting.partnership)
    services.invite(meeting=meeting, seats=seats, by=meeting.organizer, now=NOW)
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    plan = replace(services.plan_of(meeting), place="Garden")

    at_once(lambda _: services.edit_meeting(meeting=meeting, plan=plan, by=meeting.organizer, now=NOW))

    assert Meeting.objects.get().sequence == 1
    assert Message.objects.filter(kind="meeting_changed").count() == 3


def test_closing_at_once_closes_once(meeting):
    Meeting.objects.update(invited_at=NOW)
    AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)

    answers = at_once(
        lambda number: services.close_meeting(
            meeting=meeting, by=meeting.organizer, now=START + timedelta(minutes=number)
        )
    )

    assert answers.count("This meeting is closed. What it says stays as it is.") == AT_ONCE - 1


def test_deciding_at_once_gives_every_decision_its_number(meeting):
    Meeting.objects.update(invited_at=NOW)

    at_once(
        lambda number: services.record_decision(
            meeting=meeting, text=f"Decision {number}", by=meeting.organizer, now=START
        )
    )

    assert list(Decision.objects.values_list("number", flat=True)) == list(range(1, AT_ONCE + 1))


def test_planning_reminders_at_once_reminds_once(meeting):
    Meeting.objects.update(invited_at=NOW)
    AttendanceFactory.create_batch(4, meeting=meeting)

    at_once(lambda _: plan_reminders(START - timedelta(days=2)))

    assert Message.objects.count() == 4
