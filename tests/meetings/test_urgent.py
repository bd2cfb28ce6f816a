"""News of a meeting that is about to start does not wait for the morning, for Monday or behind other mail."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail

from meetings import services
from notifications.delivery import dispatch_due
from notifications.leases import claim
from notifications.models import Message
from partners.permissions import Role
from tests.factories.notifications import MailHoursFactory, MessageFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
PLANNED = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
STARTS = datetime(2026, 11, 4, 6, 30)  # as the clock on the wall shows it
START = STARTS.replace(tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)


@pytest.fixture
def coordinator():
    return SeatFactory(partnership=PartnershipFactory(time_zone="UTC"), role=Role.COORDINATOR)


@pytest.fixture
def sleeper(coordinator):
    """Wants no mail from ten in the evening to eight in the morning, nor on Monday and Tuesday."""
    seat = SeatFactory(partnership=coordinator.partnership, holder__person__time_zone="UTC")
    MailHoursFactory(person=seat.person, quiet_from=time(22), quiet_until=time(8), days_off=0b0000011)
    return seat


def plan(starts):
    return services.MeetingPlan(
        title="Round table", starts=starts, ends=starts + 3 * HOUR, time_zone="UTC", place="Hall"
    )


@pytest.fixture
def meeting(coordinator, sleeper):
    """Everybody has heard of it."""
    meeting = services.plan_meeting(plan=plan(STARTS), by=coordinator, now=PLANNED)
    services.invite(meeting=meeting, seats=[sleeper], by=coordinator, now=PLANNED)
    dispatch_due(now=PLANNED)
    mail.outbox.clear()
    return meeting


def leaves(*, since, until):
    """When the first mail goes out, looking every ten minutes."""
    at = since
    while at <= until:
        dispatch_due(now=at)
        if mail.outbox:
            return at
        at += timedelta(minutes=10)
    return None


@pytest.mark.parametrize("before", [HOUR / 2, 3 * HOUR, 8 * HOUR, 24 * HOUR])
@pytest.mark.parametrize("news", ["cancelled", "moved"])
def test_news_within_the_day_before_leaves_at_once(coordinator, meeting, news, before):
    now = START - before
    if news == "cancelled":
        services.cancel_meeting(meeting=meeting, by=coordinator, now=now)
    else:
        services.edit_meeting(meeting=meeting, plan=plan(STARTS + timedelta(days=7)), by=coordinator, now=now)

    assert leaves(since=now, until=START) == now


def test_news_long_before_waits_for_the_morning(coordinator, meeting):
    friday_night = START - timedelta(days=4, hours=8)
    services.cancel_meeting(meeting=meeting, by=coordinator, now=friday_night)

    assert leaves(since=friday_night, until=START) == datetime(2026, 10, 31, 8, 0, tzinfo=UTC)


def test_days_without_mail_end_a_day_before_the_start(coordinator, meeting):
    monday_noon = START - timedelta(days=1, hours=18, minutes=30)
    services.cancel_meeting(meeting=meeting, by=coordinator, now=monday_noon)

    assert leaves(since=monday_noon, until=START) == START - 24 * HOUR


def test_a_meeting_moved_to_tomorrow_is_news_of_today(coordinator, meeting):
    night = START - timedelta(days=7, hours=4)
    earlier = STARTS - timedelta(days=7)
    services.edit_meeting(meeting=meeting, plan=plan(earlier), by=coordinator, now=night)

    assert leaves(since=night, until=START) == night


def test_an_invitation_in_the_night_wakes_nobody_but_comes_before_the_start(coordinator, sleeper):
    night = START - 8 * HOUR
    meeting = services.plan_meeting(plan=plan(STARTS), by=coordinator, now=night)
    services.invite(meeting=meeting, seats=[sleeper], by=coordinator, now=night)

    assert leaves(since=night, until=START) == START - 2 * HOUR


def test_it_goes_before_everything_that_can_wait(coordinator, meeting):
    now = START - HOUR
    for number in range(30):
        MessageFactory(kind="wins", dedupe_key=f"wins:{number}", due_at=START - timedelta(days=2))
    services.cancel_meeting(meeting=meeting, by=coordinator, now=now)

    first = claim(now=now, owner="test", limit=1)

    assert [one.kind for one in first] == ["meeting_cancelled"]
    assert Message.objects.filter(kind="meeting_cancelled").get().about_at == START
