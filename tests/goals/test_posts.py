"""What chats hear of actions: wins at once, what is late on Monday morning."""

from datetime import UTC, date, datetime, timedelta

import pytest

from goals import posts, services
from notifications.chat.events import event_of_kind
from notifications.models import Message
from tests.factories.goals import ActionFactory
from tests.factories.notifications import ChatHookFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)  # 7:00 in Paris


@pytest.fixture
def seat():
    partnership = PartnershipFactory(time_zone="Europe/Paris")
    ChatHookFactory(partnership_id=partnership.pk, events=["win", "action_late"])
    return SeatFactory(partnership=partnership, role="coordinator", organization__name="Family Centre")


def composed(at=MONDAY):
    told = [(message, event_of_kind(message.kind)) for message in Message.objects.order_by("pk")]
    return [event.compose(message, at) for message, event in told if event.still_wanted(message, at)]


def test_a_win_is_told_at_once_and_silence_is_kept_about_the_rest(seat):
    won = ActionFactory(partnership=seat.partnership, accountable=seat, title="Open on Saturdays")
    done = ActionFactory(partnership=seat.partnership, accountable=seat)

    services.complete_action(action=won, by=seat, now=MONDAY, win="Forty families came")
    services.complete_action(action=done, by=seat, now=MONDAY)

    (post,) = composed()
    assert post.title == "Something to celebrate: Forty families came"
    assert list(post.lines) == ["Open on Saturdays, Family Centre"]
    assert Message.objects.get().due_at == MONDAY


def test_a_win_taken_back_before_it_is_told_is_not_told(seat):
    won = ActionFactory(partnership=seat.partnership, accountable=seat)
    services.complete_action(action=won, by=seat, now=MONDAY, win="Hurrah")

    services.reopen_action(action=won, by=seat, now=MONDAY)

    assert composed() == []


def late(seat, count=1):
    return [
        ActionFactory(partnership=seat.partnership, accountable=seat, title=f"Action {n:02}", due_on=date(2026, 3, 1))
        for n in range(count)
    ]


def test_what_is_late_is_told_on_monday_at_eight_once_a_week(seat):
    late(seat, 10)

    for hours in range(0, 72, 6):
        posts.plan_late(MONDAY + timedelta(hours=hours))

    message = Message.objects.get()
    assert message.due_at == datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
    assert message.expires_at == datetime(2026, 3, 11, 23, 0, tzinfo=UTC)
    (post,) = composed()
    assert post.title == "10 actions wait past their dates"
    assert post.lines[0] == "Action 00, Family Centre: 8 days late"
    assert (len(post.lines), post.lines[-1]) == (9, "and 2 more")
    assert seat.person.name not in str(post)


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (datetime(2026, 3, 8, 22, 59, tzinfo=UTC), 0),  # Sunday in Paris still
        (datetime(2026, 3, 8, 23, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 11, 22, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 11, 23, 0, tzinfo=UTC), 0),  # Thursday: the week is half over
    ],
)
def test_after_an_outage_one_post_or_none(seat, at, count):
    late(seat)

    posts.plan_late(at)

    assert Message.objects.count() == count


def test_nothing_late_or_nobody_listening_is_no_post(seat):
    other = SeatFactory()
    ActionFactory(partnership=other.partnership, accountable=other, due_on=date(2026, 3, 1))

    posts.plan_late(MONDAY)

    assert not Message.objects.exists()


def test_what_was_finished_meanwhile_is_not_told(seat):
    (action,) = late(seat)
    posts.plan_late(MONDAY)

    services.complete_action(action=action, by=seat, now=MONDAY)

    assert composed() == []


def test_a_planner_that_finds_nothing_new_asks_little_and_writes_nothing(seat, django_assert_num_queries):
    late(seat)
    posts.plan_late(MONDAY)

    with django_assert_num_queries(3) as queries:
        posts.plan_late(MONDAY)
    assert not any(one["sql"].startswith("INSERT") for one in queries)
