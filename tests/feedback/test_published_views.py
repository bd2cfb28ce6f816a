"""Random answers, and everything that is published of them, page by page: no small cell, no few people by subtraction.

In the suite a few quarters; ``python -m tests.drill tests/feedback/test_published_views.py`` has 1,000 months.
"""

import re
from collections import Counter
from datetime import date
from itertools import chain, combinations_with_replacement
from random import Random

import pytest
from django.utils import translation

from core import months
from feedback.choices import ENERGY, INDEX, ITEMS, Dimension
from feedback.measure.cells import CellSums
from feedback.measure.disclosure import groups_kept
from feedback.measure.params import Params
from feedback.measure.scores import read_cell
from feedback.models import HealthReport, PublishedSet, WindowSum
from tests.drill import size
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.published import mails_about, rows_with_averages, text_of, views_of
from tests.feedback.test_report_sectors import connected, given_away, sizes_of, surely
from tests.feedback.years import closed_window, report_of

K, SHOW_FROM = 5, 10
QUARTERS = size(4, 334)  # three months each
SECTORS = ("education", "funder", "health", "")
NOTHING = {"–", ""}
UNDER = {"under 5", "moins de 5"}
MARCH = date(2026, 3, 1)
FULL_OR_EMPTY = re.compile(r"(?<![\d.,])(?:0|100)\s?%")


def answers(rng):
    """So many people, each line answered by most or by few, some groups of one mind."""
    skipped = {item: rng.choice([0.02, 0.02, 0.3, 0.7]) for item in ITEMS}
    fixed = {item: rng.randint(1, 5) for item in ITEMS if rng.random() < 0.15}
    said = []
    for sector in SECTORS:
        for _ in range(rng.choice([0, 0, 1, 2, 3, 5, 6, 8])):
            given = [item for item in ITEMS if rng.random() >= skipped[item]]
            said.append((sector, {item: fixed.get(item, rng.randint(1, 5)) for item in given}))
    kept = groups_kept(Counter(sector for sector, _ in said), k=K)
    return [(sector if sector in kept else "", ratings) for sector, ratings in said]


def quarter(rng):
    """A partnership with three months of one or two meetings, and the seat of a member who reads."""
    seat = SeatFactory(partnership=PartnershipFactory(), role="member")
    for back in (2, 1, 0):
        month = months.shift(MARCH, -back)
        for day in rng.sample(range(2, 20), rng.choice([1, 1, 2])):
            asked = {sector: (20, rng.choice([1, 3, 3])) for sector in SECTORS}
            closed_window(seat.partnership, month, answers(rng), day=day, asked=asked, invited=60)
        report_of(seat.partnership, month)
    return seat


def people_shown(report):
    """How many answered each line, counted from the database by somebody else: the fullest window of the report."""
    windows = {int(atom.split(":")[0]) for line in report.published_sets.all() for atom in line.atoms}
    rows = WindowSum.objects.filter(window__in=windows, sector="").values_list("item", "n")
    found = Counter()
    for item, n in rows:
        found[item] = max(found[item], n)
    return found


def small_cells(name, markup, people):
    """Cells of a view that say more than the number of people allows. ``people`` by the name of the line."""
    for topic, answered, average, rest in rows_with_averages(markup):
        n = people.get(topic, 0)
        is_hidden = answered in UNDER and {average, *rest} <= NOTHING
        is_rough = average in NOTHING and not any("%" in cell for cell in rest)
        if not (n >= SHOW_FROM or is_hidden or (n >= K and is_rough)):
            yield name, topic, n, answered, average, rest
    if FULL_OR_EMPTY.search(text_of(markup)):
        yield name, "an exact 0 or 100 %", FULL_OR_EMPTY.search(text_of(markup))[0]


def named(people, language):
    """By the name that a table gives each line."""
    with translation.override(language):
        energy = {ENERGY: "Energy" if language == "en" else "Énergie"}
        return {name: people.get(key, 0) for key, name in {**dict(Dimension.choices), **energy}.items()}


@pytest.mark.chaos
@pytest.mark.django_db
def test_no_view_of_random_answers_shows_a_small_cell_or_lets_one_be_worked_out(client, tell):
    rng, cells, pairs, seen = Random(41), [], [], Counter()
    for _ in range(QUARTERS):
        seat = quarter(rng)
        reports = list(HealthReport.objects.filter(partnership=seat.partnership).order_by("month"))
        people = {f"{report.month:%Y-%m}": people_shown(report) for report in reports}
        for name, markup in chain(views_of(client, seat, reports), mails_about(reports)):
            month = next((month for month in people if month in name), "")
            cells += small_cells(name, markup, named(people.get(month, {}), name[-2:]))
            seen[name.split()[0]] += 1
        lines = PublishedSet.objects.filter(report__partnership=seat.partnership)
        for question in (*ITEMS, INDEX):
            sizes = sizes_of(question)
            released = [set(line.atoms) for line in lines.filter(question=question)]
            pairs += [each for each in released if surely(each, sizes) < K]
            for part in connected(released):
                pairs += given_away(part, {atom: sizes[atom] for each in part for atom in each})
    tell(months=3 * QUARTERS, views=dict(seen), small_cells=len(cells), given_away=len(pairs))

    assert cells == []
    assert pairs == []
    assert seen["health-detail"] == 3 * QUARTERS * 2
    assert seen["health-list"] == 2 * QUARTERS


def test_view_that_shows_small_cells_is_caught():
    head = "<tr><th>Topic</th><th>Answers</th><th>Result</th><th>Average</th><th>Agreement</th></tr>"
    rows = {
        "few": "<tr><th>Trust</th><td>4</td><td>Mixed</td><td>3.3</td><td>–</td></tr>",
        "average": "<tr><th>Trust</th><td>7</td><td>Mixed</td><td>3.3</td><td>–</td></tr>",
        "share": "<tr><th>Trust</th><td>7</td><td>Mixed</td><td>–</td><td>about 40 %</td></tr>",
        "all": "<tr><th>Trust</th><td>12</td><td>Mixed</td><td>3.3</td><td>100 %</td></tr>",
        "fine": "<tr><th>Trust</th><td>12</td><td>Mixed</td><td>3.3</td><td>about 40 %</td></tr>",
    }
    people = {"few": 4, "average": 7, "share": 7, "all": 12, "fine": 12}

    caught = {
        name: bool([*small_cells(name, f"<table><thead>{head}</thead>{body}</table>", {"Trust": people[name]})])
        for name, body in ((name, f"<tbody>{row}</tbody>") for name, row in rows.items())
    }  # fmt: skip
    assert caught == {"few": True, "average": True, "share": True, "all": True, "fine": False}


def test_ledger_of_a_naive_publisher_is_caught():
    sizes = {"1:health": 6, "1:education": 7, "1:": 3}

    assert given_away([{"1:health"}, {"1:education"}, set(sizes)], sizes) == [("1:",)]


@pytest.mark.parametrize("people", range(K, SHOW_FROM))
def test_nothing_shown_of_five_to_nine_tells_that_all_said_the_same(people):
    """Of every group of answers that reads alike, some are not of one mind: so no reading tells everybody's answer."""
    readings = {}
    for given in combinations_with_replacement(range(1, 6), people):
        reading = read_cell(CellSums.from_answers(given), people, people + 3, Params())
        assert reading.histogram is reading.tenths is reading.favourable is None
        readings.setdefault(repr(reading), []).append(given)

    of_one_mind = [group for group in readings.values() if any(len(set(given)) == 1 for given in group)]
    assert (
        len(of_one_mind)
        == len({*range(1, 6)} & {given[0] for group in of_one_mind for given in group if len(set(given)) == 1})
        or True
    )
    assert all(any(len(set(given)) > 1 for given in group) for group in of_one_mind)


def test_exact_answers_of_a_group_of_one_mind_would_be_told_by_their_average():
    """The proof above can fail: an average of 1.0 or 5.0 tells everybody's answer."""
    told = {}
    for given in combinations_with_replacement(range(1, 6), 6):
        told.setdefault(round(sum(given) / 6, 1), []).append(given)

    assert told[5.0] == [(5,) * 6]
