"""Coordinators hear which numbers partners leave out: once a week and partnership, in their digest."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.core import mail

from goals.reminders import plan_reminders
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState
from partners.permissions import Role
from tests.factories.goals import IndicatorFactory, MeasurementFactory, SharedGoalFactory
from tests.factories.partners import ParticipationFactory, PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NINE = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)  # nine o'clock on a Tuesday in Paris, three days after 7 March
FEBRUARY = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}


@pytest.fixture
def coordinator():
    return SeatFactory(partnership=PartnershipFactory(name="Harbour", slug="harbour"), role=Role.COORDINATOR)


@pytest.fixture
def partner(coordinator):
    return SeatFactory(partnership=coordinator.partnership, organization__name="Riverside")


def number(lead, title="Working days", **fields):
    goal = SharedGoalFactory(partnership=lead.partnership, lead=lead.participation)
    return IndicatorFactory(goal=goal, title=title, **fields)


def run_daily(first, last):
    for day in range(first, last + 1):
        for hours in (-8, 5):
            plan_reminders(NINE + day * DAY + timedelta(hours=hours))


def told_by_mail(seat):
    return [letter for letter in mail.outbox if seat.person.email in letter.to[0]]


def told():
    rows = Message.objects.filter(kind="numbers_waiting").order_by("due_at", "pk")
    return [(row.due_at.date(), row.recipient_id) for row in rows]


def test_three_days_after_the_day_and_every_week_until_the_next_is_due(coordinator, partner):
    MeasurementFactory(indicator=number(partner))  # that of January

    run_daily(-14, 20)

    days = [date(2026, 3, day) for day in (10, 17, 24)]
    assert told() == [(day, coordinator.person_id) for day in days]


def test_numbers_due_on_different_days_are_one_mail_a_week_and_never_two(coordinator, partner):
    number(partner, "Monthly")
    number(partner, "Yearly", frequency="yearly", created_at=datetime(2025, 11, 1, tzinfo=UTC))
    number(SeatFactory(partnership=coordinator.partnership), "Of somebody else")

    run_daily(-45, 25)

    days = [day for day, _person in told()]
    gaps = [later - earlier for earlier, later in pairwise(days)]
    assert len(days) >= 6
    assert min(gaps) >= timedelta(days=7), days


def test_planning_many_times_at_once_is_one_mail(coordinator, partner):
    number(partner)
    for _ in range(10):
        plan_reminders(NINE)

    assert told() == [(NINE.date(), coordinator.person_id)]


def test_what_a_coordinator_is_asked_for_anyway_is_not_told_twice(coordinator):
    number(coordinator)
    IndicatorFactory(goal=SharedGoalFactory(partnership=coordinator.partnership, lead=None))
    elsewhere = SeatFactory(role=Role.COORDINATOR)

    run_daily(0, 8)

    assert told() == []
    assert elsewhere.person_id not in set(Message.objects.values_list("recipient", flat=True))


def test_only_coordinators_hear_of_it(coordinator, partner):
    for role in set(Role) - {Role.COORDINATOR}:
        SeatFactory(partnership=coordinator.partnership, role=role)
    second = SeatFactory(partnership=coordinator.partnership, role=Role.COORDINATOR)
    number(partner)

    plan_reminders(NINE)

    assert {person for _day, person in told()} == {coordinator.person_id, second.person_id}


@pytest.mark.parametrize("ending", ["recorded", "coordinates no more", "seat given up"])
def test_it_stays_at_home_once_there_is_nothing_to_say(coordinator, partner, ending):
    indicator = number(partner)
    plan_reminders(NINE)
    if ending == "recorded":
        MeasurementFactory(indicator=indicator, **FEBRUARY)
    elif ending == "coordinates no more":
        coordinator.role = Role.MEMBER
        coordinator.save()
    else:
        coordinator.holder = coordinator.person = None
        coordinator.save()

    dispatch_due(now=NINE + 2 * DAY)

    assert Message.objects.get(kind="numbers_waiting").state == MessageState.OBSOLETE


def test_the_mail_says_who_was_asked_for_what_and_comes_with_the_digest_of_the_day(coordinator, partner, settings):
    settings.SITE_URL = "https://thread.example"
    indicator = number(partner)
    number(partner, "Working <nights>")
    plan_reminders(NINE - timedelta(hours=1))
    dispatch_due(now=NINE - timedelta(minutes=59))
    before_eight = told_by_mail(coordinator)

    dispatch_due(now=NINE + DAY)

    (letter,) = told_by_mail(coordinator)
    assert before_eight == []
    assert letter.subject == "Harbour: 2 numbers of partners are still missing"
    assert "Working days: February 2026 (Riverside, 4 days late)" in letter.body
    assert f"https://thread.example/p/harbour/indicators/{indicator.pk}/numbers/add/" in letter.body
    assert "Working &lt;nights&gt;" in letter.alternatives[0][0]


def test_after_an_outage_one_mail_says_what_is_true(coordinator, partner):
    number(partner)
    number(SeatFactory(partnership=coordinator.partnership))

    for _ in range(3):
        plan_reminders(NINE + 12 * DAY)

    assert told() == [((NINE + 12 * DAY).date(), coordinator.person_id)]


def test_a_number_that_nobody_may_record_is_told_as_well(coordinator):
    """The partner that leads the goal has no seat: nobody is asked, so the more the coordinator has to know."""
    lead = ParticipationFactory(partnership=coordinator.partnership)
    IndicatorFactory(goal=SharedGoalFactory(partnership=coordinator.partnership, lead=lead))

    plan_reminders(NINE)

    assert told() == [(NINE.date(), coordinator.person_id)]
