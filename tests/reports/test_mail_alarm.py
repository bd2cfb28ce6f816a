"""A coordinator is told when mail of the partnership is lost or late, and never what that would say about answers."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from core import clock
from feedback.services import REMINDER_KIND, REQUEST_KIND
from partners.permissions import Role
from partners.selectors import LOST_MAIL_SHOWN
from tests.factories.notifications import MessageFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
LOST, LATE = "could not be delivered", "is late"


@pytest.fixture
def seat(client):
    seat = SeatFactory(role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


def told(client, seat, page="reports:home"):
    response = client.get(reverse(page, args=[seat.partnership.slug]), follow=True)
    titles = BeautifulSoup(response.content, "html.parser").select("#main > .mb-4 .callout h2")
    return [phrase for title in titles for phrase in (LOST, LATE) if phrase in title.get_text()]


def lost(seat, **changes):
    return MessageFactory(dead=True, partnership_id=seat.partnership_id, **{"due_at": clock.now()} | changes)


def test_nothing_is_said_while_all_is_well(client, seat):
    MessageFactory(partnership_id=seat.partnership_id, sent=True)
    MessageFactory(partnership_id=seat.partnership_id, due_at=clock.now() - timedelta(minutes=14))

    assert told(client, seat) == []


@pytest.mark.parametrize("page", ["reports:home", "goals:goal-list", "meetings:meeting-list", "partners:seat-list"])
def test_lost_and_late_mail_is_told_on_every_page_of_the_partnership(client, seat, page):
    lost(seat)
    MessageFactory(partnership_id=seat.partnership_id, due_at=clock.now() - timedelta(minutes=16))

    assert told(client, seat, page) == [LOST, LATE]


def test_not_of_other_partnerships_not_for_other_roles_and_not_for_ever(client, seat):
    lost(SeatFactory())
    lost(seat, due_at=clock.now() - LOST_MAIL_SHOWN - timedelta(minutes=1))
    member = SeatFactory(role=Role.MEMBER)
    lost(member)
    of_coordinator = told(client, seat)
    client.force_login(member.person)

    assert (of_coordinator, told(client, member)) == ([], [])


def test_a_lost_request_is_told_and_a_lost_or_late_reminder_never(client, seat):
    lost(seat, kind=REMINDER_KIND)
    MessageFactory(
        kind=REMINDER_KIND, partnership_id=seat.partnership_id, due_at=clock.now() - timedelta(hours=1), attempts=1
    )
    of_reminders = told(client, seat)
    lost(seat, kind=REQUEST_KIND)

    assert (of_reminders, told(client, seat)) == ([], [LOST])


def test_nobody_is_named(client, seat):
    letter = lost(seat)

    page = client.get(reverse("goals:goal-list", args=[seat.partnership.slug])).content.decode()

    assert LOST in page
    assert letter.recipient.email not in page
    assert letter.recipient.name not in page


def test_it_costs_no_statement_more(client, seat, django_assert_num_queries):
    url = reverse("partners:seat-list", args=[seat.partnership.slug])
    with django_assert_num_queries(100, exact=False) as before:
        client.get(url)
    for _ in range(3):
        lost(seat)

    with django_assert_num_queries(len(before)):
        client.get(url)
