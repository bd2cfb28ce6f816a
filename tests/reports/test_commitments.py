"""The mail of the week: who gets it, when, and what it says, through the real outbox."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from goals import services as actions
from goals.choices import Duty
from goals.selectors import owed_by, people_who_owe
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState
from notifications.preferences import unsubscribe
from partners.permissions import Role
from reports.reminders import plan_commitments
from tests.factories.accounts import PersonFactory
from tests.factories.goals import ActionFactory, AssignmentFactory, IndicatorFactory, SharedGoalFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # eight in Paris


@pytest.fixture
def me():
    return PersonFactory(time_zone="Europe/Paris")


@pytest.fixture
def seats(me):
    return [
        SeatFactory(partnership=PartnershipFactory(name=name), role=role, holder__person=me)
        for name, role in [("Riverside", Role.REPRESENTATIVE), ("Young", Role.MEMBER)]
    ]


def owe(seat, day, title="Something"):
    return ActionFactory(partnership=seat.partnership, accountable=seat, title=title, due_on=day)


def sent(at=MONDAY):
    plan_commitments(at)
    dispatch_due(now=at)
    return mail.outbox


def test_one_mail_lists_what_is_owed_everywhere_in_three_parts(seats):
    first, second = seats
    owe(first, date(2026, 3, 1), "Print the calendar")
    owe(second, date(2026, 3, 15), "Ask for a stop")
    owe(first, date(2026, 3, 16), "Train volunteers")
    owe(first, date(2026, 3, 22), "Count the chairs")
    owe(first, date(2026, 3, 23), "Far away")
    helped = owe(SeatFactory(partnership=second.partnership), date(2026, 3, 9), "Carry chairs")
    AssignmentFactory(action=helped, seat=second, duty=Duty.RESPONSIBLE)

    (letter,) = [one for one in sent() if first.person.email in one.to[0]]

    assert letter.subject == "Your week: 5 things to do"
    text = letter.body
    order = ["Late", "Print the calendar", "This week", "Carry chairs", "Ask for a stop", "Next week", "Train", "Count"]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
    assert "Far away" not in text
    assert "Sunday 15 March, Young" in text
    assert "One of them is late" in text
    assert "/p/" in text
    assert "List-Unsubscribe-Post" in letter.extra_headers


def test_numbers_are_owed_too(seats):
    goal = SharedGoalFactory(partnership=seats[0].partnership, lead=seats[0].participation)
    IndicatorFactory(goal=goal, title="Families", frequency="monthly", created_at=datetime(2025, 1, 1, tzinfo=UTC))

    (letter,) = sent()

    assert "Families, February 2026 (Saturday 7 March, Riverside)" in letter.body


def test_nothing_is_sent_where_nothing_is_owed(seats):
    owe(seats[0], date(2026, 3, 23))
    done = owe(seats[0], date(2026, 3, 1))
    actions.complete_action(action=done, by=seats[0], now=MONDAY)
    ended = owe(seats[1], date(2026, 3, 1))
    ended.partnership.ended_on = date(2026, 3, 1)
    ended.partnership.save()

    assert sent() == []
    assert not Message.objects.filter(kind="weekly_commitments").exists()


def test_what_is_done_before_it_leaves_keeps_it_at_home(seats):
    action = owe(seats[0], date(2026, 3, 10))
    plan_commitments(MONDAY)

    actions.complete_action(action=action, by=seats[0], now=MONDAY)
    dispatch_due(now=MONDAY)

    assert mail.outbox == []
    assert Message.objects.get(kind="weekly_commitments").state == MessageState.OBSOLETE


def test_it_comes_on_monday_at_eight_by_the_clock_of_each(seats):
    owe(seats[0], date(2026, 3, 10))
    kiritimati = SeatFactory(holder__person=PersonFactory(time_zone="Pacific/Kiritimati"))
    owe(kiritimati, date(2026, 3, 10))

    at = MONDAY - timedelta(days=2)
    while at < MONDAY + timedelta(days=1):
        plan_commitments(at)
        at += timedelta(hours=1)

    assert dict(Message.objects.values_list("recipient", "due_at")) == {
        seats[0].person_id: MONDAY,
        kiritimati.person_id: datetime(2026, 3, 8, 18, 0, tzinfo=UTC),
    }


def test_once_a_week_however_often_and_again_the_next(seats):
    owe(seats[0], date(2026, 3, 1))
    for hours in range(0, 24 * 13, 5):
        plan_commitments(MONDAY + timedelta(hours=hours))

    keys = sorted(Message.objects.values_list("dedupe_key", flat=True))
    assert keys == [f"commitments:{seats[0].person_id}:2026-W{week}" for week in (11, 12)]


def test_what_is_promised_during_the_week_waits_for_the_next_monday(seats):
    tuesday = MONDAY + timedelta(days=1, hours=12)
    ActionFactory(partnership=seats[0].partnership, accountable=seats[0], due_on=date(2026, 3, 18), created_at=tuesday)

    plan_commitments(tuesday)
    plan_commitments(MONDAY + timedelta(days=7))

    keys = list(Message.objects.values_list("dedupe_key", flat=True))
    assert keys == [f"commitments:{seats[0].person_id}:2026-W12"]


@pytest.mark.parametrize(
    ("at", "mails"),
    [
        (datetime(2026, 3, 10, 15, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 11, 22, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 11, 23, 0, tzinfo=UTC), 0),  # Thursday in Paris
        (datetime(2026, 3, 15, 12, 0, tzinfo=UTC), 0),
    ],
)
def test_after_an_outage_one_correct_mail_or_none(seats, at, mails):
    owe(seats[0], date(2026, 3, 1))

    assert len(sent(at)) == mails


def test_what_was_planned_before_the_outage_is_not_sent_when_it_is_stale(seats):
    owe(seats[0], date(2026, 3, 1))
    plan_commitments(MONDAY)

    dispatch_due(now=MONDAY + timedelta(days=3))

    assert mail.outbox == []


def test_who_has_stopped_it_gets_none(seats):
    owe(seats[0], date(2026, 3, 1))
    unsubscribe(person_id=seats[0].person_id, kind="weekly_commitments", now=MONDAY)

    assert sent() == []


def test_it_speaks_the_readers_language(seats, me):
    owe(seats[0], date(2026, 3, 1))
    me.language = "fr"
    me.save()

    (letter,) = sent()

    assert letter.subject == "Votre semaine : 1 chose à faire"
    assert "dimanche 1er mars, Riverside" in letter.body


def test_who_is_asked_and_what_is_found_agree(seats):
    """The planner's question for all and the mail's question for one have the same answer."""
    everybody = [seats[0].person, *(SeatFactory(partnership=seats[0].partnership, role=role).person for role in Role)]
    goal = SharedGoalFactory(partnership=seats[0].partnership)
    IndicatorFactory(goal=goal, created_at=datetime(2025, 1, 1, tzinfo=UTC))
    owe(seats[1], date(2026, 3, 12))
    until = date(2026, 3, 22)

    found = people_who_owe(type(everybody[0]).objects.all(), on=MONDAY.date(), until=until, made_before=MONDAY)

    assert found == {one.pk for one in everybody if owed_by(one, now=MONDAY, until=until)}
    assert len(found) == 2


def test_a_round_that_finds_nothing_new_writes_nothing_and_asks_the_same(seats, django_assert_max_num_queries):
    for seat in seats * 5:
        owe(seat, date(2026, 3, 1))
    plan_commitments(MONDAY)

    with django_assert_max_num_queries(6) as queries:
        plan_commitments(MONDAY)
    assert not any(one["sql"].startswith("INSERT") for one in queries)


@pytest.mark.parametrize(
    ("late", "coming", "words"),
    [
        (1, 0, "It is late: finish it"),
        (2, 0, "All 2 are late: finish them"),
        (1, 1, "One of them is late: finish it"),
        (2, 1, "2 of them are late: finish them"),
        (0, 1, "Nothing is late."),
    ],
)
def test_one_thing_is_spoken_of_in_the_singular(seats, late, coming, words):
    for _ in range(late):
        owe(seats[0], date(2026, 3, 1))
    for _ in range(coming):
        owe(seats[0], date(2026, 3, 10))

    (letter,) = sent()

    assert words in letter.body
