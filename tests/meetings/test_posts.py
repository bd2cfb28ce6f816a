"""What chats hear of meetings, through the services that plan, move and call them off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from meetings import services
from meetings.services.planning import plan_of
from notifications.chat.events import event_of_kind
from notifications.models import Message
from tests.factories.notifications import ChatHookFactory
from tests.factories.partners import SeatFactory
from tests.meetings.test_planning import NOW, PLAN

pytestmark = pytest.mark.django_db
ALL = ["meeting_planned", "meeting_changed", "meeting_called_off"]


@pytest.fixture
def seat():
    seat = SeatFactory(role="coordinator")
    ChatHookFactory(partnership_id=seat.partnership_id, events=ALL)
    return seat


def planned(seat):
    plan = replace(PLAN, online_link="https://meet.example.org/secret-room")
    meeting = services.plan_meeting(plan=plan, by=seat, now=NOW)
    services.invite(meeting=meeting, seats=[seat], by=seat, now=NOW)
    meeting.refresh_from_db()
    return meeting


def posts(at=NOW):
    """What would be posted now, oldest first."""
    messages = Message.objects.filter(channel="chat").order_by("pk")
    waiting = [(message, event_of_kind(message.kind)) for message in messages]
    return [event.compose(message, at) for message, event in waiting if event.still_wanted(message, at)]


def test_a_draft_is_nobodys_business(seat):
    meeting = services.plan_meeting(plan=PLAN, by=seat, now=NOW)
    services.edit_meeting(meeting=meeting, plan=PLAN, by=seat, now=NOW)
    services.cancel_meeting(meeting=meeting, by=seat, now=NOW)

    assert not Message.objects.filter(channel="chat").exists()


def test_a_plan_is_told_once_with_day_and_place_and_never_the_link_to_join(seat):
    meeting = planned(seat)
    other = SeatFactory(partnership=seat.partnership)
    services.invite(meeting=meeting, seats=[other], by=seat, now=NOW)

    (post,) = posts()
    assert post.title == f"We meet: {meeting.title}"
    assert meeting.time_zone in post.lines[0]
    assert post.url.endswith(f"/p/{seat.partnership.slug}/meetings/{meeting.pk}/")
    assert meeting.online_link
    assert meeting.online_link not in str(post)


def test_a_change_of_place_is_told_and_a_change_of_agenda_is_not(seat):
    meeting = planned(seat)
    plan = plan_of(meeting)

    services.edit_meeting(meeting=meeting, plan=replace(plan, agenda="Another"), by=seat, now=NOW)
    assert [post.title for post in posts()] == [f"We meet: {meeting.title}"]
    services.edit_meeting(meeting=meeting, plan=replace(plan, place="Library"), by=seat, now=NOW)
    services.edit_meeting(meeting=meeting, plan=replace(plan, place="Town hall"), by=seat, now=NOW)

    assert [(post.title, post.lines[1]) for post in posts()] == [
        (f"We meet: {meeting.title}", "Town hall"),
        (f"Changed: {meeting.title}", "Town hall"),
    ]


def test_a_meeting_called_off_is_told_as_that_alone(seat):
    meeting = planned(seat)

    services.cancel_meeting(meeting=meeting, by=seat, now=NOW)

    assert [post.title for post in posts()] == [f"Called off: {meeting.title}"]


def test_nothing_is_told_of_a_meeting_that_is_over(seat):
    meeting = planned(seat)

    assert posts(at=meeting.ends_at + timedelta(minutes=1)) == []


def test_chats_that_do_not_want_it_hear_nothing(seat):
    other = SeatFactory(role="coordinator")
    ChatHookFactory(partnership_id=other.partnership_id, events=["win"])

    planned(other)

    assert not Message.objects.filter(channel="chat").exists()
