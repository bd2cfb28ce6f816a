import re
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.urls import reverse

from feedback import reminders, reporting, sealed, services
from feedback.choices import ITEMS
from feedback.models import HealthReport
from feedback.selectors import feedback_panel
from partners.permissions import Role
from tests.factories.feedback import (
    CLOSED,
    FollowUpFactory,
    answered_and_closed,
    closed_meeting,
    open_window,
    some_answers,
    tokens_of,
)
from tests.factories.meetings import MeetingFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
REPORT_DAY = datetime(2026, 4, 8, 6, 0, tzinfo=UTC)


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour")


@pytest.fixture
def coordinator(partnership):
    return SeatFactory(partnership=partnership, role=Role.COORDINATOR)


@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr("feedback.views.health.now", lambda: moment)

    move(REPORT_DAY)
    return move


@pytest.fixture
def read(client, coordinator, at):
    def get(path="", *, seat=coordinator):
        client.force_login(seat.person)
        response = client.get(f"/p/harbour/health/{path}")
        return re.sub(r"\s+", " ", response.content.decode()) if response.status_code == 200 else response.status_code

    return get


def people(count, **fixed):
    return [sealed.Answers(dict.fromkeys(ITEMS, 4) | fixed) for _ in range(count)]


def publish(partnership, answers, **fields):
    answered_and_closed(answers, partnership=partnership, **fields)
    assert reminders.build_reports(REPORT_DAY) == 1


# -- A sentence for every case ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (0, "Nobody answered, so there is nothing to show."),
        (1, "1 person answered. We show results from 5, so this answer waits for the report of April 2026"),
        (4, "4 people answered. We show results from 5, so these answers wait for the report of April 2026"),
    ],
)
def test_held_month_says_how_many_answered_and_what_becomes_of_it(read, partnership, answers, sentence):
    publish(partnership, people(answers, voice=1), people=8)

    for page in (read(), read("2026-03/")):
        assert sentence in page
        assert "Needs attention" not in page


def test_open_window_says_until_when_and_shows_counts_only(read, at, partnership):
    window = open_window(partnership=partnership, present=8)
    for token in tokens_of(window)[:6]:
        sealed.submit(token=token, answers=some_answers(), now=CLOSED)
    at(CLOSED + timedelta(days=1))

    for page in (read(), read("2026-03/")):
        assert "People can still answer until Wednesday 11 March, 13:00" in page
        assert "The report comes out on 8 April 2026, never before." in page
        assert "6 of 8 answered" in page


def test_month_without_a_meeting_says_so(read, at, partnership):
    closed_meeting(partnership=partnership)
    at(datetime(2026, 5, 20, tzinfo=UTC))

    assert "No meeting was held, so there is nothing to report." in read("2026-04/")


def test_meeting_without_attendance_asks_to_record_it(read, partnership):
    MeetingFactory(partnership=partnership)

    assert "Nobody was asked yet: record who came and close the meeting." in read("2026-03/")


def test_meeting_of_a_few_is_talked_over(read, partnership):
    closed_meeting(partnership=partnership, present=3)
    reminders.build_reports(REPORT_DAY)

    page = read("2026-03/")
    assert "fewer than five people came who can be sent a link. Talk it over at the next meeting." in page


def test_nobody_reads_of_a_form_that_never_was(read, at, partnership):
    closed_meeting(partnership=partnership, present=3)
    at(datetime(2026, 3, 20, tzinfo=UTC))

    page = read("2026-03/")

    assert "The report comes out on 8 April 2026." in page
    assert "The form is closed" not in page


def test_closed_window_waits_for_the_day(read, at, partnership):
    answered_and_closed(people(6), partnership=partnership)
    at(datetime(2026, 3, 20, tzinfo=UTC))

    assert "The form is closed. The report comes out on 8 April 2026." in read("2026-03/")


def test_month_that_failed_says_it_is_tried_again(read, partnership):
    answered_and_closed(people(6), partnership=partnership)
    reporting.note_failure(partnership=partnership, month=MARCH, error="LookupError", now=REPORT_DAY)

    assert "It is tried again by itself, and nothing is lost." in read("2026-03/")


@pytest.mark.parametrize("path", ["2026-02/", "2026-05/", "2026-13/", "0000-00/", "2026-3/"])
def test_month_before_the_first_meeting_after_today_or_not_a_month_is_not_found(read, partnership, path):
    closed_meeting(partnership=partnership)

    assert read(path) == 404


def test_partnership_without_meetings_is_told_what_will_be_here(read):
    assert "The first report follows the first meeting" in read()


# -- What a published report says -------------------------------------------------------------------------------------
def test_report_of_few_prints_words_and_ranges_and_no_average(read, partnership):
    publish(partnership, people(7, voice=1), people=9)

    page = read("2026-03/")

    assert "“A fair say” needs attention." in page
    assert "7 answers came from the 9 people asked: most people answered." in page
    assert re.findall(r"<th scope=\"row\">A fair say</th>(.*?)</tr>", page) == [
        "<td>7</td><td>Needs attention</td><td>clear</td><td>–</td><td>1.0 to 2.5</td><td>–</td><td>–</td>"
    ]
    assert "on average" not in page


def test_report_of_ten_prints_averages_agreement_and_shares(read, partnership):
    publish(partnership, people(10, voice=2), people=12)

    page = read("2026-03/")

    row = re.findall(r"<th scope=\"row\">A fair say</th>(.*?)</tr>", page)[0]
    assert re.findall(r"<td>(.*?)</td>", row) == [
        "10",
        "Needs attention",
        "clear",
        "2.0",
        "1.8 to 2.4",
        "People agree",
        "10 % or less",
    ]
    assert "All eight lines together: 3.8" in page
    assert "Lowest: “A fair say”." in page


def test_report_shows_quotes_but_the_other_words_to_the_coordinator_only(read, partnership, coordinator):
    words = [some_answers(Random(n), comment=f"Quote {n}", may_quote=n < 3) for n in range(10)]
    publish(partnership, words)
    member = SeatFactory(partnership=partnership, role=Role.BACKBONE)

    mine, theirs = read("2026-03/"), read("2026-03/", seat=member)

    assert re.findall(r"Quote \d", theirs) == ["Quote 0", "Quote 1", "Quote 2"]
    assert len(re.findall(r"Quote \d", mine)) == 10


@pytest.mark.parametrize("count", [4, 7, 10, 12])
def test_report_never_shows_what_must_not_be_shown(read, partnership, count):
    names = []
    answers = [sealed.Answers(dict.fromkeys(ITEMS, 1), comment=f"Canary {n}") for n in range(count)]
    publish(partnership, answers, people=max(count, 6))
    names = [
        f"{p.name}"
        for p in (
            row.person
            for row in HealthReport.objects.get().partnership.meetings.get().feedback_window.invitations.all()
        )
    ]
    member = SeatFactory(partnership=partnership, role=Role.OBSERVER)

    for page in (read("", seat=member), read("2026-03/", seat=member)):
        main = page.partition("<main")[2]
        main = re.sub(r'<p class="source mt-0">.*?</p>', "", main)  # titles and numbers of what is cited
        text = re.sub(r"<[^>]+>", " ", main)
        assert "Canary" not in text
        assert not [name for name in names if re.search(rf"\b{name}\b", text)]
        assert not re.search(r"\b(100|0) %", text)
        assert not re.search(r"\d\.\d\d", text)
        assert not re.search(r"burnout|▲|▼|p = |p <|rank", text, re.IGNORECASE)
        assert not re.search(r"\b(rose|fell|increase|decrease)\b", text)
        if count < 10:
            assert "%" not in text.replace("90 %, where", "").replace("90 %", "")


def test_older_revision_stays_readable_and_says_so(read, partnership):
    publish(partnership, people(7))
    window = HealthReport.objects.get().partnership.meetings.get().feedback_window
    absent = window.meeting.attendances.get(presence="absent")
    type(absent).objects.filter(pk=absent.pk).update(presence="present")
    reminders.revise_reports(REPORT_DAY)

    assert "revision 2" in read("2026-03/")
    assert "Records were corrected later." in read("2026-03/?revision=1")
    assert read("2026-03/?revision=3") == 404
    assert read("2026-03/?revision=x") == 404


def test_follow_ups_are_listed_with_the_report(read, partnership):
    publish(partnership, people(7, voice=1))
    FollowUpFactory(report=HealthReport.objects.get(), action__title="Go round the table")

    assert "Go round the table" in read("2026-03/")
    assert "Go round the table" in read()


def test_outsider_finds_nothing(read, partnership):
    publish(partnership, people(7))
    stranger = SeatFactory()

    assert read("2026-03/", seat=stranger) == 404
    assert read("", seat=stranger) == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_takes_the_same_number_of_statements_for_any_number_of_months(
    client, coordinator, partnership, at, django_assert_num_queries, item_count
):
    for step in range(item_count):
        answered_and_closed(people(6), partnership=partnership, closed_at=CLOSED - timedelta(days=31 * step))
        open_window(partnership=partnership, closed_at=CLOSED - timedelta(days=31 * step, hours=-50))
    reminders.build_reports(REPORT_DAY)
    client.force_login(coordinator.person)
    client.get("/p/harbour/health/")

    with django_assert_num_queries(LIST_STATEMENTS):
        client.get("/p/harbour/health/")


LIST_STATEMENTS = 9


# -- The panel on the meeting's page ----------------------------------------------------------------------------------
def test_panel_follows_a_meeting_through_its_window():
    planned = MeetingFactory()
    meeting = closed_meeting(present=6)
    few = closed_meeting(present=4)

    before = feedback_panel(meeting, CLOSED)
    window = services.open_window(meeting_id=meeting.pk, now=CLOSED)
    sealed.submit(token=tokens_of(window)[0], answers=some_answers(), now=CLOSED)
    during = feedback_panel(meeting, CLOSED)
    services.close_window(window_id=window.pk, now=window.closes_at)
    after = feedback_panel(meeting, window.closes_at)

    assert [panel.state for panel in (before, during, after)] == ["starting", "open", "closed"]
    assert (during.invited, during.answered, after.answered) == (6, 1, 1)
    assert feedback_panel(few, CLOSED).state == "talk_it_over"
    assert feedback_panel(planned, CLOSED).state == "not_closed"
    assert feedback_panel(closed_meeting(), CLOSED + timedelta(days=8)).state == "missed"


def test_address_of_a_month_is_readable():
    assert reverse("feedback:health-detail", args=["harbour", MARCH]) == "/p/harbour/health/2026-03/"


@pytest.mark.parametrize(
    ("present", "sentence"),
    [
        (8, "1</strong> of the 8 people asked have answered. The form closes on Wednesday 11 March, 12:00."),
        (4, "That is too few for a form, so talk it over"),
    ],
)
def test_page_of_a_closed_meeting_shows_counts_or_asks_to_talk_it_over(
    client, coordinator, partnership, monkeypatch, present, sentence
):
    meeting = closed_meeting(partnership=partnership, present=present)
    window = services.open_window(meeting_id=meeting.pk, now=CLOSED)
    if window:
        sealed.submit(token=tokens_of(window)[0], answers=some_answers(), now=CLOSED)
    monkeypatch.setattr("core.clock.now", lambda: CLOSED + timedelta(hours=1))
    client.force_login(coordinator.person)

    page = client.get(reverse("meetings:meeting-detail", args=["harbour", meeting.pk])).content.decode()

    assert sentence in re.sub(r"\s+", " ", page)
