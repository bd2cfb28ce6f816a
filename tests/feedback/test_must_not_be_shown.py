"""What nobody may ever read, clause by clause, on every view in both languages; and that each would be seen."""

import csv
import io
import re
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.urls import reverse

from core import months
from core.charts import HealthRow, health_dots
from feedback import sealed
from feedback.choices import ITEMS
from feedback.models import FeedbackComment, FeedbackResponse, HealthReport, PublishedSet
from partners.permissions import Role
from tests.factories.feedback import CLOSED, FeedbackCommentFactory, open_window, tokens_of
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.published import LANGUAGES, mails_about, read, rows_with_averages, text_of, views_of
from tests.feedback.test_published_views import FULL_OR_EMPTY, small_cells
from tests.feedback.years import all_say, closed_window, report_of, spread
from tests.pages import words

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
HISTORY = "health-detail", "paper"
SHOWN_FROM_TEN = "mean", "agreement", "favourable_percent", "favourable_bound"
SHARE = re.compile(r"\d+\s?% (?:or|ou)|(?:about|environ) \d+\s?%")
ARROW = re.compile(r"[▲▼↑↓]|\b(?:rose|fell|a monté|a baissé|est en hausse|est en baisse)\b", re.IGNORECASE)
DRAWN_ARROW = 'class="c-arrow"'
FINE = re.compile(r"(?<![\d.,])[1-5][.,]\d{2,}")
P_VALUE = re.compile(r"\bp\s?[=<≤]|\bp-?val|\bholm\b", re.IGNORECASE)
BANDS = re.compile(r"Needs attention|Working well|Demande de l’attention|Marche bien", re.IGNORECASE)


@pytest.fixture
def table():
    """A partnership with a coordinator; its people have names that no page about health may hold."""
    partnership = PartnershipFactory(slug="harbour")
    seats = {
        role: SeatFactory(
            partnership=partnership,
            role=role,
            holder__person__name=f"Zyxel {role.title()}",
            organization__name=f"Quorx {role.title()}",
        )
        for role in (Role.COORDINATOR, Role.MEMBER)
    }
    return SimpleNamespace(partnership=partnership, seat=seats[Role.COORDINATOR], member=seats[Role.MEMBER])


@pytest.fixture
def views(client, table):
    """A function that reads everything: name → markup. ``only`` keeps views whose name begins so."""

    def all_views(*only, seat=None):
        reports = list(HealthReport.objects.filter(partnership=table.partnership).order_by("month", "revision"))
        found = {**dict(views_of(client, seat or table.seat, reports)), **dict(mails_about(reports))}
        assert {name.split()[0] for name in found} >= {"health-list", "health-numbers", "home", "meeting"}
        return {name: markup for name, markup in found.items() if not only or name.startswith(only)}

    return all_views


def publish(table, said, **fields):
    closed_window(table.partnership, MARCH, said, **fields)
    return report_of(table.partnership, MARCH)


def article(markup):
    """The report itself, without what operators are told above it."""
    return text_of(str(BeautifulSoup(markup, "html.parser").select_one("article.report") or ""))


def finding(pattern, views):
    return {
        name: pattern.search(text_of(markup))[0] for name, markup in views.items() if pattern.search(text_of(markup))
    }


# -- Individual answers -----------------------------------------------------------------------------------------------
def test_no_view_holds_an_answer_of_a_person_not_even_for_staff(table, views):
    publish(table, spread(12, 2, 4, 5))
    keys = {str(key) for key in FeedbackResponse.objects.values_list("pk", flat=True)}
    as_before = views()
    type(table.seat.person).objects.filter(pk=table.seat.person_id).update(is_staff=True)
    as_staff = views()

    assert len(keys) == 12
    assert [name for name, markup in as_staff.items() if any(key in markup for key in keys)] == []
    assert [name for name in as_before if article(as_before[name]) != article(as_staff[name])] == []


# -- Cells of fewer than five -----------------------------------------------------------------------------------------
def test_no_view_shows_a_line_that_four_answered(table, views):
    silent = [("", dict.fromkeys(set(ITEMS) - {"voice"}, 4))] * 8
    said = [*all_say(4, 4, voice=1), *silent]
    publish(table, said)
    people = {"A fair say": 4, "Parole pour tout le monde": 4}

    found = views(*HISTORY)
    rows = [row for markup in found.values() for row in rows_with_averages(markup) if row[0] in people]
    assert {row[0] for row in rows} == set(people)
    assert [row for row in rows if row[2] not in {"–", ""}] == []
    assert [*small_cells("few", _without_other_rows(found["health-detail 2026-03 en"], people), people)] == []
    assert finding(BANDS, {name: one for name, one in views().items() if "A fair say needs" in text_of(one)}) == {}


@pytest.mark.parametrize("people", [4, 9, 12])
def test_numbers_that_can_be_taken_away_are_as_silent_as_the_page(table, views, people):
    publish(table, [*all_say(people, 4, voice=1), *[("", dict.fromkeys(set(ITEMS) - {"voice"}, 4))] * 8])
    rows = list(csv.DictReader(io.StringIO(views("health-numbers")["health-numbers en"].lstrip("\ufeff"))))

    of_line = [row for row in rows if row["line"] == "voice"]
    assert len(of_line) == (people >= 5)
    assert [any(row[name] for name in SHOWN_FROM_TEN) for row in of_line] == [people >= 10] * len(of_line)
    assert [row for row in rows if int(row["people"]) < 5] == []


def _without_other_rows(markup, people):
    soup = BeautifulSoup(markup, "html.parser")
    for row in soup.select("tbody tr"):
        if words(row.select_one("th, td")) not in people:
            row.decompose()
    return str(soup)


def test_month_of_four_shows_nothing_but_how_many(table, views):
    publish(table, all_say(4, 1), invited=9)

    assert finding(BANDS, views()) == {}
    assert "4 people answered" in text_of(views("health-detail")["health-detail 2026-03 en"])


# -- Filters ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["sector=health", "window=1", "meeting=1", "from=2026-03-01", "role=member", "k=1"])
def test_no_address_filters_anything(table, client, query):
    publish(table, spread(12, 2, 4, 5))
    client.force_login(table.seat.person)
    for path in (reverse("feedback:health-list", args=["harbour"]), "/p/harbour/health/2026-03/"):
        assert text_of(read(client, f"{path}?{query}")) == text_of(read(client, path))


# -- Live results, and who has answered -------------------------------------------------------------------------------
def answer(window, people, value):
    tokens = tokens_of(window)
    for number in people:
        sealed.submit(token=tokens[number], answers=sealed.Answers(dict.fromkeys(ITEMS, value)), now=CLOSED)


@pytest.fixture
def while_open(table, client, monkeypatch):
    """A function that opens a form, lets some people give one answer, reads every view, and undoes it all."""
    monkeypatch.setattr("feedback.views.health.now", lambda: CLOSED + timedelta(days=1))
    meeting = open_window(partnership=table.partnership, present=8).meeting

    def texts(people, value):
        with transaction.atomic():
            answer(meeting.feedback_window, people, value)
            found = {name: text_of(markup) for name, markup in views_of(client, table.seat, [])}
            transaction.set_rollback(True)
        return found

    return texts


def test_open_form_shows_counts_and_nothing_of_what_is_said(while_open):
    low, high = while_open(range(6), 1), while_open(range(6), 5)

    assert low == high
    assert "6 of 8 answered" in low["health-list en"]
    assert while_open(range(7), 1) != low  # the count is what moves


def test_no_view_tells_who_has_answered(while_open):
    assert while_open(range(6), 3) == while_open(range(2, 8), 3)


# -- Comments ---------------------------------------------------------------------------------------------------------
def test_comment_stands_alone_in_another_order_than_it_came(table, views):
    window = closed_window(table.partnership, MARCH, spread(12, 2, 4, 5))
    for number in (3, 1, 2):
        FeedbackCommentFactory(window=window, text=f"Wordword {number}", may_quote=True)
    report_of(table.partnership, MARCH)

    for name, markup in views(*HISTORY).items():
        places = [tag for tag in BeautifulSoup(markup, "html.parser").select("li") if "Wordword" in tag.get_text()]
        said = [re.sub(r"[“”«»\s]", "", tag.get_text()) for tag in places]
        assert said == ["Wordword1", "Wordword2", "Wordword3"], name


@pytest.mark.parametrize(("people", "shown"), [(9, False), (10, True)])
def test_comments_wait_for_ten_answers(table, views, people, shown):
    window = closed_window(table.partnership, MARCH, all_say(people))
    FeedbackCommentFactory(window=window, text="Wordword", may_quote=True)
    report_of(table.partnership, MARCH)

    assert any("Wordword" in markup for markup in views().values()) is shown


def test_words_that_may_not_be_quoted_are_read_by_coordinators_only(table, views):
    window = closed_window(table.partnership, MARCH, all_say(12))
    FeedbackCommentFactory(window=window, text="Wordword")
    report_of(table.partnership, MARCH)

    assert FeedbackComment.objects.count() == 1
    assert [name for name, markup in views(seat=table.member).items() if "Wordword" in markup] == []
    told = {name.split()[0] for name, markup in views(seat=table.seat).items() if "Wordword" in markup}
    assert told <= {"health-detail", "theme-list"}


# -- Distributions and shares -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("people", "shown"), [(9, False), (12, True)])
def test_distributions_and_shares_wait_for_ten(table, views, people, shown):
    publish(table, spread(people, 2, 4, 5), invited=15)

    assert bool(finding(SHARE, views(*HISTORY))) is shown


def test_no_share_is_exact_nothing_or_everything(table, views):
    publish(table, all_say(12, 5, energy=1), invited=15)

    assert finding(FULL_OR_EMPTY, views()) == {}
    assert finding(SHARE, views(*HISTORY))


# -- People, organisations, partnerships ------------------------------------------------------------------------------
def test_no_report_names_a_person_or_an_organisation(table, views):
    publish(table, spread(12, 2, 4, 5), asked={"health": (6, 2), "education": (6, 2)})
    for markup in views(*HISTORY, "mail").values():
        main = BeautifulSoup(markup, "html.parser").select_one("article, main") or BeautifulSoup(markup, "html.parser")
        assert "Zyxel" not in main.get_text()
        assert "Quorx" not in main.get_text()
    assert any("Zyxel" in markup for markup in views("health-detail").values())  # the menu names who is signed in


def test_reader_of_two_partnerships_is_given_no_way_to_compare_them(table, views, client):
    other = SeatFactory(partnership=PartnershipFactory(slug="river", name="Riverqux"), holder__person=table.seat.person)
    for one, value in ((table.partnership, 2), (other.partnership, 5)):
        closed_window(one, MARCH, all_say(12, value))
        report_of(one, MARCH)

    for markup in views(*HISTORY, "mail").values():
        soup = BeautifulSoup(markup, "html.parser")
        assert "Riverqux" not in (soup.select_one("article, main") or soup).get_text()
    client.force_login(table.seat.person)
    for name in ("partners:partnership-list", "reports:today"):
        page = text_of(client.get(reverse(name), follow=True).content.decode())
        assert "Riverqux" in page
        assert not BANDS.search(page)


# -- Words about numbers ----------------------------------------------------------------------------------------------
def test_nobody_is_said_to_be_burnt_out(table, views):
    publish(table, all_say(12, 4, energy=1))
    burnout = re.compile(r"burn.?out|burnt out|épuisement|surmenage", re.IGNORECASE)

    assert finding(burnout, views()) == {}
    assert burnout.search("Burnout: 30 %")


def moved(table, last, before=4):
    for back in (3, 2, 1):
        month = months.shift(MARCH, -back)
        closed_window(table.partnership, month, spread(12, before, before, min(before + 1, 5)), invited=14)
        report_of(table.partnership, month)
    return publish(table, last, invited=14)


def test_first_report_and_one_without_a_passed_test_have_no_arrow_and_no_rise_or_fall(table, views):
    found = moved(table, spread(12, 4, 4, 4, 5))

    assert {test["tier"] for test in found["changed"]["items"].values()} <= {"none", "first"}
    assert finding(ARROW, views(*HISTORY, "mail")) == {}
    assert [name for name, markup in views().items() if DRAWN_ARROW in markup] == []
    assert DRAWN_ARROW in str(health_dots([HealthRow("Trust", "4.0", 3.5, 4.5, 4.0, None, "down")], description=""))
    assert ARROW.search("Trust fell by half a point.")


def test_p_values_stay_out_of_the_text(table, views):
    found = moved(table, spread(12, 1, 2))
    assert "change" in {test["tier"] for test in found["changed"]["items"].values()}

    for name, markup in views(*HISTORY, "mail").items():
        soup = BeautifulSoup(markup, "html.parser")
        for drawer in soup.select("details, .drawer, .method-details"):
            drawer.decompose()
        assert not P_VALUE.search(text_of(str(soup))) or name.startswith("paper"), name
    assert P_VALUE.search("voice fell (p = .02)")


def test_colour_never_speaks_alone(table, views):
    publish(table, [*all_say(6, 1), *all_say(6, 5)])

    for name, markup in views(*HISTORY, "health-list").items():
        marks = BeautifulSoup(markup, "html.parser").select(".status, .badge")
        assert [str(tag) for tag in marks if not words(tag)] == [], name
    assert any('class="status' in markup or "badge" in markup for markup in views(*HISTORY, "health-list").values())


def test_whole_is_never_printed_without_its_lowest_line(table, views):
    publish(table, all_say(12, 4, voice=2))
    whole = re.compile(r"All eight lines together|Les huit lignes ensemble|les huit .* ensemble", re.IGNORECASE)

    said = {name: text_of(markup) for name, markup in views().items() if whole.search(text_of(markup))}
    assert {name.split()[0] for name in said} >= {"health-detail"}
    for name, text in said.items():
        after = (
            text if name.startswith("health-numbers") else text[whole.search(text).start() :][:200]
        )  # a table has all
        assert "A fair say" in after or "Parole pour tout le monde" in after


def test_no_number_is_finer_than_a_tenth(table, views):
    publish(table, spread(13, 2, 4, 5), invited=17)

    assert finding(FINE, views()) == {}
    assert FINE.search("average 3.69")


# -- Periods ----------------------------------------------------------------------------------------------------------
def test_held_month_is_in_no_other_total_but_the_one_it_joins(table, views):
    closed_window(table.partnership, months.shift(MARCH, -2), all_say(3, 1), invited=9)
    report_of(table.partnership, months.shift(MARCH, -2))
    for back in (1, 0):
        closed_window(table.partnership, months.shift(MARCH, -back), spread(12, 4, 5), invited=14)
        report_of(table.partnership, months.shift(MARCH, -back))

    for question in ITEMS:
        totals = [set(line.atoms) for line in PublishedSet.objects.filter(question=question, label="")]
        assert len(totals) == 2
        assert not any(one & other for one, other in pairwise(totals))
    january = views("health-detail 2026-01", "paper 2026-01")
    assert {name.split()[0] for name in january} == {"health-detail"}
    assert finding(BANDS, january) == {}


def test_every_view_is_read_in_both_languages(table, views):
    publish(table, spread(12, 2, 4, 5))

    assert {name[-2:] for name in views("health-list", *HISTORY)} == set(LANGUAGES)
