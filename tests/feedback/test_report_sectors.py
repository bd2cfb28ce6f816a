"""Sectors by quarter: what is shown, when, and that no reader of all reports together can single out a few people."""

import json
from collections import Counter, defaultdict
from datetime import date
from itertools import chain, combinations
from random import Random

import numpy as np
import pytest

from core import months
from feedback import gathering, payload, reporting
from feedback.choices import INDEX, ITEMS, Dimension
from feedback.measure.disclosure import groups_kept
from feedback.models import HealthReport, PublishedSet, WindowSum
from feedback.payload.inputs import pooled
from tests.factories.partners import PartnershipFactory
from tests.feedback.years import all_say, closed_window, report_of, spread

pytestmark = pytest.mark.django_db
K = 5
JANUARY, FEBRUARY, MARCH, APRIL, JUNE = (date(2026, month, 1) for month in (1, 2, 3, 4, 6))
ASKED = {"health": (9, 3), "education": (8, 2), "": (7, 3)}


@pytest.fixture
def partnership():
    return PartnershipFactory()


def three_groups(health=3, education=3, others=3):
    return [
        *all_say(7, health, sector="health"),
        *all_say(6, education, sector="education"),
        *all_say(5, others, sector=""),
    ]


def quarter(partnership, said=None, last=MARCH, asked=None, **fields):
    for back in (2, 1, 0):
        month = months.shift(last, -back)
        closed_window(
            partnership,
            month,
            said or three_groups(),
            asked=asked or ASKED,
            invited=len(said or three_groups()) + 6,
            **fields,
        )
        found = report_of(partnership, month)
    return found


def rows(found, key="voice"):
    return [row["row"] for table in found["sectors"] for row in table["questions"].get(key, [])]


# -- When -------------------------------------------------------------------------------------------------------------
def test_sectors_come_with_the_report_of_the_last_month_of_the_quarter_and_once(partnership):
    found = quarter(partnership)

    tables = [json.loads(report.payload)["sectors"] for report in HealthReport.objects.order_by("month")]
    assert [len(each) for each in tables] == [0, 0, 1]
    assert (found["sectors"][0]["quarter"], found["sectors"][0]["months"]) == (
        "2026-Q1",
        ["2026-01", "2026-02", "2026-03"],
    )
    assert rows(found) == ["education", "health", "other"]
    closed_window(partnership, APRIL, three_groups(), asked=ASKED, invited=24)
    assert report_of(partnership, APRIL)["sectors"] == []


def test_quarter_whose_last_month_shows_nothing_comes_with_the_next_report_that_is_published(partnership):
    for month in (JANUARY, FEBRUARY):
        closed_window(partnership, month, three_groups(), asked=ASKED, invited=24)
        report_of(partnership, month)
    closed_window(partnership, MARCH, all_say(3), asked={}, invited=24)
    assert report_of(partnership, MARCH)["state"] == "held"
    closed_window(partnership, APRIL, three_groups(), asked=ASKED, invited=24)

    april = report_of(partnership, APRIL)

    assert [(table["quarter"], table["months"]) for table in april["sectors"]] == [("2026-Q1", ["2026-01", "2026-02"])]
    atoms = {atom for each in PublishedSet.objects.exclude(label="") for atom in each.atoms}
    held = HealthReport.objects.get(month=MARCH)
    assert not {f"{window['id']}:" for window in json.loads(held.payload)["windows"]} & atoms


def test_two_quarters_may_come_at_once(partnership):
    for month in (FEBRUARY, JUNE):
        closed_window(partnership, month, three_groups(), asked=ASKED, invited=24)
        found = report_of(partnership, month)

    assert [table["quarter"] for table in found["sectors"]] == ["2026-Q1", "2026-Q2"]


# -- What -------------------------------------------------------------------------------------------------------------
def test_row_reads_like_a_cell_of_its_people_and_tells_how_many_were_asked(partnership):
    found = quarter(partnership, three_groups(health=2, education=4, others=3))

    [table] = found["sectors"]
    education, health, other = table["questions"]["voice"]
    assert (health["asked"], health["coverage"], health["cell"]["people"], health["cell"]["band"]) == (
        9,
        "most",
        7,
        "concern",
    )
    assert (health["cell"]["tenths"], health["cell"]["agreement"], health["cell"]["histogram"]) == (None,) * 3
    assert (education["cell"]["people"], other["asked"], other["of"], other["cell"]["people"]) == (6, None, [], 5)


def test_ten_people_of_a_sector_at_one_meeting_show_a_number(partnership):
    said = [*all_say(10, 2, sector="health"), *all_say(10, 4, sector="education")]
    found = quarter(partnership, said, asked={"health": (12, 3), "education": (12, 2)})

    assert [row["cell"]["tenths"] for row in found["sectors"][0]["questions"]["trust"]] == [40, 20]


def test_sector_of_one_organisation_is_in_no_row_of_its_own(partnership):
    found = quarter(partnership, asked={**ASKED, "education": (8, 1)})

    assert rows(found) == ["health", "other"]
    assert found["sectors"][0]["questions"]["voice"][1]["of"] == ["education"]


def test_line_that_few_of_a_sector_answered_has_other_rows(partnership):
    said = three_groups()
    for _sector, ratings in said[:4]:
        del ratings["voice"]
    found = quarter(partnership, said)

    assert rows(found, "trust") == ["education", "health", "other"]
    assert rows(found, "voice") == ["education", "other"]


def test_line_has_no_part_of_a_month_that_did_not_show_it(partnership):
    rare = [(sector, {**ratings}) for sector, ratings in three_groups()]
    for _sector, ratings in rare[3:]:
        del ratings["voice"]
    for month, said in ((JANUARY, three_groups()), (FEBRUARY, rare), (MARCH, three_groups())):
        closed_window(partnership, month, said, asked=ASKED, invited=24)
        found = report_of(partnership, month)

    assert rows(found) == ["education", "health", "other"]
    hidden = WindowSum.objects.get(item="voice", sector="", n=3).window_id
    shown = [each.atoms for each in PublishedSet.objects.filter(question="voice")]
    assert not any(atom.startswith(f"{hidden}:") for atoms in shown for atom in atoms)


def test_rows_that_with_the_months_would_give_people_away_are_left_out_for_that_line_alone(partnership):
    """Three of education said something about voice: the month without health would be theirs."""
    said = [*all_say(9, sector="health"), *all_say(6, sector="education")]
    for _sector, ratings in said[9:12]:
        del ratings["voice"]
    asked = {"health": (9, 3), "education": (8, 2), "business": (8, 1)}
    for month, answers in ((JANUARY, said), (MARCH, all_say(6, sector="business"))):
        closed_window(partnership, month, answers, asked=asked, invited=24)
        found = report_of(partnership, month)

    assert (rows(found, "trust"), rows(found, "voice")) == (["health", "other"], [])
    assert next(cell for cell in found["dimensions"] if cell["key"] == "voice")["people"] == 6


def test_people_are_counted_by_the_fullest_meeting_and_not_added_up(partnership):
    few = [*all_say(4, sector="health"), *all_say(9, sector="education"), *all_say(6)]
    found = quarter(partnership, few, asked=ASKED)

    assert rows(found) == ["education", "other"]


def test_gap_is_tested_over_the_whole_and_names_at_most_two_lines(partnership):
    low = {"voice": 1, "trust": 1, "roles": 2}
    said = [
        *spread(12, 2, 3, sector="health", **low),
        *spread(12, 4, 5, 4, sector="education"),
        *spread(12, 4, 4, 5),
    ]
    asked = {"health": (14, 3), "education": (14, 3), "": (14, 4)}

    [table] = quarter(partnership, said, asked=asked)["sectors"]

    gaps = {gap["row"]: gap for gap in table["gaps"]}
    assert gaps["health"] == {"row": "health", "way": "down", "questions": ["voice", "trust"]}
    assert all(len(gap["questions"]) <= 2 for gap in gaps.values())


def test_sectors_that_see_it_alike_have_no_gap(partnership):
    assert quarter(partnership)["sectors"][0]["gaps"] == []


def test_nothing_about_sectors_where_none_was_kept(partnership):
    found = quarter(partnership, all_say(12), asked={})

    assert found["sectors"] == []


# -- The ledger -------------------------------------------------------------------------------------------------------
def shown_numbers(found):
    """(period, question, label) of every number a payload has."""
    cells = [*found["dimensions"], {"key": "energy", **found["energy"]}, {"key": "index", **found["index"]}]
    yield from ((found["month"], cell["key"], "") for cell in cells if "band" in cell)
    for table in found["sectors"]:
        for key, of in table["questions"].items():
            yield from ((table["quarter"], key, row["row"]) for row in of)


def test_every_number_shown_is_in_the_ledger_and_nothing_else(partnership):
    quarter(partnership)

    for report in HealthReport.objects.all():
        lines = report.published_sets.values_list("period", "question", "label")
        assert sorted(lines) == sorted(shown_numbers(json.loads(report.payload)))


def test_total_that_would_give_a_few_people_away_is_held_and_joins_the_next_month(partnership):
    window = closed_window(partnership, JANUARY, three_groups(), asked=ASKED, invited=24)
    report_of(partnership, JANUARY)
    later = closed_window(partnership, FEBRUARY, [*all_say(9), *all_say(3, sector="health")], invited=24)
    line = PublishedSet.objects.get(question="voice", report__month=JANUARY)
    line.atoms = [f"{later.pk}:"]  # as if nine of the twelve had been shown with the month before
    line.save()

    february = report_of(partnership, FEBRUARY)
    assert (february["state"], february["reason"]) == ("held", "leak")
    assert not PublishedSet.objects.filter(report__month=FEBRUARY).exists()
    closed_window(partnership, MARCH, three_groups(), asked=ASKED, invited=24)
    march = [each["id"] for each in report_of(partnership, MARCH)["windows"]]
    assert later.pk in march
    assert window.pk not in march


def test_revision_built_by_other_rules_never_shows_what_with_the_first_would_give_people_away(partnership):
    said = three_groups()
    for _sector, ratings in said[7:10]:
        del ratings["voice"]
    window = closed_window(partnership, MARCH, said, asked=ASKED, invited=24)
    first = report_of(partnership, MARCH)
    assert payload.compose(gathering.gather(gathering.Shelf(partnership, MARCH))).payload == first

    line = PublishedSet.objects.get(question="voice", label="")
    line.atoms = [f"{window.pk}:", f"{window.pk}:health"]  # as if an earlier engine had left three people out
    line.save()

    again = payload.compose(gathering.gather(gathering.Shelf(partnership, MARCH))).payload
    assert (again["state"], again["reason"]) == ("held", "leak")


def test_month_built_late_holds_no_answers_that_a_later_report_has(partnership):
    closed_window(partnership, JANUARY, all_say(7))
    closed_window(partnership, FEBRUARY, all_say(8))

    assert len(report_of(partnership, FEBRUARY)["windows"]) == 2
    january = report_of(partnership, JANUARY)
    assert (january["state"], january["windows"]) == ("no_window", [])


# -- A year, read by somebody who can add and subtract ----------------------------------------------------------------
SECTORS = ("business", "education", "funder", "health", "")


def random_answers(rng):
    """A meeting of five sectors; some lines are skipped by many."""
    rare = rng.sample(ITEMS, 3)
    said = []
    for sector in SECTORS:
        for _ in range(rng.choice([0, 1, 3, 5, 6, 7, 9])):
            given = [item for item in ITEMS if rng.random() < (0.45 if item in rare else 0.95)]
            said.append((sector, {item: rng.randint(1, 5) for item in given}))
    kept = groups_kept(Counter(sector for sector, _ in said), k=K)
    return [(sector if sector in kept else "", ratings) for sector, ratings in said]


def simulated_year(partnership, rng):
    asked = {sector: (20, 3 if rng.random() < 0.8 else 1) for sector in SECTORS}
    for back in range(11, -1, -1):
        month = months.shift(date(2026, 12, 1), -back)
        for day in rng.sample(range(2, 27), rng.choice([0, 1, 1, 2])):
            closed_window(partnership, month, random_answers(rng), day=day, asked=asked, invited=100)
        if partnership.meetings.filter(starts_at__month=month.month).exists():
            report_of(partnership, month)


def rank(matrix):
    return np.linalg.matrix_rank(np.array(matrix, dtype=float)) if len(matrix) else 0


def surely(atoms, sizes):
    per_window = Counter()
    for atom in atoms:
        per_window[atom.split(":")[0]] += sizes[atom]
    return max(per_window.values(), default=0)


def given_away(released, sizes):
    """Unions of one to four people (as far as anybody can be sure) that follow from what was released."""
    atoms = sorted(atom for atom, n in sizes.items() if n)
    matrix = [[atom in each for atom in atoms] for each in released]
    small = [atom for atom in atoms if sizes[atom] < K]
    unions = chain.from_iterable(combinations(small, size) for size in range(1, min(len(small), 5) + 1))
    return [
        union
        for union in unions
        if surely(union, sizes) < K and rank([*matrix, [atom in union for atom in atoms]]) == rank(matrix)
    ]


def sizes_of(question):
    """People per atom, counted from the database by somebody else."""
    sizes, parts = {}, defaultdict(int)
    for window, sector, n in WindowSum.objects.filter(item=question).values_list("window", "sector", "n"):
        sizes[f"{window}:{sector}"] = n
        parts[window] += n if sector else 0
    return {atom: n - parts[int(atom[:-1])] if atom.endswith(":") else n for atom, n in sizes.items()}


@pytest.mark.parametrize("seed", range(4))
def test_nobody_can_work_out_a_few_people_from_a_year_of_reports(seed):
    partnership = PartnershipFactory()
    simulated_year(partnership, Random(seed))

    lines = PublishedSet.objects.filter(report__partnership=partnership)
    assert lines.exclude(label="").exists()
    for question in (*ITEMS, INDEX):
        sizes = sizes_of(question)
        released = [set(each.atoms) for each in lines.filter(question=question)]
        by_quarter = defaultdict(list)
        for each in released:
            by_quarter[min(each)].append(each)
        assert all(surely(each, sizes) >= K for each in released)
        for part in connected(released):
            own = {atom: sizes[atom] for each in part for atom in each}
            assert given_away(part, own) == []


def connected(released):
    """Sets that share atoms, directly or through others."""
    parts = []
    for each in released:
        touching = [part for part in parts if any(each & other for other in part)]
        parts = [part for part in parts if part not in touching] + [[*chain.from_iterable(touching), each]]
    return parts


def test_somebody_who_publishes_every_group_of_five_gives_people_away():
    """The proof above can fail: the same year, with no planner and no ledger."""
    partnership = PartnershipFactory()
    simulated_year(partnership, Random(1))
    leaks = 0
    for question in Dimension.values:
        sizes = sizes_of(question)
        windows = defaultdict(list)
        for atom in sizes:
            windows[atom.split(":")[0]].append(atom)
        for atoms in windows.values():
            naive = [{atom} for atom in atoms if sizes[atom] >= K and not atom.endswith(":")]
            leaks += bool(given_away([*naive, set(atoms)], {atom: sizes[atom] for atom in atoms}))
    assert leaks


# -- Sums -------------------------------------------------------------------------------------------------------------
def test_sums_of_the_database_are_those_of_the_answers():
    partnership, rng = PartnershipFactory(), Random(9)
    said = [random_answers(rng) for _ in range(3)]
    for day, answers in enumerate(said, start=3):
        closed_window(partnership, MARCH, answers, day=day, invited=100)
    inputs = gathering.gather(gathering.Shelf(partnership, MARCH))

    for key in ITEMS:
        for sectors in (None, ("health",), ("health", ""), ("",)):
            stored = {sector for sector, _ in chain.from_iterable(said)}
            if sectors and not {*sectors} - {""} <= stored:
                continue
            given = [[r[key] for s, r in answers if key in r and (sectors is None or s in sectors)] for answers in said]
            flat = [*chain.from_iterable(given)]
            pool = pooled(key, inputs.said, sectors)
            assert (pool.cell.n, pool.cell.s1, pool.cell.s2) == (len(flat), sum(flat), sum(x * x for x in flat))
            assert pool.distribution == tuple(flat.count(value) for value in range(1, 6))
            assert pool.people == max(len(each) for each in given)


def test_payload_of_the_same_inputs_is_the_same_on_every_build(partnership):
    quarter(partnership)
    inputs = gathering.gather(gathering.Shelf(partnership, MARCH))

    texts = {payload.canonical(payload.compose(inputs).payload) for _ in range(3)}
    assert texts == {reporting.latest_report(partnership, MARCH).payload}
