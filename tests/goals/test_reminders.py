from datetime import UTC, date, datetime, timedelta

import pytest

from goals import services
from goals.choices import Duty
from goals.mails import KINDS
from goals.models import Action
from goals.reminders import plan_reminders
from notifications.letters import render_words, write_mail
from notifications.models import Message
from notifications.registry import kind_named, planners
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.goals import (
    ActionFactory,
    AssignmentFactory,
    IndicatorFactory,
    SharedGoalFactory,
)
from tests.factories.partners import ContactFactory, PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)  # nine o'clock on a Tuesday in Paris


@pytest.fixture
def seat():
    return SeatFactory(partnership=PartnershipFactory(name="Harbour", slug="harbour"))


def promise(seat, due_on, **fields):
    return ActionFactory(partnership=seat.partnership, accountable=seat, due_on=due_on, **fields)


def planned(kind=""):
    return list(Message.objects.filter(kind__startswith=kind).order_by("pk").values_list("kind", "recipient"))


def run_daily(first, last):
    day = first
    while day <= last:
        plan_reminders(NINE + timedelta(days=day))
        day += 1


def wanted(message, now):
    return kind_named(message.kind).still_wanted(message, now)


def test_everything_is_registered():
    assert [kind_named(kind.name) for kind in KINDS] == list(KINDS)
    assert "goals.reminders" in [planner.name for planner in planners()]


def test_an_action_is_announced_a_week_before_a_day_before_and_on_the_day(seat):
    promise(seat, date(2026, 3, 20))

    run_daily(0, 10)
    run_daily(0, 10)

    due = Message.objects.filter(kind="action_due").order_by("due_at")
    assert [message.due_at.date() for message in due] == [date(2026, 3, 13), date(2026, 3, 19), date(2026, 3, 20)]


def test_after_three_days_of_silence_there_is_one_due_and_one_overdue_mail(seat):
    """Nothing ran from the day before the date until two days after it."""
    promise(seat, date(2026, 3, 11))
    plan_reminders(NINE - timedelta(days=6))
    Message.objects.all().delete()

    for _ in range(3):
        plan_reminders(NINE + timedelta(days=3))

    assert planned() == [("action_overdue", seat.person_id)]


def test_a_reminder_missed_by_an_outage_goes_out_late_while_it_is_still_true(seat):
    promise(seat, date(2026, 3, 14))

    plan_reminders(NINE)

    message = Message.objects.get()
    assert (message.kind, message.due_at) == ("action_due", NINE)
    assert message.expires_at == datetime(2026, 3, 12, 23, 0, tzinfo=UTC)


def test_reminders_wait_for_the_morning_of_the_partnership(seat):
    promise(seat, date(2026, 3, 10))

    plan_reminders(datetime(2026, 3, 10, 1, 30, tzinfo=UTC))

    assert Message.objects.get().due_at == datetime(2026, 3, 10, 7, 0, tzinfo=UTC)


def test_what_was_promised_within_the_week_is_not_announced_at_once(seat):
    promise(seat, date(2026, 3, 14), created_at=NINE - timedelta(days=1))
    promise(seat, date(2026, 3, 10), created_at=NINE)

    plan_reminders(NINE)

    assert planned() == []


def test_whoever_was_just_handed_an_action_is_not_reminded_of_it_at_once(seat):
    action = promise(seat, date(2026, 3, 14))
    plan_reminders(NINE - timedelta(days=3))
    new = SeatFactory(partnership=seat.partnership)
    services.change_accountable(action=action, accountable=new, by=seat, now=NINE)

    run_daily(0, 3)

    reminders = Message.objects.filter(kind="action_due").order_by("due_at")
    assert [(one.recipient_id, one.due_at.date()) for one in reminders] == [
        (seat.person_id, date(2026, 3, 7)),
        (new.person_id, date(2026, 3, 13)),
    ]


def test_a_moved_date_has_reminders_of_its_own_and_the_old_ones_are_not_sent(seat):
    action = promise(seat, date(2026, 3, 11))
    plan_reminders(NINE)
    services.move_due_date(action=action, due_on=date(2026, 3, 17), by=seat, now=NINE)

    plan_reminders(NINE)

    old, new = Message.objects.order_by("pk")
    assert (wanted(old, NINE), wanted(new, NINE)) == (False, True)


def test_late_actions_are_one_mail_a_week_for_each_person_who_holds_or_does_them(seat):
    late = promise(seat, date(2026, 3, 2))
    promise(seat, date(2026, 3, 3))
    doer = AssignmentFactory(action=late).seat
    AssignmentFactory(action=late, duty=Duty.INFORMED)

    run_daily(0, 5)
    within_the_week = planned()
    run_daily(6, 6)

    assert sorted(within_the_week) == sorted([("action_overdue", seat.person_id), ("action_overdue", doer.person_id)])
    assert len(planned()) == 4


@pytest.mark.parametrize("ending", ["done", "dropped", "handed on", "partnership over"])
def test_nobody_is_nudged_about_what_is_over(seat, ending):
    action = promise(seat, date(2026, 3, 9))
    plan_reminders(NINE)
    (message,) = Message.objects.all()
    other = SeatFactory(partnership=seat.partnership, vacant=True)
    if ending == "done":
        services.complete_action(action=action, by=seat, now=NINE)
    elif ending == "dropped":
        services.drop_action(action=action, reason="No money", by=seat, now=NINE)
    elif ending == "handed on":
        services.change_accountable(action=action, accountable=other, by=seat, now=NINE)
    else:
        seat.partnership.ended_on = date(2026, 3, 9)
        seat.partnership.save()

    plan_reminders(NINE + timedelta(days=7))

    assert Message.objects.count() == 1
    assert wanted(message, NINE) is (ending == "partnership over")


@pytest.mark.parametrize("person", [{"email": None}, {"is_active": False}])
def test_people_who_cannot_be_reached_get_nothing(seat, person):
    holder = ContactFactory(organization=seat.organization, person=PersonFactory(**person))
    silent = SeatFactory(
        partnership=seat.partnership, participation=seat.participation, holder=holder, person=holder.person
    )
    promise(silent, date(2026, 3, 9))
    services.plan_action(title="Ring", accountable=silent, due_on=date(2026, 3, 11), by=seat, now=NINE)

    plan_reminders(NINE)

    assert planned() == []


def test_a_planner_that_finds_nothing_new_writes_nothing(seat, django_assert_num_queries):
    promise(seat, date(2026, 3, 9))
    promise(seat, date(2026, 3, 11))
    plan_reminders(NINE)

    with django_assert_num_queries(14) as queries:
        plan_reminders(NINE)

    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def monthly(seat, **fields):
    goal = SharedGoalFactory(partnership=seat.partnership, lead=fields.pop("lead", seat.participation))
    return IndicatorFactory(**{"goal": goal, "title": "Working days", **fields})


def test_the_mails_say_what_it_is_about_and_where_to_go(seat, settings):
    settings.SITE_URL = "https://thread.example"
    coordinator = SeatFactory(partnership=seat.partnership, role=Role.COORDINATOR)
    due = promise(seat, date(2026, 3, 11), title="Agree <one> form")
    late = promise(seat, date(2026, 3, 3), title="Share & sign")
    indicator = monthly(seat)
    new = services.plan_action(title="Ring", accountable=seat, due_on=date(2026, 5, 1), by=coordinator, now=NINE)
    plan_reminders(NINE)

    mails = {
        message.kind: write_mail(message, kind_named(message.kind), now=NINE)
        for message in Message.objects.exclude(kind="numbers_waiting").select_related("recipient")
    }

    assert {kind: mail.subject for kind, mail in mails.items()} == {
        "action_assigned": "You answer for: Ring",
        "action_due": "Due tomorrow: Agree <one> form",
        "action_overdue": "1 late action in Harbour",
        "measurement_due": "1 number is missing in Harbour",
    }
    links = {
        "action_assigned": f"https://thread.example/p/harbour/actions/{new.pk}/",
        "action_due": f"https://thread.example/p/harbour/actions/{due.pk}/",
        "action_overdue": f"https://thread.example/p/harbour/actions/{late.pk}/",
        "measurement_due": f"https://thread.example/p/harbour/indicators/{indicator.pk}/numbers/add/",
    }
    for kind, link in links.items():
        html = mails[kind].alternatives[0][0]
        assert link in mails[kind].body
        assert link in html
    assert "Share & sign (7 days late)" in mails["action_overdue"].body
    assert "Agree &lt;one&gt; form" in mails["action_due"].alternatives[0][0]
    assert "Working days: February 2026" in mails["measurement_due"].body


@pytest.mark.parametrize(("day", "words"), [(4, "Due in 7 days"), (10, "Due tomorrow"), (11, "Due today")])
def test_the_subject_counts_from_the_day_the_mail_leaves(seat, day, words):
    promise(seat, date(2026, 3, 11), title="Ring")
    now = datetime(2026, 3, day, 8, 0, tzinfo=UTC)
    plan_reminders(now)
    message = Message.objects.get(kind="action_due")
    kind = kind_named("action_due")

    said = render_words(kind, kind.compose(message, now), recipient=message.recipient, stop_url="")

    assert said["subject"] == f"{words}: Ring"


def test_messages_hold_ids_only(seat):
    action = promise(seat, date(2026, 3, 11))
    monthly(seat)
    promise(seat, date(2026, 3, 3))

    plan_reminders(NINE)

    assert {message.kind: message.params for message in Message.objects.all()} == {
        "action_due": {"action": action.pk, "due_on": "2026-03-11"},
        "action_overdue": {"partnership": seat.partnership_id},
        "measurement_due": {"partnership": seat.partnership_id},
    }
    assert Action.objects.count() == 2
