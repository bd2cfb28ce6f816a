"""The numbers to take away: what the pages show and not a cell more, and nothing a spreadsheet would run."""

import csv
import json
import re
from datetime import date
from io import StringIO

import pytest

from feedback.models import HealthReport
from feedback.selectors.numbers import safe
from partners.permissions import Role
from tests.factories.feedback import OwnQuestionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.test_report_history import year_of
from tests.feedback.years import all_say, closed_window, report_of, spread

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
QUIET = spread(12, 3, 4, 4, 5)


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour")


@pytest.fixture
def rows_of(client, partnership):
    def read():
        client.force_login(SeatFactory(partnership=partnership, role=Role.OBSERVER).person)
        response = client.get("/p/harbour/health/numbers.csv")
        assert response.headers["Content-Type"] == "text/csv"
        assert response.headers["Content-Disposition"] == 'attachment; filename="harbour-health.csv"'
        assert response.content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))

    return read


def test_month_has_a_row_for_every_line_with_labels_in_both_languages(partnership, rows_of):
    year_of(partnership, [QUIET, QUIET, QUIET, spread(12, 3, 4, 4, 5, voice=2)])

    rows = [row for row in rows_of() if row["period"] == "2026-03"]

    assert len(rows) == 10
    voice = next(row for row in rows if row["line"] == "voice")
    assert (voice["label_en"], voice["label_fr"]) == ("A fair say", "Parole pour tout le monde")
    assert (voice["group"], voice["people"], voice["mean"], voice["band"]) == ("all", "12", "2.0", "concern")
    assert (voice["change"], voice["way"], voice["changed_from"]) == ("change", "down", "4.0")
    assert {row["way"] for row in rows if row["change"] != "change"} == {""}


@pytest.mark.parametrize("count", [5, 7, 9])
def test_small_month_has_bands_and_ranges_in_halves_and_no_number(partnership, rows_of, count):
    year_of(partnership, [spread(count, 2, 4, 5)])

    for row in rows_of():
        assert row["band"]
        assert re.fullmatch(r"\d\.[05]", row["likely_from"])
        assert re.fullmatch(r"\d\.[05]", row["likely_to"])
        assert [row[name] for name in ("mean", "agreement", "favourable_percent", "changed_from")] == [""] * 4


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_month_that_shows_nothing_has_no_row(partnership, rows_of, count):
    closed_window(partnership, MARCH, all_say(count), invited=8)
    assert report_of(partnership, MARCH)["state"] == "held"

    assert rows_of() == []


def test_every_number_stands_in_the_ledger_of_what_was_shown(partnership, rows_of):
    """Nothing leaves by this door that did not pass the auditor."""
    asked = {"health": (8, 2), "education": (8, 2)}
    for month in (date(2026, 1, 1), date(2026, 2, 1), MARCH):
        said = spread(8, 2, 2, 3, sector="health") + spread(8, 4, 5, 5, sector="education")
        closed_window(partnership, month, said, asked=asked)
        report_of(partnership, month)
    shown = {
        (entry.period, entry.question, entry.label, str(entry.n))
        for report in HealthReport.objects.all()
        for entry in report.published_sets.all()
    }

    rows = rows_of()

    assert {row["group"] for row in rows} == {"all", "health", "education"}
    for row in rows:
        group = "" if row["group"] == "all" else row["group"]
        assert (row["period"], row["line"], group, row["people"]) in shown


def test_words_of_people_and_numbers_of_tests_are_not_in_it(partnership, rows_of):
    year_of(partnership, [QUIET, spread(12, 2, 3)])
    payload = json.loads(HealthReport.objects.latest("month").payload)
    p_values = {str(test["p_permille"]) for test in payload["changed"]["items"].values()}

    columns = set(rows_of()[0])

    assert p_values
    assert not columns & {"p", "comment", "meeting", "name", "answered", "histogram", "sector_of"}


def test_own_statement_that_looks_like_a_formula_is_only_text(partnership, rows_of):
    own = OwnQuestionFactory(partnership=partnership, text_en="=1+1 families", text_fr="+1 famille")
    closed_window(partnership, MARCH, [(sector, said | {"own": 2}) for sector, said in QUIET], own_question=own)
    report_of(partnership, MARCH)

    row = next(row for row in rows_of() if row["line"] == "own")

    assert (row["label_en"], row["label_fr"]) == ("'=1+1 families", "'+1 famille")


@pytest.mark.parametrize(("text", "told"), [("@x", "'@x"), ("-1", "'-1"), ("\tx", "'\tx"), ("a=b", "a=b"), ("", "")])
def test_formulas_are_disarmed(text, told):
    assert safe(text) == told


@pytest.mark.parametrize("sign", ["\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20))])
def test_signs_that_some_spreadsheets_read_like_those_are_disarmed_as_well(sign):
    assert safe(f"{sign}1+1") == f"'{sign}1+1"
