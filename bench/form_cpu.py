"""P1 and P2: what one visitor to the public form costs, in CPU."""

from collections.abc import Iterator

from bench.place import Place
from bench.results import Limit, Line, Result


def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        found = place.inside("form.measure", database)
        get, post = f"form GET, {database.name}", f"form POST with a bag of 60, {database.name}"
        yield _cpu("P1", get, found["ours_get"], found["floor_get"], gate=2, stretch=1.3)
        yield Result("P1", f"{get}: statements", found["get_statements"], "")
        yield _cpu("P2", post, found["ours_post"], found["floor_post"], gate=5, stretch=3)
        yield Result("P2", f"{post}: statements", found["post_statements"], "", Limit(5), Limit(4))


def _cpu(goal: str, what: str, ours: float, floor: float, *, gate: float, stretch: float) -> Result:
    limits = Limit(gate, "×"), Limit(stretch, "×")
    return Result(goal, f"{what}: CPU", ours, "ms", *limits, floor=floor, of_floor=True)
