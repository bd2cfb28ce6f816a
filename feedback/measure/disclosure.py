"""What may be released about groups so that nobody can subtract out a small one.

The planner chooses the rows of one table. The auditor asks of everything ever released, together: can a reader add
and subtract published sets until 1 to k-1 people remain? It covers exact sums and differences of sets, not guessing
from bounds and not what a reader knows from elsewhere.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, product

MOST_STEPS = 200_000  # sets the auditor is ready to look at: a second or two


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows to print. `combined` are the groups without a row of their own, printed together if `combined_shown`."""

    own_rows: tuple[str, ...]
    combined: tuple[str, ...]
    combined_shown: bool
    total_shown: bool


def plan_rows(
    sizes: Mapping[str, int],
    *,
    k: int,
    organizations: Mapping[str, int] | None = None,
    min_orgs: int = 2,
    people: Callable[[Collection[str]], int] | None = None,
) -> Plan:
    """Choose rows for groups of these sizes (people who answered the question).

    A group has its own row with at least k people of at least `min_orgs` organisations (not asked where None). The
    rest is one row, and must itself be k people of two groups and `min_orgs` organisations: smallest own rows join it
    until it is. A table with one row, or a rest that stays too thin, leaves only the total.

    "" are answers that carry no group: always part of the rest, and enough for it alone where they are k people of
    `min_orgs` organisations. `people` counts several groups together where that is not the sum of their sizes.
    """

    def heads(groups: Collection[str]) -> int:
        return people(groups) if people else sum(sizes[g] for g in groups)

    def orgs(groups: Iterable[str]) -> int:
        return sum(organizations[g] for g in groups) if organizations is not None else min_orgs

    def thin(groups: Collection[str]) -> bool:
        return heads(groups) < k or orgs(groups) < min_orgs  # so never one group with a name: it failed alone

    live = sorted(g for g, n in sizes.items() if n > 0)
    own = sorted((g for g in live if g and sizes[g] >= k and orgs([g]) >= min_orgs), key=lambda g: (sizes[g], g))
    rest = [g for g in live if g not in own]
    while rest and own and thin(rest):
        rest.append(own.pop(0))
    rows = len(own) + bool(rest)
    if rows <= 1 or (rest and thin(rest)):
        return Plan((), tuple(live), combined_shown=False, total_shown=heads(live) >= k)
    return Plan(tuple(sorted(own)), tuple(sorted(rest)), combined_shown=bool(rest), total_shown=True)


def groups_kept(sizes: Mapping[str, int], *, k: int) -> frozenset[str]:
    """Groups whose answers may carry their name for good, when ``sizes`` people of each answered ("" are the others).

    Each has at least k people, and all the rest together none or at least k: the smallest join the rest until it is so.
    A single group that is everybody is no breakdown.
    """
    own = sorted((group for group, n in sizes.items() if group and n >= k), key=lambda group: (sizes[group], group))
    rest = sum(sizes.values()) - sum(sizes[group] for group in own)
    while own and 0 < rest < k:
        rest += sizes[own.pop(0)]
    return frozenset(own) if len(own) + bool(rest) > 1 else frozenset()


class TooMuchToAudit(Exception):
    """The released sets are too entangled to be checked in reasonable time."""


def window_of(atom: str) -> str:
    """An atom is written "window:sector"; one without a colon is of the only window there is."""
    return atom.rpartition(":")[0]


def surely(atoms: Iterable[str], sizes: Mapping[str, int]) -> int:
    """How many people these atoms surely hold: the same may have answered in each window, so the fullest counts."""
    per_window: Counter[str] = Counter()
    for atom in atoms:
        per_window[window_of(atom)] += sizes[atom]
    return max(per_window.values(), default=0)


def small_sets(sizes: Mapping[str, int], released: Iterable[Collection[str]], k: int) -> Iterator[frozenset[str]]:
    """Every union of atoms with 1 to k-1 people whose total follows from the totals of the released sets.

    An atom is the smallest piece that is never split (one window x sector); `sizes` gives its people, `surely` those of
    a union. A union follows exactly when its indicator vector lies in the row space of the released sets, that is, when
    its columns of a basis of their null space add up to zero. Raises TooMuchToAudit beyond MOST_STEPS; a union may come
    more than once.
    """
    sets = [frozenset(atom for atom in s if sizes[atom] > 0) for s in released]
    classes = _never_separated(sets)
    matrix = [[Fraction(members <= s) for members in classes] for s in sets]
    columns = _null_space_columns(matrix, len(classes))
    windows = sorted({window_of(atom) for members in classes for atom in members})
    people = [
        tuple(sum(sizes[atom] for atom in members if window_of(atom) == window) for window in windows)
        for members in classes
    ]
    for subset in _cancelling(columns, people, k):
        yield frozenset().union(*(classes[i] for i in subset))


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """One line of the ledger: a number was shown for these atoms together. `n` is its number of people."""

    period: str
    question: str
    atoms: frozenset[str]
    n: int


@dataclass(frozen=True, slots=True)
class Release:
    """What may be published now; nothing at all means the period is held and joins the next one."""

    published: tuple[PublishedSet, ...]

    @property
    def held(self) -> bool:
        return not self.published


def release(
    *,
    total: PublishedSet,
    sector_rows: Sequence[PublishedSet] = (),
    meeting_rows: Sequence[PublishedSet] = (),
    ledger: Iterable[PublishedSet],
    sizes: Mapping[str, int],
    k: int,
) -> Release:
    """Publish as much of one question's table as the ledger allows.

    Tried in this order: everything, without meeting rows, the total alone; if even that leaks, the period is held.
    A table too entangled to check gives the total alone; a total of fewer than k people is held.
    """
    past = _related([line for line in ledger if line.question == total.question], [total, *sector_rows, *meeting_rows])
    everything = (total, *sector_rows, *meeting_rows)
    choices = [everything, (total, *sector_rows), (total,)] if surely(total.atoms, sizes) >= k else []
    while choices:
        choice = choices.pop(0)
        try:
            if not any(small_sets(sizes, [line.atoms for line in (*past, *choice)], k)):
                return Release(choice)
        except TooMuchToAudit:
            choices = choices[-1:]
    return Release(())


def _related(ledger: Sequence[PublishedSet], new: Sequence[PublishedSet]) -> list[PublishedSet]:
    """Ledger lines that touch the new sets, directly or through others: only they can take part in a subtraction."""
    reached = frozenset().union(*(line.atoms for line in new))
    waiting, related = list(ledger), []
    while touching := [line for line in waiting if line.atoms & reached]:
        related += touching
        reached = reached.union(*(line.atoms for line in touching))
        waiting = [line for line in waiting if line not in touching]
    return related


def _never_separated(sets: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Atoms grouped by the sets they are in: no sum or difference of sets can part a group."""
    groups: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for atom in frozenset().union(*sets):
        groups[tuple(i for i, s in enumerate(sets) if atom in s)].add(atom)
    return [frozenset(members) for _, members in sorted(groups.items())]


def _null_space_columns(matrix: Sequence[Sequence[Fraction]], width: int) -> list[tuple[Fraction, ...]]:
    """For each column of the matrix, its coordinates in a basis of the null space (one per free column)."""
    rows = [list(row) for row in matrix]
    pivots: list[int] = []
    for column in range(width):
        found = next((i for i in range(len(pivots), len(rows)) if rows[i][column]), None)
        if found is None:
            continue
        top = len(pivots)
        rows[top], rows[found] = rows[found], rows[top]
        lead = rows[top][column]
        rows[top] = [x / lead for x in rows[top]]
        for i, row in enumerate(rows):
            if i != top and row[column]:
                factor = row[column]
                rows[i] = [x - factor * y for x, y in zip(row, rows[top], strict=True)]
        pivots.append(column)
    free = [column for column in range(width) if column not in pivots]
    by_pivot = {column: tuple(-rows[i][f] for f in free) for i, column in enumerate(pivots)}
    return [by_pivot.get(column) or tuple(Fraction(f == column) for f in free) for column in range(width)]


def _cancelling(
    columns: Sequence[tuple[Fraction, ...]], people: Sequence[tuple[int, ...]], k: int
) -> Iterator[frozenset[int]]:
    """Non-empty sets of columns that add up to zero and surely hold fewer than k people, by meeting in the middle.

    `people` has the people of each column per window.
    """
    small = [i for i, heads in enumerate(people) if max(heads) < k]
    windows = len(people[0]) if people else 0
    most = min(len(small), (k - 1) * windows)  # at least one person in one window each
    halves: dict[tuple[Fraction, ...], list[tuple[frozenset[int], tuple[int, ...]]]] = defaultdict(list)
    steps = count(1)
    grown: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((), (0,) * windows)]
    for _ in range((most + 1) // 2 + 1):
        for members, heads in grown:
            _stop_beyond(next(steps))
            halves[_add(columns, members)].append((frozenset(members), heads))
        grown = [
            ((*members, i), together)
            for members, heads in grown
            for i in small
            if (not members or i > members[-1]) and max(together := _both(heads, people[i])) < k
        ]
    for total, firsts in halves.items():
        opposite = halves.get(tuple(-x for x in total), [])
        for (first, heads), (second, others) in product(firsts, opposite):
            _stop_beyond(next(steps))
            if not first & second and first | second and max(_both(heads, others)) < k:
                yield first | second


def _both(heads: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(heads, others, strict=True))


def _stop_beyond(steps: int) -> None:
    if steps > MOST_STEPS:
        raise TooMuchToAudit


def _add(columns: Sequence[tuple[Fraction, ...]], members: Iterable[int]) -> tuple[Fraction, ...]:
    width = len(columns[0]) if columns else 0
    return tuple(sum((columns[i][d] for i in members), Fraction(0)) for d in range(width))
