"""Every edge ends in a plain sentence, and gives nobody away."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from core import months
from feedback import reminders, services
from partners.permissions import Role
from tests.factories.feedback import CLOSED, closed_meeting, open_window
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.test_report_history import year_of
from tests.feedback.years import all_say, closed_window, report_of, spread

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
REPORT_DAY = datetime(2026, 4, 8, 6, 0, tzinfo=UTC)
NUMBERS = re.compile(r"\d\.\d|\d %")


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour")


@pytest.fixture
def page_of(client, partnership, monkeypatch):
    client.force_login(SeatFactory(partnership=partnership, role=Role.OBSERVER).person)

    def read(month=MARCH, at=REPORT_DAY + timedelta(days=2)):
        monkeypatch.setattr("feedback.views.health.now", lambda: at)
        main = BeautifulSoup(client.get(f"/p/harbour/health/{month:%Y-%m}/").content, "html.parser").main
        for drawn in main.select("svg, cite"):
            drawn.extract()
        return re.sub(r"\s+", " ", main.get_text(" "))

    return read


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (0, "Nobody answered, so there is nothing to show."),
        (1, "1 person answered. We show results from 5, so this answer waits for the report of April 2026"),
        (2, "2 people answered. We show results from 5, so these answers wait for the report of April 2026"),
        (4, "4 people answered. We show results from 5, so these answers wait for the report of April 2026"),
    ],
)
def test_too_few_answers_wait(partnership, page_of, answers, sentence):
    closed_window(partnership, MARCH, all_say(answers, 1), invited=8)
    report_of(partnership, MARCH)

    page = page_of()

    assert sentence in page
    assert not NUMBERS.search(page)


@pytest.mark.parametrize("value", [1, 5])
@pytest.mark.parametrize("count", [5, 12])
def test_all_the_same_tells_nobody_what_everybody_said(partnership, page_of, count, value):
    year_of(partnership, [all_say(count, value)])

    page = page_of()

    assert ("needs attention" if value == 1 else "work well") in page.lower()
    assert not re.search(r"\b(100|0) %", page)
    if count == 12:
        assert "People agree" in page


def test_question_nobody_could_answer_is_named_and_not_shown(partnership, page_of):
    said = [
        (sector, {key: value for key, value in ratings.items() if key != "trust"}) for sector, ratings in all_say(12)
    ]
    closed_window(partnership, MARCH, said)
    report_of(partnership, MARCH)

    page = page_of()

    assert "Fewer than five people answered “Trust”, so it is not shown." in page
    assert "Many people could not answer “Trust”." in page
    assert "Trust under 5 – – –" in page


def test_month_without_a_meeting(partnership, page_of):
    closed_window(partnership, MARCH, all_say(6))

    page = page_of(months.shift(MARCH, 1), at=datetime(2026, 5, 20, tzinfo=UTC))

    assert "No meeting was held, so there is nothing to report." in page


def test_meetings_of_twelve_and_of_three_show_the_twelve_and_say_so(partnership, page_of):
    closed_window(partnership, MARCH, spread(12, 3, 4, 5))
    closed_meeting(partnership=partnership, present=3, closed_at=datetime(2026, 3, 20, 12, tzinfo=UTC))
    reminders.open_windows(datetime(2026, 3, 20, 13, tzinfo=UTC))

    assert report_of(partnership, MARCH)["people_heard"] == 12
    assert (
        "After 1 other meeting of the month no form went out, most often because fewer than five people came."
        in page_of()
    )


def test_second_form_that_three_answered_is_pooled_and_never_told_apart(partnership, page_of):
    closed_window(partnership, MARCH, spread(12, 3, 4, 5))
    closed_window(partnership, MARCH, all_say(3, 1), day=18, invited=8)

    payload = report_of(partnership, MARCH)
    page = page_of()

    assert payload["people_heard"] == 12
    assert {row["people"] for row in payload["dimensions"]} == {12}
    assert "15 answers came from" in page


def test_quarter_in_which_a_sector_has_one_organisation_says_what_it_takes(partnership, page_of):
    for month in (date(2026, 1, 1), date(2026, 2, 1), MARCH):
        closed_window(partnership, month, spread(12, 3, 4, 5))
        report_of(partnership, month)

    assert "This quarter no sector is shown by itself" not in page_of(date(2026, 2, 1))
    assert "This quarter no sector is shown by itself: that needs five people of two organisations" in page_of()


def test_partnership_of_four_is_asked_to_talk_it_over(partnership, page_of):
    meeting = closed_meeting(partnership=partnership, present=4)
    assert services.open_window(meeting_id=meeting.pk, now=CLOSED) is None
    reminders.build_reports(REPORT_DAY)

    assert "Talk it over at the next meeting." in page_of()


def test_month_that_still_runs_says_when_its_report_comes(partnership, page_of):
    open_window(partnership=partnership, present=8)

    page = page_of(at=CLOSED + timedelta(days=1))

    assert "People can still answer until Wednesday 11 March" in page
    assert "The report comes out on 8 April 2026, never before." in page
    assert not NUMBERS.search(page)
