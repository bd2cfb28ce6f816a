"""Earlier rounds brought in as sums: they become months of the history, and nobody is in them."""

import json
from datetime import UTC, date, datetime
from random import Random

import pytest

from feedback import past, reminders, reporting
from feedback.choices import INDEX, ITEMS
from feedback.measure.cells import person_index
from feedback.models import HealthReport, PastRound, PastSum
from feedback.selectors import MonthState, health_month, health_months
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import CLOSED, answered_and_closed, closed_meeting, some_answers
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
NOVEMBER = date(2025, 11, 1)


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour")


def draft(held_on=date(2025, 11, 12), people=11, seed=3, invited=14, value=None, **cells):
    rng = Random(seed)
    answers = [{item: value or rng.randint(1, 5) for item in ITEMS} for _ in range(people)]
    sums = {}
    for item in ITEMS:
        given = [each[item] for each in answers]
        counts = tuple(given.count(one) for one in range(1, 6))
        sums[item] = past.PastCell(len(given), sum(given), sum(one * one for one in given), counts)
    scores = [person_index([each[item] for item in ITEMS[:-1]]) for each in answers]
    sums[INDEX] = past.PastCell(len(scores), sum(scores), sum(one * one for one in scores))
    return past.PastDraft(held_on, "Autumn round", invited, people, alike=0, cells=sums | cells)


def bring(partnership, *rounds, now=NOW):
    return past.bring_rounds(partnership=partnership, rounds=rounds, person_id=PersonFactory().pk, now=now)


def test_round_becomes_a_frozen_report_of_its_month(partnership):
    [report] = bring(partnership, draft(value=4))

    payload = json.loads(report.payload)
    assert (report.month, report.revision) == (NOVEMBER, 1)
    assert (payload["state"], payload["origin"], payload["answered"], payload["asked"]) == ("published", "past", 11, 14)
    assert [cell["tenths"] for cell in payload["dimensions"]] == [40] * 8
    assert payload["index"]["tenths"] == 40
    assert payload["windows"] == [
        {"id": None, "meeting": "Autumn round", "on": "2025-11-12", "mode": "anonymous", "invited": 14, "answered": 11}
    ]
    assert PastRound.objects.get().sums.count() == PastSum.objects.count() == 10


def test_two_rounds_of_a_month_count_the_same_people_once(partnership):
    [report] = bring(partnership, draft(people=11), draft(held_on=date(2025, 11, 26), people=7, seed=4))

    cells = json.loads(report.payload)["dimensions"]
    assert {cell["people"] for cell in cells} == {11}


def test_unknown_number_of_people_asked_makes_us_less_sure_and_shows_no_coverage(partnership):
    [known, unknown] = bring(
        partnership, draft(value=5, invited=11), draft(held_on=date(2025, 12, 3), value=5, invited=None)
    )

    known, unknown = json.loads(known.payload), json.loads(unknown.payload)
    assert (known["coverage"], unknown["coverage"], unknown["asked"]) == ("most", None, None)
    assert [known["dimensions"][0]["confidence"], unknown["dimensions"][0]["confidence"]] == ["high", "medium"]


def test_question_that_was_never_asked_is_not_called_hard(partnership):
    round_ = draft()
    cells = {key: cell for key, cell in round_.cells.items() if key not in {"voice", "energy", INDEX}}
    [report] = bring(partnership, past.PastDraft(round_.held_on, "", None, 11, 0, cells))

    payload = json.loads(report.payload)
    assert payload["quality"]["hard_questions"] == []
    assert [cell["key"] for cell in payload["dimensions"] if len(cell) == 1] == ["voice"]
    assert payload["index"] == {}


# -- Which months ------------------------------------------------------------------------------------------------------
def refusal(partnership, *rounds, now=NOW):
    with pytest.raises(past.RoundRefused) as caught:
        bring(partnership, *rounds, now=now)
    assert not PastRound.objects.filter(partnership=partnership, held_on__in=[one.held_on for one in rounds]).exists()
    return str(caught.value)


def test_month_that_is_not_over_is_refused(partnership):
    april, march = draft(held_on=date(2026, 4, 2)), draft(held_on=date(2026, 3, 2))

    assert "from 8 May 2026 on" in refusal(partnership, april)
    assert "from 8 April 2026 on" in refusal(partnership, march, now=datetime(2026, 4, 7, tzinfo=UTC))


def test_month_with_a_report_is_refused_and_nothing_of_the_file_comes_in(partnership):
    closed_meeting(partnership=partnership, present=3)
    reminders.build_reports(NOW)

    assert "There is a report of this month already" in refusal(partnership, draft(), draft(held_on=date(2026, 3, 4)))
    assert PastRound.objects.count() == 0


def test_month_in_which_our_own_form_went_out_is_refused(partnership):
    answered_and_closed([some_answers()] * 6, partnership=partnership)

    assert "our own form went out" in refusal(partnership, draft(held_on=date(2026, 3, 30)))


def test_meeting_recorded_afterwards_does_not_replace_an_earlier_round(partnership):
    [report] = bring(partnership, draft(held_on=date(2026, 2, 12)))
    closed_meeting(partnership=partnership, closed_at=datetime(2026, 2, 20, 12, tzinfo=UTC))

    assert reporting.build_report(partnership=partnership, month=date(2026, 2, 1), now=NOW) is None
    assert reminders.revise_reports(NOW) == 0
    assert HealthReport.objects.get() == report


# -- Taking back -------------------------------------------------------------------------------------------------------
def take_back(partnership, month=NOVEMBER):
    return past.take_back(partnership=partnership, month=month, person_id=PersonFactory().pk, now=NOW)


def test_taking_back_removes_the_sums_and_says_so_in_a_revision(partnership):
    [first] = bring(partnership, draft())
    second = take_back(partnership)

    assert PastSum.objects.count() == PastRound.objects.count() == 0
    assert (second.revision, json.loads(second.payload)["state"]) == (2, "taken_back")
    first.refresh_from_db()
    assert json.loads(first.payload)["state"] == "published"
    month = health_month(partnership, NOVEMBER, NOW)
    assert (month.state, month.sentence) == (
        MonthState.TAKEN_BACK,
        "An earlier round was brought in for this month, and taken back.",
    )
    with pytest.raises(past.NothingToTakeBack):
        take_back(partnership)


@pytest.mark.parametrize(("people", "may"), [(11, True), (12, False), (7, False), (6, True), (16, True)])
def test_month_taken_back_may_come_again_unless_the_difference_is_a_few_people(partnership, people, may):
    bring(partnership, draft(people=11))
    take_back(partnership)
    again = draft(people=people, invited=20, seed=8)

    if may:
        [report] = bring(partnership, again)
        assert report.revision == 3
    else:
        assert "a few people more or fewer" in refusal(partnership, again)


def test_question_answered_by_a_few_more_is_refused_too(partnership):
    bring(partnership, draft(people=11))
    take_back(partnership)

    assert "a few people more or fewer" in refusal(
        partnership, draft(people=11, voice=past.PastCell(9, 20, 60, (2, 3, 4, 0, 0)))
    )


# -- Pages -------------------------------------------------------------------------------------------------------------
def test_pages_show_the_month_as_brought_in(client, partnership, monkeypatch):
    monkeypatch.setattr("feedback.views.health.now", lambda: NOW)
    seat = SeatFactory(partnership=partnership, role=Role.MEMBER)
    bring(partnership, draft(value=4), draft(held_on=date(2025, 9, 3), people=6, invited=None))
    client.force_login(seat.person)

    months = client.get("/p/harbour/health/").content.decode()
    november = client.get("/p/harbour/health/2025-11/").content.decode()
    september = client.get("/p/harbour/health/2025-09/").content.decode()

    assert "An earlier round, brought in from a file: 11 answers." in months
    assert "No meeting was held" not in months
    assert "Only their sums were brought in, never who said what." in november
    assert "Autumn round, 12 November 2025: 11 of 14 answered" in november
    assert "Autumn round, 3 September 2025: 6 answered" in september
    assert "had seven days to answer" not in november + september


def test_list_joins_earlier_rounds_and_months_of_our_own(partnership):
    bring(partnership, draft())
    answered_and_closed([some_answers()] * 6, partnership=partnership)
    reminders.build_reports(NOW)

    found = health_months(partnership, NOW)
    assert [f"{one.month:%Y-%m}" for one in found] == ["2026-04", "2026-03", "2025-11"]
    assert CLOSED.month == 3
