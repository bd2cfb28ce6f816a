"""The monthly page: what it says in words first, and that it says nothing it must not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from feedback import reporting, sealed
from feedback.choices import ITEMS
from partners.permissions import Role
from reports import selectors
from reports.selectors.progress import headline, latest_month
from reports.selectors.taking_part import PartnerTurnout
from tests.factories.feedback import answered_and_closed
from tests.factories.goals import ActionFactory, BaselineFactory, IndicatorFactory, MeasurementFactory, TargetFactory
from tests.factories.meetings import DecisionFactory, MeetingFactory
from tests.factories.partners import ParticipationFactory, PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
AGREED = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour", time_zone="Europe/Paris")


@pytest.fixture
def seat(partnership):
    return SeatFactory(partnership=partnership, role=Role.COORDINATOR)


@pytest.fixture
def read(client, seat, monkeypatch):
    monkeypatch.setattr("reports.views.now", lambda: NOW)
    client.force_login(seat.person)

    def get(month="2026-03"):
        response = client.get(f"/p/harbour/progress/{month}/")
        return BeautifulSoup(response.content, "html.parser") if response.status_code == 200 else response.status_code

    return get


def said(page, anchor):
    return " ".join(page.find(attrs={"aria-labelledby": anchor}).get_text(" ").split())


def measured(partnership, *values, baseline=50, target=40, **facts):
    """An indicator that should fall from 50 to 40 in 2026, with one value at the end of each month."""
    indicator = IndicatorFactory(goal__partnership=partnership, direction="down", unit="days", **facts)
    BaselineFactory(indicator=indicator, value=Decimal(baseline), on=date(2025, 12, 31), year=2025)
    TargetFactory(indicator=indicator, value=Decimal(target), period_end=date(2026, 12, 31))
    for month, value in enumerate(values, 1):
        first = date(2026, month, 1)
        end = date(2026, month + 1, 1) - timedelta(days=1)
        MeasurementFactory(indicator=indicator, value=Decimal(value), period_start=first, period_end=end)
    return indicator


def test_page_counts_only_what_was_known_at_the_end_of_its_month(read, partnership):
    measured(partnership, 49, 48, 47, 30)

    page = read("2026-03")

    assert "47 days" in said(page, "our-goals")
    assert "30 days" not in page.get_text()


def test_headline_says_how_many_are_on_track_and_which_needs_us_most(partnership):
    measured(partnership, "49.2", "48.4", "47.5", "46.6", "45.8", goal__title="Shorter waits")
    measured(partnership, 51, 52, 53, 54, 55, goal__title="Fewer empty places")
    june = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
    readings = selectors.progress_page(partnership, month=date(2026, 5, 1), now=june).goals

    lead, rest = headline(readings)

    assert lead == "1 of our 2 goals is on track."
    assert rest.startswith("The one that needs us most is “Fewer empty places”.")


def test_partnership_without_goals_is_told_to_agree_on_one():
    assert headline([])[0] == "We have not agreed on a shared goal yet."


def test_movement_of_the_month_is_told_by_direction(read, partnership):
    measured(partnership, 49, 48, 47, title="Days waited")
    measured(partnership, 49, 48, 49, title="Days lost")

    changed = said(read(), "what-changed")

    assert "Better Days waited: from 48 days to 47 days" in changed
    assert "Worse Days lost: from 48 days to 49 days" in changed


def test_value_of_an_earlier_month_is_no_change_of_this_one(read, partnership):
    measured(partnership, 49, 48, title="Days waited")

    assert "Days waited" not in said(read(), "what-changed")


def test_wins_and_decisions_of_the_month_are_shown_and_those_of_others_are_not(read, partnership):
    ActionFactory(
        partnership=partnership,
        win="The hall is full",
        done_at=datetime(2026, 3, 9, 9, 0, tzinfo=UTC),
        done_by=SeatFactory(partnership=partnership),
    )
    closed = {"invited_at": AGREED, "closed_at": datetime(2026, 3, 4, 12, 0, tzinfo=UTC)}
    DecisionFactory(meeting=MeetingFactory(partnership=partnership, **closed), text="Meet on Wednesdays")
    DecisionFactory(meeting=MeetingFactory(**closed), text="Somebody else decided this")

    page = read()

    assert "The hall is full." in page.get_text()
    assert "Meet on Wednesdays" in said(page, "what-changed")
    assert "Somebody else" not in page.get_text()


@pytest.mark.parametrize(("marks", "note"), [("pn", ""), ("nn", "Missed 2 in a row. A call may help."), ("np", "")])
def test_partner_that_missed_twice_in_a_row_is_worth_a_call(marks, note):
    seen = [selectors.taking_part.Seen("", {"p": "present", "n": "absent"}[mark]) for mark in marks]

    assert PartnerTurnout(ParticipationFactory.build(), seen, 0).note == note


def test_low_line_of_the_report_leads_to_an_action_in_one_step(read, partnership):
    answered_and_closed(partnership=partnership, answers=[sealed.Answers(dict.fromkeys(ITEMS, 4) | {"voice": 1})] * 10)
    reporting.build_report(partnership=partnership, month=MARCH, now=datetime(2026, 4, 8, 9, 0, tzinfo=UTC))

    page = read()

    health = page.find(attrs={"aria-labelledby": "how-we-work"})
    assert "“A fair say” needs attention." in health.get_text()
    assert health.find("a", class_="btn")["href"] == reverse("feedback:follow-up", args=["harbour", MARCH, "voice"])


@pytest.mark.parametrize("month", ["2025-04", "2026-05", "2030-01"])
def test_month_before_the_beginning_or_to_come_is_not_found(read, month):
    assert read(month) == 404


def test_last_finished_month_opens_first(partnership):
    assert latest_month(partnership, now=NOW) == MARCH


def test_partnership_of_this_month_opens_with_this_month():
    young = PartnershipFactory(created_at=NOW)

    assert latest_month(young, now=NOW) == APRIL


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_number_of_statements_for_any_size(
    client, seat, monkeypatch, count, django_assert_num_queries
):
    monkeypatch.setattr("reports.views.now", lambda: NOW)
    for _ in range(count):
        measured(seat.partnership, 49, 48, 47)
        ActionFactory(partnership=seat.partnership, created_at=AGREED)
        meeting = MeetingFactory(
            partnership=seat.partnership, invited_at=AGREED, closed_at=datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
        )
        DecisionFactory(meeting=meeting)
        SeatFactory(partnership=seat.partnership)
    client.force_login(seat.person)

    with django_assert_num_queries(PROGRESS_STATEMENTS):
        response = client.get("/p/harbour/progress/2026-03/")

    assert response.content.count(b'class="goal-name"') == count


PROGRESS_STATEMENTS = 22  # five of them find out why there is no report
