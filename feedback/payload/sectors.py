"""Sectors of a quarter, and what of them may be shown: the planner proposes, the ledger of all releases decides.

A quarter is made of the months whose reports fell into it. It is shown once, with the first report that is published
in or after its last month. A line has no part of months that did not show it: a reader could subtract them out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from feedback.choices import INDEX, Dimension
from feedback.measure.disclosure import Plan, PublishedSet, plan_rows, release, surely, window_of
from feedback.measure.permutation import sector_gaps
from feedback.measure.scores import read_cell
from feedback.payload.cells import shown, word
from feedback.payload.inputs import PARAMS, AskedSector, Inputs, Pool, Said, asking, pooled

OTHER = "other"
NOBODY = AskedSector(0, 0)
MOST_NAMED = 2


class Shown(NamedTuple):
    """A number that the report shows, for the ledger."""

    period: str
    question: str
    label: str
    atoms: tuple[str, ...]
    n: int

    @property
    def released(self) -> PublishedSet:
        return PublishedSet(self.period, self.question, frozenset(self.atoms), self.n)


@dataclass(frozen=True)
class Row:
    """One sector, or all that have no row of their own, in one line of a quarter."""

    quarter: str
    question: str
    label: str
    sectors: tuple[str, ...]
    pool: Pool
    asked: int
    atoms: tuple[str, ...]

    @property
    def shown(self) -> Shown:
        return Shown(self.quarter, self.question, self.label, self.atoms, self.pool.people)


@dataclass(frozen=True)
class Released:
    """What the ledger lets out. ``leaks``: lines whose total for the month must wait."""

    totals: Sequence[Shown]
    rows: Mapping[str, Sequence[Row]]
    leaks: Collection[str]


def released(inputs: Inputs, pools: Mapping[str, Pool]) -> Released:
    """Ask the ledger about the total of each line this month would show, and its rows by sector."""
    totals, rows, leaks = [], {}, []
    for key, pool in pools.items():
        sizes = _sizes(inputs, key)
        atoms = _atoms(asking(inputs.said, key, inputs.own and inputs.own.id), key)
        total = Shown(inputs.month, key, "", atoms, pool.people)
        planned = [row for quarter in inputs.quarters for row in _plan(inputs, quarter, key)]
        answer = release(
            total=total.released,
            sector_rows=[row.shown.released for row in planned],
            ledger=[
                PublishedSet(line.period, line.question, frozenset(line.atoms), line.n)
                for line in (*inputs.ledger, *inputs.shown_before)
                if sizes.keys() >= set(line.atoms)
            ],
            sizes=sizes,
            k=PARAMS.k,
        )
        totals.append(total)
        rows[key] = planned if len(answer.published) > 1 else []
        if answer.held:
            leaks.append(key)
    return Released(totals, rows, leaks)


def sector_tables(inputs: Inputs, rows: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """As the payload has them; a quarter without any breakdown is left out."""
    tables = []
    for quarter in inputs.quarters:
        found = {key: [row for row in of if row.quarter == quarter] for key, of in rows.items()}
        found = {key: of for key, of in found.items() if of}
        if found:
            tables.append(
                {
                    "quarter": quarter,
                    "months": [month for month, _said, _keys in _months(inputs, quarter, None)],
                    "questions": {key: [_written(row) for row in of] for key, of in found.items()},
                    "gaps": _gaps(found),
                }
            )
    return tables


def quarter_of(month: str) -> str:
    year, number = month.split("-")
    return f"{year}-Q{(int(number) + 2) // 3}"


def _months(inputs: Inputs, quarter: str, key: str | None) -> list[tuple[str, tuple[Said, ...], Collection[str]]]:
    """The reports of a quarter, this one among them, that showed ``key``."""
    months = [(each.month, each.said, set(each.shown)) for each in inputs.earlier if not each.past]
    months = [*months, (inputs.month, inputs.said, {key} if key else set())]
    return [each for each in months if quarter_of(each[0]) == quarter and (key is None or key in each[2])]


def _plan(inputs: Inputs, quarter: str, key: str) -> list[Row]:
    said = [window for _month, windows, _keys in _months(inputs, quarter, key) for window in windows]
    said = asking(said, key, inputs.own and inputs.own.id)
    sizes = {atom: n for window in said for atom, n in window.atoms(key).items()}
    sectors = sorted({_sector(atom) for atom in sizes})

    def people(groups: Collection[str]) -> int:
        return surely((atom for atom in sizes if _sector(atom) in groups), sizes)

    plan = plan_rows(
        {sector: people([sector]) for sector in sectors},
        k=PARAMS.k,
        organizations={sector: _organizations(said, sector) for sector in sectors},
        min_orgs=PARAMS.min_orgs,
        people=people,
    )
    return [
        Row(
            quarter,
            key,
            label,
            groups,
            pooled(key, said, groups),
            _asked(said, plan, label),
            tuple(sorted(atom for atom in sizes if _sector(atom) in groups)),
        )
        for label, groups in _labelled(plan)
    ]


def _labelled(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    rows: list[tuple[str, tuple[str, ...]]] = [(sector, (sector,)) for sector in plan.own_rows]
    return [*rows, (OTHER, plan.combined)] if plan.combined_shown else rows


def _sector(atom: str) -> str:
    return atom.removeprefix(f"{window_of(atom)}:")


def _organizations(said: Sequence[Said], sector: str) -> int:
    """The same organisation may have come each time, so the fullest window counts."""
    return max((each.asked.get(sector, NOBODY).organizations for each in said), default=0)


def _asked(said: Sequence[Said], plan: Plan, label: str) -> int:
    """How many people of a row were asked after the fullest of its meetings."""

    def named(each: Said, sector: str) -> int:
        return each.asked.get(sector, NOBODY).invited if sector in each.sectors else 0

    if label != OTHER:
        return max(named(each, label) for each in said)
    return max((each.invited or 0) - sum(named(each, sector) for sector in plan.own_rows) for each in said)


def _written(row: Row) -> dict[str, Any]:
    reading = read_cell(row.pool.cell, row.pool.people, max(row.asked, row.pool.people), PARAMS)
    if row.label == OTHER:
        named = [sector for sector in row.sectors if sector]
        return {"row": OTHER, "of": named, "asked": None, "coverage": None, "cell": shown(reading)}
    return {"row": row.label, "asked": row.asked, "coverage": word(reading.answered), "cell": shown(reading)}


def _gaps(found: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """Rows that differ over the whole, each with the lines on which it differs most."""
    rows = [row for row in found.get(INDEX, ()) if row.pool.values]
    gaps = sector_gaps({row.label: row.pool.values for row in rows}, PARAMS)
    sectors = {row.label: row.sectors for row in rows}
    return [
        {"row": gap.row, "way": str(gap.way), "questions": _named(found, gap.row, sectors[gap.row])} for gap in gaps
    ]


def _named(found: Mapping[str, Sequence[Row]], label: str, sectors: tuple[str, ...]) -> list[str]:
    differences = {}
    for key in Dimension.values:
        for row in found.get(key, ()):
            if (row.label, row.sectors) == (label, sectors):
                differences[key] = abs(row.pool.mean - _mean([each for each in found[key] if each is not row]))
    wide = [key for key, difference in differences.items() if difference >= Fraction(str(PARAMS.gap))]
    return sorted(wide, key=lambda key: -differences[key])[:MOST_NAMED]


def _mean(rows: Sequence[Row]) -> Fraction:
    """Each person once."""
    return sum((row.pool.mean * row.pool.people for row in rows), Fraction(0)) / sum(row.pool.people for row in rows)


def _sizes(inputs: Inputs, key: str) -> dict[str, int]:
    every = [*inputs.said, *(said for each in inputs.earlier if not each.past for said in each.said)]
    return {atom: n for said in every for atom, n in said.atoms(key).items()}


def _atoms(said: Sequence[Said], key: str) -> tuple[str, ...]:
    return tuple(sorted(atom for each in said for atom in each.atoms(key)))
