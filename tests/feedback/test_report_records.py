"""Promises as the records stood at the end of the month, beside what people say; suggestions and wins."""

from datetime import UTC, date, datetime, timedelta

import pytest

from feedback import reminders, reporting
from feedback.choices import ITEMS
from feedback.models import HealthReport
from feedback.payload import Promise
from feedback.payload.promises import promises
from goals import services as goals
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.years import all_say, closed_window, report_of, spread

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
JANUARY = datetime(2026, 1, 10, tzinfo=UTC)


def on(day, hour=10, month=3):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def partnership():
    return PartnershipFactory(time_zone="Europe/Paris")


@pytest.fixture
def seat(partnership):
    return SeatFactory(partnership=partnership, role="coordinator")


def promise(partnership, due_on, *, done_at=None, **fields):
    seat = partnership.seats.first()
    done = {"done_at": done_at, "done_by": seat} if done_at else {}
    return ActionFactory(partnership=partnership, accountable=seat, due_on=due_on, created_at=JANUARY, **done, **fields)


def kept(partnership, month=MARCH):
    closed_window(partnership, month, all_say(6))
    return report_of(partnership, month)["promises"]


# -- What counts ------------------------------------------------------------------------------------------------------
def test_promises_due_in_the_month_are_kept_late_or_open(partnership, seat):
    promise(partnership, date(2026, 3, 10), done_at=on(10, 22))
    promise(partnership, date(2026, 3, 10), done_at=on(13))
    promise(partnership, date(2026, 3, 12), done_at=on(16))
    promise(partnership, date(2026, 3, 20))
    promise(partnership, date(2026, 2, 27), done_at=on(2))
    promise(partnership, date(2026, 4, 1))

    found = kept(partnership)

    assert (found["due"], found["kept"], found["late"], found["open"]) == (4, 1, 2, 1)
    assert found["median_days_late"] == 4
    assert found["kept_share"] is None


def test_day_of_being_done_is_that_of_the_partnership(partnership, seat):
    promise(partnership, date(2026, 3, 10), done_at=on(10, 23))  # already the eleventh in Paris

    assert kept(partnership)["late"] == 1


def test_date_moved_in_time_counts_at_the_new_one_and_moved_too_late_at_the_old(partnership, seat):
    in_time, too_late, away = (promise(partnership, date(2026, 3, 10)) for _ in range(3))
    goals.move_due_date(action=in_time, due_on=date(2026, 3, 25), by=seat, now=on(9))
    goals.complete_action(action=in_time, by=seat, now=on(24))
    goals.move_due_date(action=too_late, due_on=date(2026, 3, 25), by=seat, now=on(11))
    goals.complete_action(action=too_late, by=seat, now=on(24))
    goals.move_due_date(action=away, due_on=date(2026, 5, 25), by=seat, now=on(9))

    found = kept(partnership)

    assert (found["due"], found["kept"], found["late"], found["renegotiated"]) == (2, 1, 1, 1)


def test_dropped_before_its_date_is_no_promise_and_dropped_afterwards_is_a_broken_one(partnership, seat):
    before, after = (promise(partnership, date(2026, 3, 10)) for _ in range(2))
    goals.drop_action(action=before, reason="Not needed", by=seat, now=on(5))
    goals.drop_action(action=after, reason="Too late", by=seat, now=on(15))

    assert (kept(partnership)["due"], kept(partnership)["open"]) == (1, 1)


def test_what_happens_after_the_month_changes_nothing_in_its_report(partnership, seat):
    late, moved, dropped = (promise(partnership, date(2026, 3, 20)) for _ in range(3))
    kept(partnership)
    goals.complete_action(action=late, by=seat, now=on(2, month=4))
    goals.move_due_date(action=moved, due_on=date(2026, 6, 1), by=seat, now=on(3, month=4))
    goals.drop_action(action=dropped, reason="Overtaken", by=seat, now=on(3, month=4))

    assert reminders.revise_reports(on(12, month=4)) == 0
    assert HealthReport.objects.count() == 1


def test_correcting_what_was_done_in_the_month_gives_a_revision(partnership, seat):
    action = promise(partnership, date(2026, 3, 20), done_at=on(18))
    kept(partnership)
    goals.reopen_action(action=action, by=seat, now=on(10, month=4))

    assert reminders.revise_reports(on(12, month=4)) == 1
    assert reporting.latest_report(partnership, MARCH).revision == 2


def test_from_five_promises_on_there_is_a_share_with_its_range(partnership, seat):
    for day in range(1, 5):
        promise(partnership, date(2026, 3, day), done_at=on(day, 0))
    promise(partnership, date(2026, 3, 5))

    assert kept(partnership)["kept_share"] == {"percent": 80, "low": 43, "high": 96}


def test_what_was_finished_with_something_to_celebrate_is_named(partnership, seat):
    promise(partnership, date(2026, 6, 1), done_at=on(3), win="The form is one page")
    promise(partnership, date(2026, 6, 1), done_at=on(4))
    promise(partnership, date(2026, 6, 1), done_at=on(2, month=2), win="In February")

    assert kept(partnership)["wins"] == ["The form is one page"]


def test_promises_are_told_although_too_few_answered(partnership, seat):
    promise(partnership, date(2026, 3, 10), done_at=on(9))
    closed_window(partnership, MARCH, all_say(3))

    found = report_of(partnership, MARCH)
    assert (found["state"], found["promises"]["kept"]) == ("held", 1)


@pytest.mark.parametrize(
    ("share", "band", "differ"),
    [(8, "concern", True), (8, "mixed", False), (5, "strong", True), (6, "strong", False), (5, "concern", False)],
)
def test_records_and_views_differ_when_one_is_high_and_the_other_low(share, band, differ):
    due = [Promise("2026-03-10", "2026-03-09" if n < share else "", 0) for n in range(10)]

    assert promises(due, [], {"band": band})["differ"] is differ
    assert promises(due[:4], [], {"band": band})["differ"] is False


@pytest.mark.parametrize(("days", "median"), [((), None), ((3,), 3), ((1, 2), 2), ((1, 2, 9), 2), ((1, 4), 3)])
def test_median_of_days_late(days, median):
    due = [Promise("2026-03-01", (date(2026, 3, 1) + timedelta(days=each)).isoformat(), 0) for each in days]

    assert promises(due, [], {})["median_days_late"] == median


# -- Suggestions and wins ---------------------------------------------------------------------------------------------
def said(partnership, answers, **fields):
    closed_window(partnership, MARCH, answers, **fields)
    return report_of(partnership, MARCH)


def test_at_most_three_suggestions_voice_and_trust_first_then_what_needs_attention_most(partnership):
    found = said(partnership, all_say(12, 4, voice=2, trust=2, time=1, roles=2, goals=2))

    assert [(each["key"], each["trigger"]) for each in found["suggestions"]] == [
        ("voice", "concern"),
        ("trust", "concern"),
        ("time", "concern"),
    ]
    assert found["suggestions"][0]["number"] == {"tenths": 20}


def test_small_group_gets_the_range_as_the_reason(partnership):
    [first, *_] = said(partnership, all_say(6, 4, voice=1))["suggestions"]

    assert sorted(first["number"]) == ["high_tenths", "low_tenths"]


def test_split_views_low_energy_and_silence_have_suggestions_of_their_own(partnership):
    split = [*all_say(6, 4, roles=5, energy=2), *all_say(6, 4, roles=1)]

    found = said(partnership, split, invited=40)

    assert [(each["key"], each["number"]) for each in found["suggestions"]] == [
        ("energy", {"share": {"bound": "about", "percent": 50}}),
        ("split", {"line": "roles", "tenths": 30}),
        ("coverage", {"answered": 12, "asked": 40}),
    ]


def test_nothing_is_suggested_where_all_is_well_and_the_wins_are_named(partnership):
    found = said(partnership, all_say(12, 5, time=4))

    assert found["suggestions"] == []
    clearly = [key for key in ITEMS[:-1] if key != "time"]  # an even 4.0 is not clearly strong
    assert found["wins"] == {"strong": clearly, "up": []}
    assert found["quality"]["confidence"] == "high"


def test_silence_costs_confidence(partnership):
    assert said(partnership, spread(12, 5, 5, 4), invited=60)["quality"]["confidence"] == "low"
