"""Somebody left their seat: coordinators hear once what is open there, and where it is handed over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from accounts.services import close_account, reopen_account
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState
from partners.permissions import Role
from partners.services import give_seat, vacate_seat
from reports.reminders import plan_departures
from tests.factories.accounts import PersonFactory
from tests.factories.goals import ActionFactory, AssignmentFactory, IndicatorFactory, SharedGoalFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def coordinator():
    return SeatFactory(partnership=PartnershipFactory(name="Harbour", slug="harbour"), role=Role.COORDINATOR)


@pytest.fixture
def seat(coordinator):
    seat = SeatFactory(partnership=coordinator.partnership, role=Role.REPRESENTATIVE)
    seat.organization.name = "Riverside"
    seat.organization.save()
    return seat


def told(at=NOW):
    plan_departures(at)
    dispatch_due(now=at)
    return [letter for letter in mail.outbox if "Riverside" in letter.subject]


def test_the_mail_lists_what_is_open_and_where_it_is_handed_over(coordinator, seat, settings):
    settings.SITE_URL = "https://thread.example"
    table = {"partnership": seat.partnership}
    promised = ActionFactory(accountable=seat, title="Print <the> calendar", **table)
    done = ActionFactory(accountable=seat, title="Long done", done_at=NOW, done_by=seat, **table)
    helped = AssignmentFactory(seat=seat, action=ActionFactory(accountable=coordinator, title="Carry chairs", **table))
    goal = SharedGoalFactory(lead=seat.participation, **table)
    IndicatorFactory(goal=goal, title="Working days")
    vacate_seat(seat=seat, by=coordinator, now=NOW)

    (letter,) = told()

    html = letter.alternatives[0][0]
    assert letter.subject == "Harbour: nobody sits for Riverside any more"
    place = "https://thread.example/p/harbour"
    for text in (letter.body, html):
        assert f"{place}/actions/{promised.pk}/edit/" in text
        assert f"{place}/actions/{helped.action_id}/edit/" in text
        assert f"{place}/goals/{goal.pk}/edit/" in text
        assert f"{place}/seats/invite/?seat={seat.pk}" in text
        assert "Working days" in text
        assert done.title not in text
    assert "Print &lt;the&gt; calendar" in html


def test_numbers_are_not_open_while_a_colleague_may_record_them(coordinator, seat):
    SeatFactory(partnership=seat.partnership, participation=seat.participation, role=Role.REPRESENTATIVE)
    IndicatorFactory(
        goal=SharedGoalFactory(partnership=seat.partnership, lead=seat.participation), title="Working days"
    )
    vacate_seat(seat=seat, by=coordinator, now=NOW)

    (letter,) = told()

    assert letter.subject == "Harbour: a seat of Riverside is vacant"
    assert "One person is left there." in letter.body
    assert "Working days" not in letter.body
    assert "Nothing is open there." in letter.body


def test_every_coordinator_is_told_once_and_nobody_else(coordinator, seat):
    second = SeatFactory(partnership=coordinator.partnership, role=Role.COORDINATOR)
    SeatFactory(partnership=coordinator.partnership, role=Role.COORDINATOR, holder__person__is_active=False)
    SeatFactory(partnership=coordinator.partnership, role=Role.BACKBONE)
    SeatFactory(role=Role.COORDINATOR)
    vacate_seat(seat=seat, by=coordinator, now=NOW)

    for hours in range(0, 24 * 20, 11):
        plan_departures(NOW + timedelta(hours=hours))

    found = Message.objects.filter(kind="seat_left").values_list("recipient", "params")
    assert sorted(found) == sorted((one.person_id, {"seat": seat.pk}) for one in (coordinator, second))


@pytest.mark.parametrize(("days", "mails"), [(3, 1), (8, 0)])
def test_after_an_outage_it_comes_once_or_not_at_all(coordinator, seat, days, mails):
    vacate_seat(seat=seat, by=coordinator, now=NOW)

    for _ in range(3):
        told(NOW + days * DAY)

    assert len(told(NOW + days * DAY)) == mails


def test_closing_the_account_of_whoever_holds_a_seat_is_leaving_it(coordinator, seat, settings):
    settings.SITE_URL = "https://thread.example"
    ActionFactory(partnership=seat.partnership, accountable=seat, title="Print the calendar")
    close_account(person=seat.person, now=NOW)

    (letter,) = told()

    assert letter.subject == "Harbour: nobody sits for Riverside any more"
    for text in (letter.body, letter.alternatives[0][0]):
        assert "Print the calendar" in text
        assert "the seat still bears their name" in text
        assert f"https://thread.example/p/harbour/seats/{seat.pk}/vacate/" in text


@pytest.mark.parametrize("planned_between", [True, False])
def test_making_the_seat_of_a_closed_account_vacant_is_no_second_departure(coordinator, seat, planned_between):
    close_account(person=seat.person, now=NOW)
    if planned_between:
        told()
    vacate_seat(seat=seat, by=coordinator, now=NOW + DAY)

    for hours in range(24, 24 * 12, 7):
        told(NOW + timedelta(hours=hours))

    assert Message.objects.filter(kind="seat_left").count() == 1
    assert len(told(NOW + 12 * DAY)) == 1


def test_every_seat_of_a_closed_account_is_told_where_it_is(coordinator, seat):
    elsewhere = SeatFactory(role=Role.COORDINATOR)
    SeatFactory(partnership=elsewhere.partnership, holder__person=seat.person)
    close_account(person=seat.person, now=NOW)

    for _ in range(3):
        plan_departures(NOW)

    found = Message.objects.filter(kind="seat_left").values_list("partnership_id", "recipient")
    assert sorted(found) == sorted((one.partnership_id, one.person_id) for one in (coordinator, elsewhere))


def test_an_account_that_is_opened_again_is_no_departure_and_closing_it_again_is_another(coordinator, seat):
    close_account(person=seat.person, now=NOW)
    plan_departures(NOW)
    reopen_account(person=seat.person, now=NOW)
    after_reopening = len(told())
    close_account(person=seat.person, now=NOW + DAY)

    again = told(NOW + DAY)

    assert (after_reopening, len(again)) == (0, 1)


def test_accounts_closed_long_ago_are_old_news(coordinator):
    SeatFactory(partnership=coordinator.partnership, holder__person__is_active=False)

    plan_departures(NOW)

    assert not Message.objects.exists()


def test_nobody_is_told_of_a_seat_that_is_filled_again(coordinator, seat):
    vacate_seat(seat=seat, by=coordinator, now=NOW)
    plan_departures(NOW)
    give_seat(seat=seat, person=PersonFactory(), by=coordinator.person, now=NOW)

    assert told() == []
    assert Message.objects.get(kind="seat_left").state == MessageState.OBSOLETE


def test_planning_again_writes_nothing(coordinator, seat, django_assert_num_queries):
    vacate_seat(seat=seat, by=coordinator, now=NOW)
    plan_departures(NOW)

    with django_assert_num_queries(6) as queries:
        plan_departures(NOW)

    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
