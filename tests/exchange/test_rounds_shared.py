"""Real survey data, made long: sums equal what was counted by hand, and scales that are not ours stay out."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from core import months
from exchange.survey.odd import Fate, Odd
from exchange.survey.rounds import read_rounds
from feedback import past
from feedback.choices import INDEX, ITEMS
from feedback.measure.cells import person_index
from feedback.models import HealthReport, PastRound, PastSum
from tests.factories.partners import PartnershipFactory
from tests.shared import SHARED, needs_shared

TODAY = date(2026, 4, 20)
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
ROUNDS_IN_A_FILE = 33


def rows_of(name):
    with (SHARED / "data/open/survey" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expected(name):
    return json.loads((SHARED / "data/open/expected/survey" / f"{name}.json").read_text())


def long(answers):
    """``answers``: (date, label, respondent, question, value)."""
    lines = (f"{day},{label},{who},{question},{value}" for day, label, who, question, value in answers)
    return "\n".join(["round date,round,respondent,question,value", *lines]).encode()


def climate():
    """Each group as one round of a month of its own: its label, its day, and its rows with their numbers."""
    groups = {}
    for number, row in enumerate(rows_of("bhr2000-leadership-climate-items.csv")):
        groups.setdefault(row["GRP"], []).append((number, row))
    return {(label, months.shift(date(2015, 1, 1), place)): rows for place, (label, rows) in enumerate(groups.items())}


@needs_shared
@pytest.mark.django_db
def test_sums_in_the_database_equal_what_was_counted_in_the_file():
    known, groups = expected("bhr2000"), climate()
    columns = known["scales"]["LEADERSHIP"]["items"][: len(ITEMS)]
    meanings = {column.casefold(): item for column, item in zip(columns, ITEMS, strict=True)}
    partnership, fates = PartnershipFactory(), Counter()

    for start in range(0, len(groups), ROUNDS_IN_A_FILE):
        part = list(groups.items())[start : start + ROUNDS_IN_A_FILE]
        content = long(
            (day, label, number, column, row[column])
            for (label, day), rows in part
            for number, row in rows
            for column in columns
        )
        reading = read_rounds(content, today=TODAY, meanings=meanings)
        assert reading.problems == []
        fates += reading.fates
        past.bring_rounds(partnership=partnership, rounds=reading.rounds, person_id=None, now=NOW)

    assert fates == {Fate.COUNTED: known["rows"] * len(columns)}
    sizes = list(PastRound.objects.values_list("answered", flat=True))
    assert (len(sizes), min(sizes), max(sizes), sum(sizes)) == (
        known["groups"], known["group_sizes"]["min"], known["group_sizes"]["max"], known["rows"],
    )  # fmt: skip
    for column, item in zip(columns, ITEMS, strict=True):
        sums = list(PastSum.objects.filter(item=item))
        answered, total = sum(row.n for row in sums), sum(row.total for row in sums)
        assert answered == known["scales"]["LEADERSHIP"]["item_n"][column]
        assert round(total / answered, 6) == known["scales"]["LEADERSHIP"]["item_means"][column]
        counts = {str(value): sum(getattr(row, f"c{value}") for row in sums) for value in range(1, 6)}
        assert counts == known["scales"]["LEADERSHIP"]["distribution"].get(column, counts)
        assert sum(row.squares for row in sums) == sum(int(value) ** 2 * count for value, count in counts.items())
    scores = [person_index([int(row[column]) for column in columns[:8]]) for rows in groups.values() for _, row in rows]
    index = PastSum.objects.filter(item=INDEX)
    assert sum(row.total for row in index) == sum(scores)
    assert sum(row.squares for row in index) == sum(score * score for score in scores)
    assert HealthReport.objects.count() == known["groups"]


@needs_shared
def test_questionnaire_from_one_to_six_stays_out_and_says_its_scale():
    columns = list(expected("psych-bfi")["item_means"])[: len(ITEMS)]
    rows = rows_of("psych-bfi.csv")
    meanings = {column.casefold(): item for column, item in zip(columns, ITEMS, strict=True)}
    content = long(
        ("2019-05-06", "", row["rownames"], column, row[column].replace("NA", "")) for row in rows for column in columns
    )

    reading = read_rounds(content, today=TODAY, meanings=meanings)

    assert reading.rounds == []
    assert [(one.odd, one.facts["low"], one.facts["high"]) for one in reading.problems] == [(Odd.OFF_SCALE, 1, 6)] * 9
    given = sum(row[column] not in {"", "NA"} for row in rows for column in columns)
    assert reading.fates[Fate.EMPTY] + reading.fates[Fate.LEFT_OUT] == len(rows) * len(columns)
    assert reading.fates[Fate.LEFT_OUT] == given


@needs_shared
def test_averages_of_several_items_are_no_answers_of_a_person():
    rows, known = rows_of("univbct-three-waves.csv"), expected("univbct")
    columns = {"JSAT": "goals", "COMMIT": "trust", "READY": "voice"}
    content = long(
        (
            f"2018-0{int(row['TIME']) + 1}-10",
            f"Wave {row['TIME']}",
            row["SUBNUM"],
            column,
            row[column].replace("NA", ""),
        )
        for row in rows
        for column in columns
    )

    reading = read_rounds(content, today=TODAY, meanings={key.casefold(): item for key, item in columns.items()})

    assert len({row["SUBNUM"] for row in rows}) == known["people"]
    assert reading.rounds == []
    assert [one.odd for one in reading.problems] == [Odd.OFF_SCALE] * 3
