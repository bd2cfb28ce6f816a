"""This month beside earlier ones: nothing rose or fell without a passed test."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import months
from feedback import past, reminders, reporting
from feedback.choices import ITEMS, Mode
from feedback.models import FeedbackResponse, HealthReport, NamedResponse
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import OwnQuestionFactory
from tests.factories.partners import PartnershipFactory
from tests.feedback.test_past import draft
from tests.feedback.years import all_say, closed_window, report_of, spread

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture
def partnership():
    return PartnershipFactory()


def year_of(partnership, answers, last=MARCH):
    """One month after another, the last of ``answers`` in ``last``; gives the last report."""
    for back, said in reversed(list(enumerate(reversed(answers)))):
        month = months.shift(last, -back)
        closed_window(partnership, month, said)
        payload = report_of(partnership, month)
    return payload


# -- What changed -----------------------------------------------------------------------------------------------------
def test_first_report_has_nothing_to_compare_with(partnership):
    payload = year_of(partnership, [all_say(12)])

    assert payload["changed"]["base"] == []
    assert {change["tier"] for change in payload["changed"]["items"].values()} == {"first"}
    assert payload["changed"]["index"]["tier"] == "first"
    assert payload["previous"] == {}
    assert [entry["month"] for entry in payload["series"]] == ["2026-03"]


def test_line_that_clearly_fell_is_a_change_and_the_others_are_not(partnership):
    quiet = spread(12, 3, 4, 4, 5)
    payload = year_of(partnership, [quiet, quiet, quiet, spread(12, 3, 4, 4, 5, voice=2)])

    changed = payload["changed"]
    assert changed["base"] == ["2025-12", "2026-01", "2026-02"]
    voice = changed["items"]["voice"]
    assert (voice["tier"], voice["way"], voice["from_tenths"]) == ("change", "down", 40)
    assert voice["holm_permille"] >= voice["p_permille"]
    assert {key for key, change in changed["items"].items() if change["way"]} == {"voice"}
    assert changed["items"]["trust"]["detectable_tenths"] == 9
    assert payload["suggestions"][0] == {
        "key": "voice",
        "trigger": "change",
        "number": {"tenths": 20, "from_tenths": 40},
    }


def test_small_drop_of_a_small_group_is_no_change_and_the_page_can_say_what_we_would_notice(partnership):
    payload = year_of(partnership, [spread(6, 3, 4, 4)] * 3 + [spread(6, 3, 4, 3)])

    for change in payload["changed"]["items"].values():
        assert (change["tier"], change["way"]) == ("none", None)
        assert change["detectable_tenths"] > 3
        assert (change["p_permille"], change["holm_permille"], change["from_tenths"]) == (None, None, None)


def test_everything_that_rose_shows_first_in_the_index(partnership):
    payload = year_of(partnership, [spread(12, 2, 3), spread(12, 2, 3), spread(12, 4, 5)])

    assert (payload["changed"]["index"]["tier"], payload["changed"]["index"]["way"]) == ("change", "up")
    assert payload["wins"]["up"] == list(ITEMS[:-1])


@pytest.mark.parametrize("silent", [0, 4])
def test_month_that_was_not_shown_is_skipped_and_not_compared_with(partnership, silent):
    payload = year_of(partnership, [all_say(12, 4), all_say(silent, 1), all_say(12, 4)])

    assert payload["changed"]["base"] == ["2026-01"]
    assert [entry["month"] for entry in payload["series"]] == ["2026-01", "2026-03"]


def test_months_older_than_half_a_year_are_not_compared_with(partnership):
    closed_window(partnership, date(2025, 8, 1), all_say(12, 5))
    report_of(partnership, date(2025, 8, 1))

    payload = year_of(partnership, [all_say(12, 2)])

    assert payload["changed"]["base"] == []
    assert payload["changed"]["items"]["voice"]["tier"] == "first"
    assert [entry["month"] for entry in payload["series"]] == ["2025-08", "2026-03"]


def test_average_of_before_is_printed_only_where_every_month_showed_one(partnership):
    few = year_of(partnership, [all_say(12, 4), all_say(7, 4), all_say(12, 4)])

    assert few["changed"]["items"]["voice"]["from_tenths"] is None
    assert few["previous"] == {"month": "2026-02", "people": 7, "tenths": {}}


def test_last_month_is_there_for_the_ring_only_as_it_was_shown(partnership):
    payload = year_of(partnership, [all_say(12, 3), [*all_say(8, 4), *[("", {"voice": 2})] * 4]])
    after = year_of(partnership, [all_say(12, 3)], last=APRIL)

    assert payload["previous"]["tenths"]["trust"] == 30
    assert after["previous"]["tenths"] == {"voice": 33}


def test_same_people_at_two_meetings_count_once_in_the_test(partnership):
    closed_window(partnership, FEBRUARY, spread(12, 3, 4))
    report_of(partnership, FEBRUARY)
    for day in (4, 11, 18):
        closed_window(partnership, MARCH, spread(12, 2, 3), day=day)
    thrice = report_of(partnership, MARCH)["changed"]["items"]["voice"]
    once_more = PartnershipFactory()
    closed_window(once_more, FEBRUARY, spread(12, 3, 4))
    report_of(once_more, FEBRUARY)
    closed_window(once_more, MARCH, spread(12, 2, 3))
    once = report_of(once_more, MARCH)["changed"]["items"]["voice"]

    assert thrice == once


def test_round_from_before_counts_as_a_published_month_until_it_is_taken_back(partnership):
    now = datetime(2026, 2, 20, tzinfo=UTC)
    brought = draft(held_on=date(2026, 1, 14), people=12, value=5)
    past.bring_rounds(partnership=partnership, rounds=[brought], person_id=PersonFactory().pk, now=now)

    with_it = year_of(partnership, [all_say(12, 2)])
    assert with_it["changed"]["base"] == ["2026-01"]
    assert with_it["changed"]["items"]["voice"]["way"] == "down"
    assert [(entry["month"], entry["past"]) for entry in with_it["series"]] == [("2026-01", True), ("2026-03", False)]

    past.take_back(
        partnership=partnership, month=JANUARY, person_id=PersonFactory().pk, now=datetime(2026, 4, 20, tzinfo=UTC)
    )
    assert year_of(partnership, [all_say(12, 2)], last=APRIL)["changed"]["base"] == ["2026-03"]


# -- Own statement ----------------------------------------------------------------------------------------------------
def own(value, count=12):
    return [("", dict.fromkeys(ITEMS, 3) | {"own": value}) for _ in range(count)]


def test_own_statement_stands_apart_from_the_index_and_is_compared_with_itself_only(partnership):
    first, second = OwnQuestionFactory.create_batch(2, partnership=partnership, retired_at=datetime.now(UTC))
    for month, question in ((JANUARY, first), (FEBRUARY, second), (MARCH, second)):
        closed_window(partnership, month, own(5 if month < MARCH else 1), own_question=question)
        payload = report_of(partnership, month)

    assert (payload["own"]["question"], payload["own"]["tenths"]) == (second.pk, 10)
    assert payload["own"]["text"] == {"en": second.text_en, "fr": second.text_fr}
    assert payload["index"]["tenths"] == 30
    assert (payload["changed"]["items"]["own"]["way"], payload["changed"]["items"]["own"]["from_tenths"]) == (
        "down",
        50,
    )


def test_month_with_two_statements_shows_the_newer_one(partnership):
    first, second = OwnQuestionFactory.create_batch(2, partnership=partnership, retired_at=datetime.now(UTC))
    closed_window(partnership, MARCH, own(5), own_question=first)
    closed_window(partnership, MARCH, own(2), day=11, own_question=second)

    payload = report_of(partnership, MARCH)

    assert (payload["own"]["question"], payload["own"]["tenths"]) == (second.pk, 20)


# -- Trends and energy ------------------------------------------------------------------------------------------------
def test_six_falling_months_are_a_decline_and_five_are_not(partnership):
    falling = [spread(12, 5), spread(12, 5, 5, 4), spread(12, 5, 4), spread(12, 4), spread(12, 4, 3), spread(12, 3)]

    payload = year_of(partnership, falling)
    assert payload["trends"]["voice"] == "decline"
    assert len(payload["series"]) == 6

    assert year_of(PartnershipFactory(), falling[1:])["trends"] == {}


def test_energy_is_watched_after_two_low_months_running(partnership):
    quarter_low = [*all_say(9, 3), *all_say(3, 3, energy=2)]

    first = year_of(partnership, [quarter_low], last=FEBRUARY)
    second = year_of(partnership, [quarter_low])

    assert (first["energy"]["watch"], second["energy"]["watch"]) == (False, True)
    assert second["suggestions"][-1]["key"] == "energy"


# -- A report never knows what came after it --------------------------------------------------------------------------
def test_later_reports_and_rounds_change_nothing_in_earlier_ones(partnership):
    year_of(partnership, [spread(12, 3, 4), spread(9, 2, 3), spread(12, 4, 5)])
    brought = draft(held_on=date(2025, 11, 12), people=12, value=5)
    now = datetime(2026, 4, 20, tzinfo=UTC)
    past.bring_rounds(partnership=partnership, rounds=[brought], person_id=PersonFactory().pk, now=now)

    for report in HealthReport.objects.exclude(month=date(2025, 11, 1)):
        assert reporting.composed_again(partnership=partnership, month=report.month) == report.payload
        assert reporting.build_report(partnership=partnership, month=report.month, now=now) is None


# -- With names -------------------------------------------------------------------------------------------------------
def with_names(partnership, month, answers, **fields):
    """A window in which people (by their number) answered with their names."""
    said = [("", dict.fromkeys(ITEMS, value)) for value in answers.values()]
    window = closed_window(partnership, month, said, mode=Mode.NAMED, **fields)
    FeedbackResponse.objects.filter(window=window).delete()
    for person, value in answers.items():
        NamedResponse.objects.create(window=window, person=person, **dict.fromkeys(ITEMS, value))
    return window


def test_with_names_each_person_is_averaged_over_the_month_and_counts_once(partnership):
    first, second = PersonFactory.create_batch(6), PersonFactory.create_batch(6)
    with_names(partnership, MARCH, dict.fromkeys(first, 5))
    with_names(partnership, MARCH, dict.fromkeys([*first, *second], 2), day=11, invited=14)

    payload = report_of(partnership, MARCH)

    voice = next(cell for cell in payload["dimensions"] if cell["key"] == "voice")
    assert (voice["people"], voice["tenths"]) == (12, 28)  # six at 3.5, six at 2
    assert (payload["people_heard"], payload["index"]["tenths"]) == (12, 28)
    assert (voice["histogram"], voice["agreement"]) == (None, None)


def test_one_window_with_names_reads_like_any_other(partnership):
    people = PersonFactory.create_batch(12)
    with_names(partnership, MARCH, {person: 1 + i % 5 for i, person in enumerate(people)})

    found = report_of(partnership, MARCH)["dimensions"][0]

    assert (found["people"], found["agreement"]) == (12, "split")
    assert len(found["histogram"]) == 5


def test_month_of_both_kinds_counts_people_by_the_fullest_window(partnership):
    with_names(partnership, MARCH, dict.fromkeys(PersonFactory.create_batch(6), 5))
    closed_window(partnership, MARCH, all_say(8, 3), day=11)

    assert report_of(partnership, MARCH)["people_heard"] == 8


def test_with_names_everybody_is_compared_with_what_they_said_themselves(partnership):
    people = PersonFactory.create_batch(12)
    for month, more in ((FEBRUARY, 0), (MARCH, 1)):
        with_names(partnership, month, {person: 1 + i % 4 + more for i, person in enumerate(people)})
        named = report_of(partnership, month)["changed"]["items"]["voice"]
    nameless = PartnershipFactory()
    apart = year_of(nameless, [spread(12, 1, 2, 3, 4), spread(12, 2, 3, 4, 5)])["changed"]["items"]["voice"]

    assert (named["tier"], named["way"], named["from_tenths"]) == ("change", "up", 25)
    assert (apart["tier"], apart["from_tenths"]) == ("none", 25)


def test_people_who_were_not_there_before_are_compared_with_everybody(partnership):
    with_names(partnership, FEBRUARY, dict.fromkeys(PersonFactory.create_batch(12), 2))
    report_of(partnership, FEBRUARY)
    with_names(partnership, MARCH, dict.fromkeys(PersonFactory.create_batch(12), 4))

    assert report_of(partnership, MARCH)["changed"]["items"]["voice"]["way"] == "up"


def test_erasing_a_person_gives_no_revision_from_which_their_answers_could_be_read(partnership):
    people = PersonFactory.create_batch(6)
    with_names(partnership, MARCH, {person: 1 + i % 5 for i, person in enumerate(people)})
    with_names(partnership, MARCH, dict.fromkeys(people, 4), day=11)
    report_of(partnership, MARCH)
    NamedResponse.objects.filter(person=people[0]).delete()

    assert reminders.revise_reports(datetime(2026, 4, 12, tzinfo=UTC)) == 0
    assert HealthReport.objects.count() == 1


# -- Cost -------------------------------------------------------------------------------------------------------------
def test_building_takes_the_same_few_statements_after_a_year_as_after_two_months(partnership):
    taken = []
    for back in range(11, -1, -1):
        month = months.shift(MARCH, -back)
        closed_window(partnership, month, spread(9, 2, 3, 4))
        with CaptureQueriesContext(connection) as statements:
            report_of(partnership, month)
        taken.append(len(statements))

    assert taken[1] == taken[-1] <= 30
