"""What is late is said in one weekly mail: Monday's, or the one about late actions for whoever does not get that."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from goals.reminders import plan_reminders
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState
from notifications.preferences import resubscribe, unsubscribe
from notifications.registry import kind_named, kinds
from reports.reminders import plan_commitments
from tests.factories.accounts import PersonFactory
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # eight in Paris
DAY = timedelta(days=1)
WEEKLY, LATE = "weekly_commitments", "action_overdue"


@pytest.fixture
def seat():
    seat = SeatFactory(
        partnership=PartnershipFactory(name="Harbour"), holder__person=PersonFactory(time_zone="Europe/Paris")
    )
    ActionFactory(partnership=seat.partnership, accountable=seat, title="Print the calendar", due_on=date(2026, 3, 1))
    return seat


def live_through(first, last, *, step=timedelta(hours=3)):
    """Planners in their order and the dispatcher, every three hours; what went out, with its weekday, 0 for Monday."""
    at = MONDAY + first * DAY
    while at <= MONDAY + last * DAY:
        plan_reminders(at)
        plan_commitments(at)
        dispatch_due(now=at)
        at += step
    sent = Message.objects.filter(state=MessageState.SENT).order_by("sent_at", "pk")
    return [(row.kind, (row.sent_at - MONDAY).days) for row in sent]


def test_who_gets_the_mail_of_monday_gets_no_other_about_the_same(seat):
    assert live_through(-1 / 24, 20) == [(WEEKLY, 0), (WEEKLY, 7), (WEEKLY, 14)]
    assert all("Print the calendar" in letter.body for letter in mail.outbox)


def test_who_stopped_the_mail_of_monday_still_hears_what_is_late_once_a_week(seat):
    unsubscribe(person_id=seat.person_id, kind=WEEKLY, now=MONDAY)

    sent = live_through(-1 / 24, 20)

    assert [kind for kind, _day in sent] == [LATE] * 3
    assert all("Print the calendar" in letter.body for letter in mail.outbox)


def test_who_stopped_the_mail_about_late_actions_still_hears_on_monday(seat):
    unsubscribe(person_id=seat.person_id, kind=LATE, now=MONDAY)

    assert live_through(-1 / 24, 13) == [(WEEKLY, 0), (WEEKLY, 7)]


def test_who_stopped_both_hears_of_neither(seat):
    for kind in (WEEKLY, LATE):
        unsubscribe(person_id=seat.person_id, kind=kind, now=MONDAY)

    assert live_through(-1 / 24, 8) == []


def test_stopping_the_mail_of_monday_does_not_bring_the_other_one_in_the_same_week(seat):
    live_through(-1 / 24, 1)
    unsubscribe(person_id=seat.person_id, kind=WEEKLY, now=MONDAY + DAY)

    within_the_week = live_through(1, 6)
    later = live_through(6, 9)

    assert within_the_week == [(WEEKLY, 0)]
    assert [kind for kind, _day in later] == [WEEKLY, LATE]


def test_taking_the_mail_of_monday_again_ends_the_other_one(seat):
    unsubscribe(person_id=seat.person_id, kind=WEEKLY, now=MONDAY)
    live_through(-1 / 24, 2)
    resubscribe(person_id=seat.person_id, kind=WEEKLY, now=MONDAY + 3 * DAY)

    assert [kind for kind, _day in live_through(3, 13)] == [LATE, WEEKLY]


def test_when_monday_was_missed_by_an_outage_the_other_mail_says_it(seat):
    """On Thursday the mail of the week is not worth it any more."""
    assert [kind for kind, _day in live_through(3, 5)] == [LATE]


def test_a_mail_of_monday_that_could_not_be_sent_tells_nobody_anything(seat):
    plan_commitments(MONDAY)
    Message.objects.filter(kind=WEEKLY).update(state=MessageState.FAILED)

    assert [kind for kind, _day in live_through(0, 2)] == [LATE]


def test_a_planner_does_not_store_what_would_not_be_sent(seat):
    live_through(-1 / 24, 20)

    assert Message.objects.filter(kind=LATE, due_at__gt=MONDAY).count() == 0


def test_each_kind_that_is_covered_exists_and_can_be_stopped_by_itself():
    covered = {name for kind in kinds() for name in kind.covers}

    assert covered == {LATE}
    assert all(kind_named(name).can_be_chosen for name in covered)
    assert kind_named(WEEKLY).can_be_chosen
