"""Today: what needs whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from feedback import reporting, sealed
from feedback.choices import ITEMS
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import FollowUpFactory, answered_and_closed, open_window
from tests.factories.goals import ActionFactory, AssignmentFactory, IndicatorFactory
from tests.factories.meetings import MeetingFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour")


@pytest.fixture
def read(client, monkeypatch):
    monkeypatch.setattr("reports.views.now", lambda: NOW)

    def get(seat):
        client.force_login(seat.person)
        return BeautifulSoup(client.get("/p/harbour/").content, "html.parser")

    return get


def needs(page):
    titles = page.find(attrs={"aria-labelledby": "needs-you"}).find_all("a", class_="item-title")
    return [title.get_text() for title in titles]


def test_coordinator_sees_every_late_action_the_latest_first(read, partnership):
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    ActionFactory(partnership=partnership, title="Late", due_on=date(2026, 4, 10))
    ActionFactory(partnership=partnership, title="Very late", due_on=date(2026, 3, 1))
    ActionFactory(partnership=partnership, title="In time", due_on=date(2026, 4, 20))
    ActionFactory(title="Late elsewhere", due_on=date(2026, 3, 1))

    assert needs(read(seat)) == ["Very late", "Late"]


def test_member_sees_only_what_is_theirs(read, partnership):
    seat = SeatFactory(partnership=partnership, role=Role.MEMBER)
    ActionFactory(partnership=partnership, title="Somebody else's", due_on=date(2026, 3, 1))
    ActionFactory(partnership=partnership, title="Mine", accountable=seat, due_on=date(2026, 3, 2))
    helping = ActionFactory(partnership=partnership, title="I help", due_on=date(2026, 3, 3))
    AssignmentFactory(action=helping, seat=seat)

    assert needs(read(seat)) == ["Mine", "I help"]


def test_meeting_that_is_over_asks_to_be_closed(read, partnership):
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    MeetingFactory(partnership=partnership, title="March meeting", invited_at=NOW - timedelta(days=60))
    MeetingFactory(partnership=partnership, title="Only a draft")

    assert needs(read(seat)) == ["“March meeting” is over and not closed yet"]


def test_low_line_needs_somebody_until_an_action_answers_it(read, partnership):
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    answered_and_closed(partnership=partnership, answers=[sealed.Answers(dict.fromkeys(ITEMS, 4) | {"voice": 1})] * 10)
    report = reporting.build_report(partnership=partnership, month=date(2026, 3, 1), now=NOW)

    before = needs(read(seat))
    FollowUpFactory(report=report, cause="voice", action__partnership=partnership, action__due_on=date(2026, 6, 1))

    assert before == ["A fair say: needs attention"]
    assert needs(read(seat)) == []


def test_number_that_is_missing_is_asked_of_the_partner_that_leads_the_goal(read, partnership):
    lead = SeatFactory(partnership=partnership, role=Role.REPRESENTATIVE)
    other = SeatFactory(partnership=partnership, role=Role.REPRESENTATIVE)
    IndicatorFactory(goal__partnership=partnership, goal__lead=lead.participation, title="Places")

    assert needs(read(lead)) == ["No number yet: Places"]
    assert needs(read(other)) == []


def test_open_window_shows_counts_and_nobody(read, partnership):
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    window = open_window(partnership=partnership, present=6)
    page = read(seat)

    panel = page.find(attrs={"aria-labelledby": f"window-{window.meeting_id}"}).get_text(" ")

    assert "0 of 6 people replied" in " ".join(panel.split())
    assert not [name for name in window.invitations.values_list("person__name", flat=True) if name in panel]


def test_front_door_leads_into_the_only_partnership_or_to_the_list(client, partnership):
    seat = SeatFactory(partnership=partnership)
    client.force_login(seat.person)
    assert client.get("/").url == reverse("reports:home", args=["harbour"])

    SeatFactory(person=seat.person, holder=seat.holder, participation__organization=seat.organization)
    assert client.get("/").url == reverse("partners:partnership-list")

    client.force_login(PersonFactory())
    assert client.get("/").url == reverse("partners:partnership-list")


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_number_of_statements_for_any_size(
    client, partnership, monkeypatch, count, django_assert_num_queries
):
    monkeypatch.setattr("reports.views.now", lambda: NOW)
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    for _ in range(count):
        ActionFactory(partnership=partnership, due_on=date(2026, 3, 1))
        IndicatorFactory(goal__partnership=partnership)
        MeetingFactory(partnership=partnership, starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2))
    client.force_login(seat.person)

    with django_assert_num_queries(HOME_STATEMENTS):
        response = client.get("/p/harbour/")

    assert response.content.count(b'class="day"') == count


HOME_STATEMENTS = 19
