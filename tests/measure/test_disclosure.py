from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.measure import disclosure
from feedback.measure.disclosure import Plan, PublishedSet, plan_rows, release, small_sets

K = 5
FEW = settings(deadline=None, max_examples=40)
SIZES = st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 9), max_size=6)


def rank(rows):
    rows, found = [[Fraction(x) for x in row] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in rows[found:] if r[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for i in range(found + 1, len(rows)):
            factor = rows[i][column] / pivot[column]
            rows[i] = [x - factor * y for x, y in zip(rows[i], pivot, strict=True)]
        found += 1
    return found


def by_brute_force(sizes, released):
    """Every union of 1 to k-1 people that leaves the rank as it is when added to the released sets."""
    atoms = sorted(atom for atom, n in sizes.items() if n)
    rows = [[atom in s for atom in atoms] for s in released]
    unions = (frozenset(u) for size in range(1, K) for u in combinations(atoms, size))
    small = [u for u in unions if 0 < sum(sizes[atom] for atom in u) < K]
    return {u for u in small if rank([*rows, [atom in u for atom in atoms]]) == rank(rows)}


def sets_shown(sizes, plan):
    shown = [{row} for row in plan.own_rows]
    shown += [set(plan.combined)] if plan.combined_shown else []
    return [*shown, set(sizes)] if plan.total_shown else shown


def naive_plan(sizes):
    """What many products do: hide every group below k, show the total."""
    return Plan(tuple(g for g, n in sizes.items() if n >= K), (), combined_shown=False, total_shown=True)


# -- Planner ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "own", "combined", "shown"),
    [
        ({"Sales": 4, "Technology": 9}, (), ("Sales", "Technology"), False),
        ({"Sales": 6, "Technology": 9}, ("Sales", "Technology"), (), False),
        (
            {"Health": 12, "School": 7, "Police": 5, "Youth": 3, "Housing": 1},
            ("Health", "School"),
            ("Housing", "Police", "Youth"),
            True,
        ),
        (
            {"Health": 12, "School": 7, "Police": 5, "Youth": 3, "Housing": 2},
            ("Health", "Police", "School"),
            ("Housing", "Youth"),
            True,
        ),
        ({"A": 20, "B": 1}, (), ("A", "B"), False),
        ({"A": 0, "B": 9, "C": 8}, ("B", "C"), (), False),
        ({"A": 5}, (), ("A",), False),
    ],
)
def test_plan_rows(sizes, own, combined, shown):
    assert plan_rows(sizes, k=K) == Plan(own, combined, combined_shown=shown, total_shown=True)


@pytest.mark.parametrize("sizes", [{}, {"A": 4}, {"A": 2, "B": 2}])
def test_plan_shows_nothing_for_fewer_than_five_people(sizes):
    plan = plan_rows(sizes, k=K)

    assert (plan.own_rows, plan.combined_shown, plan.total_shown) == ((), False, False)


def test_a_sector_of_one_organisation_has_no_row_of_its_own():
    plan = plan_rows(
        {"Health": 9, "Police": 6, "School": 8}, k=K, organizations={"Health": 3, "Police": 1, "School": 2}
    )

    assert plan == Plan(("Health",), ("Police", "School"), combined_shown=True, total_shown=True)


def test_answers_without_a_group_are_never_a_row_of_their_own():
    several = {"": 3, "Health": 3, "Police": 2}

    assert plan_rows({"": 9, "Health": 8}, k=K, organizations={"": 2, "Health": 2}).own_rows == ("Health",)
    assert plan_rows({"": 9, "Health": 8}, k=K, organizations={"": 2, "Health": 2}).combined == ("",)
    assert plan_rows({"": 9, "Health": 8}, k=K, organizations={"": 1, "Health": 2}).own_rows == ()
    assert plan_rows({**several, "School": 9}, k=K, organizations=dict.fromkeys([*several, "School"], 2)).combined == (
        *several,
    )


def test_people_of_several_groups_may_be_fewer_than_their_sum():
    """Three of one group at one meeting and three of another at the next are three people for sure."""
    sizes = {"Health": 9, "School": 8, "Police": 3, "Youth": 3}

    plan = plan_rows(sizes, k=K, people=lambda groups: max((sizes[group] for group in groups), default=0))

    assert (plan.own_rows, plan.combined) == (("Health",), ("Police", "School", "Youth"))


@given(SIZES)
@FEW
def test_no_plan_lets_a_reader_subtract_out_a_small_group(sizes):
    assert by_brute_force(sizes, sets_shown(sizes, plan_rows(sizes, k=K))) == set()


@given(SIZES, st.sampled_from("ABCDEFG"))
@FEW
def test_one_more_person_anywhere_reveals_no_small_group(sizes, group):
    more = {**sizes, group: sizes.get(group, 0) + 1}

    assert by_brute_force(more, sets_shown(more, plan_rows(more, k=K))) == set()


def test_hiding_only_the_small_group_leaks_and_the_auditor_sees_it():
    sizes = {"Health": 12, "School": 7, "Youth": 3}

    leaks = set(small_sets(sizes, sets_shown(sizes, naive_plan(sizes)), K))

    assert leaks == {frozenset({"Youth"})}
    assert set(small_sets(sizes, sets_shown(sizes, plan_rows(sizes, k=K)), K)) == set()


# -- Auditor ----------------------------------------------------------------------------------------------------------

TABLES = st.integers(2, 7).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 7), min_size=n, max_size=n),
        st.lists(st.sets(st.integers(0, n - 1), min_size=1), max_size=6),
    )
)


@given(TABLES)
@settings(deadline=None, max_examples=100)
def test_auditor_equals_brute_force(table):
    people, released = table
    sizes = {f"a{i}": n for i, n in enumerate(people)}
    released = [{f"a{i}" for i in s} for s in released]

    found = set(small_sets(sizes, released, K))

    assert all(0 < sum(sizes[a] for a in u) < K for u in found)
    assert found == by_brute_force(sizes, released)


def surely(union, sizes):
    """The same people may have answered at each meeting."""
    return max(sum(sizes[atom] for atom in union if atom[:2] == window) for window in {atom[:2] for atom in union})


MEETINGS = st.tuples(
    st.dictionaries(st.sampled_from([f"{w}:{s}" for w in "123" for s in "HS"]), st.integers(1, 7), min_size=2),
    st.lists(st.sets(st.sampled_from([f"{w}:{s}" for w in "123" for s in "HS"]), min_size=1), max_size=6),
)


@given(MEETINGS)
@settings(deadline=None, max_examples=100)
def test_auditor_equals_brute_force_where_the_same_people_may_come_again(table):
    sizes, released = table
    released = [each & sizes.keys() for each in released]
    atoms = sorted(sizes)
    rows = [[atom in s for atom in atoms] for s in released]
    unions = (frozenset(u) for size in range(1, len(atoms) + 1) for u in combinations(atoms, size))
    few = [u for u in unions if surely(u, sizes) < K]

    expected = {u for u in few if rank([*rows, [atom in u for atom in atoms]]) == rank(rows)}

    assert set(small_sets(sizes, released, K)) == expected


def test_three_people_who_came_twice_are_three_people():
    sizes = {"1:S": 3, "2:S": 3, "3:T": 5, "1:H": 9}

    leaks = set(small_sets(sizes, [{"1:S", "2:S", "3:T"}, {"3:T"}, {"1:H"}], K))

    assert leaks == {frozenset({"1:S", "2:S"})}
    assert release(total=line("1:S", "2:S"), ledger=[], sizes=sizes, k=K).held


def test_auditor_finds_what_needs_three_sets():
    sizes = {"m1|H": 6, "m1|S": 5, "m2|H": 7, "m2|S": 3}
    released = [set(sizes), {"m1|H", "m1|S"}, {"m1|H", "m2|H"}, {"m1|H"}]

    assert set(small_sets(sizes, released, K)) == {frozenset({"m2|S"})}
    assert set(small_sets(sizes, released[:3], K)) == set()


def test_auditor_finds_small_parts_joined():
    """Neither B nor C can be told alone, but the two together are three people."""
    assert set(small_sets({"A": 9, "B": 2, "C": 1}, [{"A", "B", "C"}, {"A"}], K)) == {frozenset({"B", "C"})}


# -- Releasing one after another --------------------------------------------------------------------------------------


def line(*atoms, question="voice", period="2026-03"):
    return PublishedSet(period, question, frozenset(atoms), 0)


def test_a_total_that_would_give_away_the_second_meeting_is_held():
    sizes = {"A": 12, "B": 3}

    assert release(total=line("A", "B"), ledger=[line("A")], sizes=sizes, k=K).held
    assert not release(total=line("A", "B"), ledger=[line("A", question="trust")], sizes=sizes, k=K).held


@pytest.mark.parametrize(("people", "held"), [(0, True), (4, True), (5, False)])
def test_a_total_of_fewer_than_five_people_is_held(people, held):
    assert release(total=line("A"), ledger=[], sizes={"A": people}, k=K).held is held


def test_meeting_rows_are_dropped_first_then_sector_rows():
    sizes = {"1H": 6, "1S": 5, "2H": 7, "2S": 3}
    total, sectors, meetings = line(*sizes), [line("1H", "2H"), line("1S", "2S")], [line("1H"), line("1S", "2H", "2S")]

    def published(**rows):
        return release(total=total, ledger=[], sizes=sizes, k=K, **rows).published

    assert published(sector_rows=sectors) == (total, *sectors)
    assert published(sector_rows=sectors, meeting_rows=[line("1H", "1S"), line("2H", "2S")]) == (
        total,
        *sectors,
        line("1H", "1S"),
        line("2H", "2S"),
    )
    assert published(sector_rows=sectors, meeting_rows=[*meetings, line("1H", "1S")]) == (total, *sectors)
    assert published(sector_rows=[line("1H", "1S", "2H")]) == (total,)


def test_a_subtraction_through_a_set_that_shares_nothing_with_the_new_one_is_found():
    sizes = {"b": 10, "c": 10, "s": 2}

    assert release(total=line("c", "s"), ledger=[line("b", "c"), line("b")], sizes=sizes, k=K).held
    assert not release(total=line("c", "s"), ledger=[line("b", "c")], sizes=sizes, k=K).held


def test_too_much_to_audit_leaves_the_total(monkeypatch):
    sizes = {f"{meeting}{sector}": 2 for meeting in "123" for sector in "HSY"}
    total = line(*sizes)
    rows = {
        "meeting_rows": [line(*(a for a in sizes if a.startswith(m))) for m in "123"],
        "sector_rows": [line(*(a for a in sizes if a.endswith(s))) for s in "HSY"],
    }
    everything = (total, *rows["sector_rows"], *rows["meeting_rows"])
    assert release(total=total, ledger=[], sizes=sizes, k=K, **rows).published == everything

    monkeypatch.setattr(disclosure, "MOST_STEPS", 20)

    assert release(total=total, ledger=[], sizes=sizes, k=K, **rows).published == (total,)


def test_too_much_to_audit_even_for_the_total_holds_it(monkeypatch):
    monkeypatch.setattr(disclosure, "MOST_STEPS", 0)

    assert release(total=line("a"), ledger=[], sizes={"a": 9}, k=K).held


MONTHS = st.lists(st.lists(st.integers(0, 7), min_size=4, max_size=4), min_size=1, max_size=3)


def publish_all(months, *, audited):
    """Months of two meetings and two sectors; each next total also takes in the meetings held back before."""
    sizes, ledger, waiting = {}, [], []
    for m, people in enumerate(months):
        atoms = [f"{m}|{meeting}|{sector}" for meeting in "12" for sector in "HS"]
        sizes |= dict(zip(atoms, people, strict=True))
        waiting += atoms
        ledger.append(line(*atoms[:2])) if people[0] + people[1] >= K else None  # a first meeting, published early
        total = line(*waiting)
        sectors = [line(*(a for a in waiting if a.endswith(s))) for s in "HS"]
        if audited:
            ledger = [entry for entry in ledger if not any(small_sets(sizes, [entry.atoms], K))]
            new = release(total=total, sector_rows=sectors, ledger=ledger, sizes=sizes, k=K).published
        else:
            new = tuple(s for s in (total, *sectors) if sum(sizes[a] for a in s.atoms) >= K)
        ledger += new
        waiting = [] if new else waiting
    return sizes, [entry.atoms for entry in ledger]


@given(MONTHS)
@FEW
def test_releases_one_after_another_never_give_away_a_small_group(months):
    assert by_brute_force(*publish_all(months, audited=True)) == set()


def test_releases_that_look_only_at_their_own_size_do_give_one_away():
    assert by_brute_force(*publish_all([[6, 6, 2, 1]], audited=False)) >= {frozenset({"0|2|H", "0|2|S"})}
