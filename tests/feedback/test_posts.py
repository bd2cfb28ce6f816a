"""What chats hear of health reports: that one is out, and not a word of what it says."""

from datetime import UTC, datetime

import pytest

from feedback import reminders
from meetings.models import Attendance
from notifications.chat.events import event_of_kind
from notifications.models import Message
from tests.factories.feedback import answered_and_closed, some_answers
from tests.factories.notifications import ChatHookFactory
from tests.factories.partners import PartnershipFactory

REPORT_DAY = datetime(2026, 4, 9, 6, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership():
    partnership = PartnershipFactory()
    ChatHookFactory(partnership_id=partnership.pk, events=["health_report"])
    return partnership


def told():
    return list(Message.objects.filter(channel="chat"))


def test_a_report_is_told_once_without_what_it_says(partnership):
    answered_and_closed([some_answers() for _ in range(12)], partnership=partnership)

    reminders.build_reports(REPORT_DAY)
    reminders.build_reports(REPORT_DAY)

    (message,) = told()
    post = event_of_kind(message.kind).compose(message, REPORT_DAY)
    assert post.title == "The health report of March 2026 is out"
    assert list(post.lines) == []
    assert post.url.endswith(f"/p/{partnership.slug}/health/2026-03/")


def test_a_revision_is_no_news(partnership):
    answered_and_closed([some_answers() for _ in range(12)], partnership=partnership)
    reminders.build_reports(REPORT_DAY)
    Attendance.objects.filter(presence="absent").update(presence="present")

    assert reminders.revise_reports(REPORT_DAY) == 1
    assert len(told()) == 1


def test_a_month_in_which_too_few_answered_is_not_told(partnership):
    answered_and_closed([some_answers() for _ in range(2)], people=8, partnership=partnership)

    reminders.build_reports(REPORT_DAY)

    assert told() == []
