from datetime import UTC, date, datetime

import pytest

from goals import selectors
from goals.selectors import ActionCounts, ActionMonth
from tests.factories.goals import ActionFactory, SharedGoalFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


@pytest.fixture
def seat():
    return SeatFactory()


def promise(seat, due_on, **fields):
    return ActionFactory(partnership=seat.partnership, accountable=seat, due_on=due_on, **fields)


def test_counts_tell_every_status_apart(seat):
    now = datetime(2026, 3, 1, tzinfo=UTC)
    promise(seat, TODAY)
    promise(seat, date(2026, 3, 9))
    promise(seat, TODAY, started_at=now)
    promise(seat, date(2026, 3, 9), started_at=now, waiting_on="the council")
    promise(seat, date(2026, 1, 1), done_at=now, done_by=seat)
    promise(seat, date(2026, 1, 1), dropped_at=now, drop_reason="No money")

    counts = selectors.action_counts(seat.partnership.actions.all(), on=TODAY)

    assert counts == ActionCounts(total=6, open=4, late=2, to_do=2, under_way=1, waiting=1, done=1, dropped=1)


def test_months_count_from_the_beginning_by_the_calendar_of_the_partnership(seat, django_assert_num_queries):
    """The second one was finished on 1 March in Paris, still 28 February in UTC."""
    promise(seat, date(2025, 12, 31), done_at=datetime(2026, 1, 15, tzinfo=UTC), done_by=seat)
    promise(seat, date(2026, 2, 10), done_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC), done_by=seat)
    promise(seat, date(2026, 3, 31))
    promise(seat, date(2026, 4, 2))
    promise(seat, date(2026, 1, 5), dropped_at=datetime(2026, 1, 1, tzinfo=UTC), drop_reason="No money")
    ActionFactory(due_on=date(2026, 1, 5))

    with django_assert_num_queries(1):
        counted = selectors.Plan(seat.partnership).by_month(on=TODAY)

    assert list(counted[-4:]) == [
        ActionMonth(date(2026, 1, 1), planned=1, done=1),
        ActionMonth(date(2026, 2, 1), planned=2, done=1),
        ActionMonth(date(2026, 3, 1), planned=3, done=2),
        ActionMonth(date(2026, 4, 1), planned=4, done=None),
    ]


def test_goals_keep_their_number_and_say_whether_they_are_in_use(seat):
    first = SharedGoalFactory(partnership=seat.partnership, position=2)
    second = SharedGoalFactory(partnership=seat.partnership, position=1)
    promise(seat, TODAY, goal=first)

    goals = selectors.numbered_goals(seat.partnership)

    assert [(goal.number, goal.pk, goal.in_use) for goal in goals] == [(1, second.pk, False), (2, first.pk, True)]
