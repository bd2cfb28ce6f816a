"""Who is asked for a number and when: before its day, three days after it, and every week until it is there."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from goals.reminders import plan_reminders
from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named
from notifications.reminding import NotThen, choose_moments
from partners.permissions import Role
from tests.factories.goals import IndicatorFactory, MeasurementFactory, SharedGoalFactory, TargetFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.servers import manage, scratch_sqlite

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NINE = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)  # nine o'clock on a Tuesday in Paris


@pytest.fixture
def seat():
    return SeatFactory(partnership=PartnershipFactory(name="Harbour", slug="harbour"))


def planned(kind=""):
    return list(Message.objects.filter(kind__startswith=kind).order_by("pk").values_list("kind", "recipient"))


def run_daily(first, last):
    day = first
    while day <= last:
        plan_reminders(NINE + timedelta(days=day))
        day += 1


def wanted(message, now):
    return kind_named(message.kind).still_wanted(message, now)


def monthly(seat, **fields):
    goal = SharedGoalFactory(partnership=seat.partnership, lead=fields.pop("lead", seat.participation))
    return IndicatorFactory(**{"goal": goal, "title": "Working days", **fields})


def january_is_there(indicator):
    MeasurementFactory(indicator=indicator, period_start=date(2026, 1, 1), period_end=date(2026, 1, 31))


def asked_for_numbers():
    return list(Message.objects.filter(kind="measurement_due").order_by("due_at").values_list("due_at", "expires_at"))


def asked_on():
    return [due_at.date() for due_at, _expires_at in asked_for_numbers()]


def test_a_number_is_asked_for_a_week_and_a_day_before_three_days_after_and_then_every_week(seat):
    """The one for February is due on 7 March, the next on 7 April."""
    january_is_there(monthly(seat))

    run_daily(-14, 20)
    run_daily(-14, 20)

    assert asked_on() == [date(2026, 2, 28), *(date(2026, 3, day) for day in (6, 10, 17, 24))]
    assert planned() == [("measurement_due", seat.person_id)] * 5


@pytest.mark.parametrize(
    ("silent_until", "about", "worth_it_until"),
    [
        (3, "2026-03-07", datetime(2026, 3, 5, 23, 0, tzinfo=UTC)),
        (7, "2026-03-07", datetime(2026, 3, 7, 23, 0, tzinfo=UTC)),
        (8, None, None),
        (12, "late", datetime(2026, 3, 16, 23, 0, tzinfo=UTC)),
        (18, "late", datetime(2026, 3, 23, 23, 0, tzinfo=UTC)),
    ],
)
def test_after_an_outage_one_mail_about_a_number_says_what_is_true(seat, silent_until, about, worth_it_until):
    monthly(seat)
    back = datetime(2026, 3, silent_until, 8, 0, tzinfo=UTC)

    for _ in range(3):
        plan_reminders(back)

    assert asked_for_numbers() == ([(back, worth_it_until)] if about else [])
    for message in Message.objects.all():
        assert message.params.get("due_on", "late") == about
        assert wanted(message, back)


def test_a_mail_about_a_number_that_waited_through_an_outage_is_stale_once_its_day_is_over(seat):
    monthly(seat)
    plan_reminders(datetime(2026, 3, 6, 8, 0, tzinfo=UTC))
    back = NINE

    plan_reminders(back)

    before, after = Message.objects.order_by("pk")
    assert before.expires_at < back < after.expires_at


def test_reminders_of_a_number_stop_as_soon_as_it_is_there(seat):
    indicator = monthly(seat)
    run_daily(-4, 0)
    MeasurementFactory(indicator=indicator, period_start=date(2026, 2, 1), period_end=date(2026, 2, 28))

    run_daily(1, 17)

    before, late = Message.objects.order_by("pk")
    assert before.params["due_on"] == "2026-03-07"
    assert not wanted(before, datetime(2026, 3, 6, 12, 0, tzinfo=UTC))
    assert not wanted(late, NINE)


def test_what_is_late_is_one_mail_in_the_weeks_of_what_was_due_last(seat):
    monthly(seat, frequency="quarterly", created_at=datetime(2025, 11, 1, tzinfo=UTC))  # due on 7 January
    monthly(seat)

    run_daily(0, 6)

    assert asked_on() == [date(2026, 3, 10)]


def test_who_was_asked_for_all_that_is_late_is_not_asked_again_within_the_week_because_a_part_of_it_came(seat):
    monthly(seat, frequency="quarterly", created_at=datetime(2025, 11, 1, tzinfo=UTC))  # due on 7 January
    february = monthly(seat)  # due on 7 March
    run_daily(0, 0)
    MeasurementFactory(indicator=february, period_start=date(2026, 2, 1), period_end=date(2026, 2, 28))

    run_daily(1, 14)

    late = [on for on in asked_on() if on < date(2026, 3, 31)]
    assert late[0] == date(2026, 3, 10)
    assert all(later - earlier >= timedelta(days=7) for earlier, later in pairwise(late)), late
    assert len(late) > 1


@pytest.mark.parametrize(
    ("zone", "made_at", "asked"),
    [
        ("Pacific/Auckland", datetime(2026, 2, 28, 20, 0, tzinfo=UTC), 0),  # 1 March there
        ("America/Los_Angeles", datetime(2026, 3, 1, 2, 0, tzinfo=UTC), 1),  # still 28 February there
    ],
)
def test_a_period_was_over_or_not_by_the_calendar_of_the_partnership(zone, made_at, asked):
    seat = SeatFactory(partnership=PartnershipFactory(time_zone=zone))
    monthly(seat, created_at=made_at)

    run_daily(-3, 0)

    assert len(asked_for_numbers()) == asked * 2


def test_a_partnership_chooses_how_long_before_numbers_are_asked_for(seat):
    january_is_there(monthly(seat))
    choose_moments(
        kind="measurement_due", partnership_id=seat.partnership_id, moments=[timedelta(0)], by_id=None, now=NINE
    )
    with pytest.raises(NotThen):
        choose_moments(
            kind="measurement_due", partnership_id=seat.partnership_id, moments=[31 * DAY], by_id=None, now=NINE
        )

    run_daily(-14, 0)

    assert asked_on() == [date(2026, 3, 7), date(2026, 3, 10)]


@pytest.mark.parametrize("reason", ["recorded", "not available", "new", "over"])
def test_a_number_is_not_asked_for_when(seat, reason):
    indicator = monthly(seat, **({"created_at": datetime(2026, 3, 1, 9, tzinfo=UTC)} if reason == "new" else {}))
    if reason == "over":
        TargetFactory(indicator=indicator, period_start=date(2025, 1, 1), period_end=date(2026, 1, 31))
    february = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}
    if reason == "recorded":
        MeasurementFactory(indicator=indicator, **february)
    if reason == "not available":
        MeasurementFactory(indicator=indicator, value=None, value_kind="empty", raw_text="", **february)

    plan_reminders(NINE)

    assert planned() == []


def test_a_number_is_asked_of_the_lead_and_of_the_coordinator_where_nobody_leads(seat):
    coordinator = SeatFactory(partnership=seat.partnership, role=Role.COORDINATOR)
    SeatFactory(partnership=seat.partnership, participation=seat.participation, role=Role.OBSERVER)
    led = monthly(seat)
    plan_reminders(NINE)
    to_lead = planned("measurement_due")
    led.goal.lead = None
    led.goal.save()

    plan_reminders(NINE)

    assert to_lead == [("measurement_due", seat.person_id)]
    assert planned("measurement_due")[1:] == [("measurement_due", coordinator.person_id)]
    first, second = Message.objects.filter(kind="measurement_due").order_by("pk")
    assert (wanted(first, NINE), wanted(second, NINE)) == (False, True)


@pytest.mark.parametrize(
    ("day", "count", "words"),
    [
        (6, 1, "This number is due on Saturday 7 March."),
        (6, 2, "These 2 numbers are due on Saturday 7 March."),
        (10, 1, "This period is over and has no number yet."),
        (10, 2, "These 2 periods are over and have no number yet."),
    ],
)
def test_one_number_is_spoken_of_in_the_singular(seat, day, count, words):
    for _ in range(count):
        monthly(seat)
    now = datetime(2026, 3, day, 8, 0, tzinfo=UTC)
    plan_reminders(now)
    message = Message.objects.get(kind="measurement_due", recipient=seat.person)

    assert words in write_mail(message, kind_named("measurement_due"), now=now).body


COUNT_STEPS = """
from datetime import date
from django.db import connection
from goals.selectors import missing_periods
from tests.factories.goals import IndicatorFactory, MeasurementFactory, SharedGoalFactory
goal = SharedGoalFactory()
for total in (50, 200):
    for indicator in IndicatorFactory.create_batch(total - goal.indicators.count(), goal=goal):
        MeasurementFactory.create_batch(3, indicator=indicator)
    steps = []
    connection.connection.set_progress_handler(lambda: steps.append(1) and None, 100)
    missing_periods([goal.partnership], on=date(2026, 6, 1))
    connection.connection.set_progress_handler(None, 0)
    print(len(steps))
"""


def test_four_times_as_many_numbers_are_four_times_the_work_for_sqlite(tmp_path):
    """It is asked every minute. A poor choice of index compares every number with every value that was ever stored."""
    with scratch_sqlite(tmp_path) as url:
        done = manage("shell", "-v", "0", "-c", COUNT_STEPS, env={"DATABASE_URL": url}, capture_output=True, text=True)

    few, many = map(int, done.stdout.split())
    assert few > 0
    assert many < 6 * few
