"""P5: lists and pages with 10, 100 and 1,000 things behind them."""

from collections.abc import Iterator

from bench.place import Place
from bench.results import Limit, Line, Result

SIZES = (10, 100, 1_000)
MOST = SIZES[-1]


def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        found = {size: place.inside("pages.measure", database, size=size) for size in SIZES}
        boards = {size: pages.pop("board")["ms"] for size, pages in found.items()}
        for page in found[MOST]:
            yield from _page(f"{page}, {database.name}", {size: found[size][page] for size in SIZES}, boards)


def _page(name: str, by_size: dict[int, dict[str, float]], boards: dict[int, float]) -> Iterator[Line]:
    for size, found in by_size.items():
        limits = (Limit(25, "ms"), Limit(10, "ms")) if size == MOST else (None, None)
        yield Result("P5", f"{name}: CPU with {size:,}", found["ms"], "ms", *limits, floor=boards[size])
    counts = [found["statements"] for found in by_size.values()]
    sizes = " / ".join(f"{size:,}" for size in SIZES)
    yield Result("P5", f"{name}: statements, the most of {sizes}", max(counts), "", Limit(10), Limit(6))
    yield Result("P5", f"{name}: statements more than at {SIZES[0]}", max(counts) - counts[0], "", Limit(0))
    yield Result("P5", f"{name}: HTML with {MOST:,}", by_size[MOST]["kb"], "kB", Limit(100, "kB"), Limit(50, "kB"))
