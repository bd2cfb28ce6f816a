"""The plan as it stood at the end of a month."""

from datetime import UTC, date, datetime

import pytest

from goals.selectors import Plan
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
AGREED = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def partnership():
    return PartnershipFactory(time_zone="Europe/Paris")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {"to_do": 1}),
        ({"started_at": AGREED}, {"under_way": 1}),
        ({"due_on": date(2026, 3, 20)}, {"late": 1, "planned": 1, "became_late": 1}),
        ({"done_at": datetime(2026, 3, 31, 20, 0, tzinfo=UTC)}, {"done": 1, "done_in_month": 1}),
        ({"done_at": datetime(2026, 3, 31, 22, 30, tzinfo=UTC)}, {"to_do": 1}),
        ({"done_at": datetime(2026, 2, 1, 9, 0, tzinfo=UTC)}, {"done": 1}),
        ({"created_at": datetime(2026, 4, 2, 9, 0, tzinfo=UTC)}, {"total": 0}),
        ({"dropped_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "drop_reason": "Not needed"}, {"total": 0}),
        ({"dropped_at": datetime(2026, 4, 2, 9, 0, tzinfo=UTC), "drop_reason": "Not needed"}, {"to_do": 1}),
    ],
)
def test_plan_is_read_as_it_stood_when_the_month_ended_in_paris(partnership, facts, expected):
    facts = {"created_at": AGREED, "due_on": date(2026, 5, 1)} | facts
    if "done_at" in facts:
        facts["done_by"] = SeatFactory(partnership=partnership)
    ActionFactory(partnership=partnership, **facts)
    end = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)

    plan = Plan(partnership).on(date(2026, 3, 31), end=end, month_start=datetime(2026, 2, 28, 23, 0, tzinfo=UTC))

    zero = dict.fromkeys(("done", "done_in_month", "planned", "under_way", "late", "to_do", "became_late"), 0)
    assert vars(plan) == zero | {"total": 1} | expected
