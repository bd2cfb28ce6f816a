"""P6, P7 and P10: a month of health reports, with ten times the answers behind it, and what growth costs elsewhere.

Scaled: 25 and then 250 partnerships with a year of ten answers a meeting, instead of 1,000 and ten times as many. A
report reads its own partnership alone, so its cost is told for each; ``python -m bench reports`` says how many answers
there were.
"""

from collections.abc import Iterator
from math import log

from bench.place import Place
from bench.results import Limit, Line, Result

PARTNERSHIPS, PEOPLE, ROOM, TIMES = 25, 10, 60, 10


def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        sizes = {"partnerships": PARTNERSHIPS, "people": PEOPLE, "room": ROOM, "times": TIMES}
        found = place.inside("reports.growth", database, **sizes)
        yield from _costs(found, database.name)
        yield from _growth(found, database.name)


def _costs(found: dict[str, float], database: str) -> Iterator[Line]:
    room = f"report of {ROOM} people × 9 questions × 8 sectors × 12 months, {database}"
    yield Result("P6", f"{room}: CPU", found["room_ms"], "ms")
    yield Result("P6", f"{room}: statements", found["room_statements"], "", Limit(30), Limit(12))
    usual = f"report with {found['answers_few']:.0f} answers stored, {database}"
    yield Result("P6", f"{usual}: CPU", found["few_ms"], "ms", Limit(40, "ms"), Limit(15, "ms"))
    yield Result("P6", f"{usual}: statements, at most", found["few_statements"], "", Limit(30), Limit(12))
    yield Result("P6", f"memory at most, {database}", found["megabytes"], "MB", Limit(300, "MB"))
    more = f"report with {found['answers_many']:.0f} answers stored, against {found['answers_few']:.0f}, {database}"
    gates = Limit(1.5, "×"), Limit(1.1, "×")
    yield Result("P7", f"{more}: CPU", found["many_ms"], "ms", *gates, floor=found["few_ms"], of_floor=True)


def _growth(found: dict[str, float], database: str) -> Iterator[Line]:
    for name, what, gate, stretch in (
        ("form", "form GET", 0.03, 0.01),
        ("page", "page of a report", 0.05, 0.02),
        ("ms", "report of a month", 0.10, 0.05),
    ):
        exponent = log(found[f"many_{name}"] / found[f"few_{name}"]) / log(TIMES)
        yield Result("P10", f"growth exponent of CPU, {what}, {database}", exponent, "", Limit(gate), Limit(stretch))
