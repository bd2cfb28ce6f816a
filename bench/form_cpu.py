"""P1 and P2: what one visitor to the public form costs, in CPU."""

from collections.abc import Iterator

from bench.place import Place
from bench.results import Limit, Line, Result



def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        found = place.inside("form.measure", database)
        get, post = f"form GET, {database.name}", f"form POST with a bag of 60, {database.name}"
        yield Result("P1", f"{get}: CPU", found["ours_get"], "ms", Limit(2, "×"), Limit(1.3, "×"), found["floor_get"], True)
        yield Result("P2", f"{post}: CPU", found["ours_post"], "ms", Limit(5, "×"), Limit(3, "×"), found["floor_post"], True)
        yield Result("P2", f"{post}: statements", found["post_statements"], "", Limit(5), Limit(4))
