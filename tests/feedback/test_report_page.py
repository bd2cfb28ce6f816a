"""What the page of a report says, section by section: nothing moved without a test, every number has its source."""

import re
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from django.utils import translation

from feedback import printing
from feedback.choices import Dimension
from feedback.models import HealthReport
from feedback.selectors import read_report
from feedback.selectors.suggestions import ADVICE
from partners.permissions import Role
from tests.factories.feedback import FollowUpFactory
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.test_report_history import year_of
from tests.feedback.years import all_say, closed_window, report_of, spread

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
LATER = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
QUIET = spread(12, 3, 4, 4, 5)
VOICE_FELL = spread(12, 3, 4, 4, 5, voice=2)


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour")


@pytest.fixture
def page_of(client, partnership, monkeypatch):
    monkeypatch.setattr("feedback.views.health.now", lambda: LATER)

    def read(month="2026-03", role=Role.COORDINATOR):
        seat = SeatFactory(partnership=partnership, role=role)
        client.force_login(seat.person)
        return BeautifulSoup(client.get(f"/p/harbour/health/{month}/").content, "html.parser").main

    return read


def words(soup):
    return re.sub(r"\s+", " ", soup.get_text(" ")).strip()


def section(page, anchor):
    """The text between one heading and the next; empty without it."""
    heading = page.find(id=anchor)
    if heading is None:
        return ""
    found = []
    for sibling in heading.find_next_siblings():
        if sibling.name == "h2":
            break
        found.append(words(sibling))
    return " ".join(found)


# -- What changed -----------------------------------------------------------------------------------------------------
def test_line_that_fell_by_a_passed_test_leads_with_both_averages_an_arrow_and_the_ring(partnership, page_of):
    year_of(partnership, [QUIET, QUIET, QUIET, VOICE_FELL])

    page = page_of()

    assert page.h1.get_text() == "“A fair say” fell."
    points = [words(point) for point in page.select(".keypoints li")]
    assert points[0] == "A fair say fell from 4.0 to 2.0. This is more than chance."
    assert len(points) <= 3
    wide = page.select_one("svg.chart-wide")
    assert len(wide.select(".c-arrow")) == 1
    assert len(wide.select(".c-dot-prev")) == 8
    assert "February 2026, 12 people" in section(page, "topics")
    changes = section(page, "changes")
    assert "Compared with December 2025 to February 2026, taken together." in changes
    assert "Elsewhere we would notice a change of about 0.9 points." in changes


def test_numbers_of_the_tests_lie_in_a_drawer_and_nowhere_else(partnership, page_of):
    year_of(partnership, [QUIET, QUIET, QUIET, VOICE_FELL])

    page = page_of()
    drawer = next(one for one in page.select("details") if one.summary.get_text() == "Show the tests")

    assert "A fair say clear change under 0.001" in words(drawer)
    drawer.extract()
    assert not re.search(r"\b0\.\d{3}\b|p of the exact|Holm", words(page))


def test_quiet_month_says_how_large_a_change_we_would_notice(partnership, page_of):
    year_of(partnership, [QUIET, QUIET, QUIET])

    page = page_of()

    assert "No line changed by more than chance explains." in section(page, "changes")
    assert "we would notice a change of about 0.9 points" in section(page, "changes")
    assert not page.select(".c-arrow")
    assert not re.search(r"\b(rose|fell)\b", words(page))


def test_first_report_says_that_there_is_nothing_to_compare_with(partnership, page_of):
    year_of(partnership, [QUIET])

    page = page_of()

    assert "There is nothing to compare with yet" in section(page, "changes")
    assert page.find(id="history") is None
    assert not page.select(".c-dot-prev")


def test_small_group_that_fell_gets_a_sentence_without_averages(partnership, page_of):
    year_of(partnership, [all_say(9, 5), all_say(9, 5), all_say(9, 1)])

    page = page_of()

    assert "All eight lines together fell; now: needs attention." in words(page)
    assert not re.search(r"from \d\.\d to \d\.\d\.", words(page.select_one(".keypoints")))


# -- How answers were spread ------------------------------------------------------------------------------------------
def test_spread_is_shown_in_rounded_shares_from_ten_people_on(partnership, page_of):
    year_of(partnership, [spread(12, 1, 5, 3)])

    page = page_of()
    told = [text.get_text() for text in page.select("#spread ~ figure svg.chart-wide text.t-strong")]

    assert told[:5] == ["about 35 %", "10 % or less", "about 35 %", "10 % or less", "about 35 %"]


@pytest.mark.parametrize(("count", "value"), [(9, 1), (12, 1), (12, 5)])
def test_spread_of_few_is_hidden_and_of_everybody_alike_tells_no_whole(partnership, page_of, count, value):
    year_of(partnership, [all_say(count, value)])

    page = page_of()

    assert bool(page.find(id="spread")) is (count >= 10 and value == 1)
    assert not re.search(r"\b(0|100) %", words(page))


# -- Month by month ---------------------------------------------------------------------------------------------------
def test_months_are_drawn_small_with_a_gap_where_nothing_was_shown(partnership, page_of):
    for month in (date(2025, 12, 1), date(2026, 2, 1), MARCH):
        closed_window(partnership, month, QUIET)
        report_of(partnership, month)

    page = page_of()

    assert page.find(id="history").get_text() == "December 2025 to March 2026"
    first = page.select_one(".multiples svg")
    assert first["aria-label"] == "Communication: 4.0 in December 2025, 4.0 in March 2026, out of 5"
    assert len(first.select(".c-line")) == 1
    assert len(page.select(".multiples figure")) == 9


def test_steady_trend_is_said_beside_its_picture_only(partnership, page_of):
    climbing = [spread(10, *([2] * (10 - n) + [3] * n), trust=4) for n in range(0, 10, 1)]
    payload = year_of(partnership, climbing)

    page = page_of()

    assert payload["trends"]["voice"] == "rise"
    said = {words(one) for one in page.select(".multiples figcaption")}
    assert "A fair say A steady rise." in said
    assert "Trust" in said


# -- What is to be done -----------------------------------------------------------------------------------------------
def test_suggestion_prints_its_number_its_source_and_one_step_to_an_action(partnership, page_of):
    year_of(partnership, [QUIET, QUIET, QUIET, VOICE_FELL])

    page = page_of()
    low = section(page, "low")

    assert "Fell from 4.0 to 2.0, by more than chance." in low
    assert "Go round the table before deciding" in low
    assert "Global Health Promotion 25 (2), 2018, 16–24, doi:10.1177/1757975916656364" in low
    assert page.select_one('a[href="/p/harbour/health/2026-03/voice/action/"]')
    assert not page_of(role=Role.OBSERVER).select('a[href$="/action/"]')


def test_line_that_fell_without_being_low_can_be_answered(client, partnership, page_of):
    payload = year_of(partnership, [all_say(12, 5), all_say(12, 5), spread(12, 5, 5, voice=4)])
    assert "voice" not in payload["low"]

    link = page_of().select_one('a[href="/p/harbour/health/2026-03/voice/action/"]')["href"]

    assert client.get(link).status_code == 200
    assert client.get(link.replace("voice", "trust")).status_code == 404


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_suggestion_has_words_and_a_full_source(language):
    with translation.override(language):
        for key in (*Dimension.values, "energy", "split", "coverage"):
            advice, source = ADVICE[key]
            assert len(str(advice)) > 40
            assert re.search(r"(19|20)\d\d", source), f"{key} names no year"
            assert source.count(",") >= 2


def test_promises_stand_as_records_beside_what_people_say(partnership, page_of):
    seat = SeatFactory(partnership=partnership)
    done = {"done_at": datetime(2026, 3, 9, tzinfo=UTC), "done_by": seat}
    for number in range(6):
        ActionFactory(
            partnership=partnership,
            accountable=seat,
            due_on=date(2026, 3, 10 + number),
            win="" if number else "Signed",
            created_at=datetime(2026, 2, 1, tzinfo=UTC),
            **(done if number < 4 else {}),
        )
    year_of(partnership, [QUIET])

    said = section(page_of(), "done")

    assert "6 promises were due this month: 4 kept on time, 0 done late, 2 still open." in said
    assert re.search(r"That is \d+ % kept on time, likely range \d+ to \d+ %.", said)
    assert "What people say to “Partners did what they said they would do.”: 4.0" in said
    assert "1 thing to celebrate" in said


def test_what_we_said_names_the_months_and_only_those_up_to_this_one(partnership, page_of):
    year_of(partnership, [QUIET, VOICE_FELL])
    february, march = HealthReport.objects.order_by("month")
    FollowUpFactory(report=february, action__title="Round table", action__created_at=LATER)
    FollowUpFactory(report=march, action__title="Papers early", action__created_at=LATER)

    assert "“A fair say” (February 2026) Round table" in section(page_of(), "done")
    assert "Papers early" in section(page_of(), "done")
    assert "Papers early" not in words(page_of("2026-02"))


# -- Sectors ----------------------------------------------------------------------------------------------------------
def test_sector_rows_of_a_quarter_are_worded_both_ways(partnership, page_of):
    asked = {"health": (8, 2), "education": (8, 2)}
    for month in (date(2026, 1, 1), date(2026, 2, 1), MARCH):
        low = spread(8, 2, 2, 3, sector="health")
        high = spread(8, 4, 5, 5, sector="education")
        closed_window(partnership, month, low + high, asked=asked)
        payload = report_of(partnership, month)
    assert payload["sectors"], "the quarter shows no rows, so this test shows nothing"

    page = page_of()
    heading = next(one for one in page.select("h2") if one.get_text() == "By sector, quarter 1 of 2026")
    told = words(heading.parent)

    assert "Health: seen differently from the others" in told
    assert "A row needs five people of two organisations or more" in told
    assert not re.search(r"Health (is|was) (bad|negative|low)", told)


# -- On paper and in French -------------------------------------------------------------------------------------------
def test_all_of_it_is_on_paper_too_but_nothing_for_one_reader(partnership, page_of):
    year_of(partnership, [QUIET, QUIET, QUIET, VOICE_FELL])

    paper = printing.document(HealthReport.objects.order_by("-month")[0], "fr")

    for heading in ("topics", "changes", "spread", "history", "words", "low", "method"):
        assert f'id="{heading}"' in paper
    assert "/action/" not in paper


def test_own_statement_has_its_row_and_is_no_part_of_the_index(partnership):
    from tests.factories.feedback import OwnQuestionFactory  # noqa: PLC0415 -- used here alone

    own = OwnQuestionFactory(partnership=partnership, text_en="The families were heard.", text_fr="Les familles.")
    closed_window(partnership, MARCH, [(sector, ratings | {"own": 2}) for sector, ratings in QUIET], own_question=own)
    report_of(partnership, MARCH)

    page = read_report(HealthReport.objects.get(), language="en")

    assert [row[0] for row in page.table.rows][-1] == "Our own statement"
    assert "own" not in page.index


@pytest.mark.parametrize("months_before", [1, 5])
def test_page_takes_the_same_number_of_statements_however_much_it_shows(
    client, partnership, monkeypatch, django_assert_num_queries, months_before
):
    monkeypatch.setattr("feedback.views.health.now", lambda: LATER)
    year_of(partnership, [QUIET] * months_before + [VOICE_FELL])
    report = HealthReport.objects.latest("month")
    for number in range(months_before):
        FollowUpFactory(report=report, action__title=f"Action {number}", action__created_at=LATER)
    seat = SeatFactory(partnership=partnership, role=Role.OBSERVER)
    client.force_login(seat.person)
    client.get("/p/harbour/health/2026-03/")

    with django_assert_num_queries(PAGE_STATEMENTS):
        client.get("/p/harbour/health/2026-03/")


PAGE_STATEMENTS = 10
