"""P12: what a web worker costs before it has done anything, and while it serves."""

from collections.abc import Iterator
from statistics import median

import psutil

from bench.load import Step, drive
from bench.memory import pss
from bench.place import FLOOR, OURS, Place
from bench.results import Limit, Line, Result

STARTS = 3
WARM_UP = 200  # requests
SETUP = """
import sys, time
import django
before = time.process_time()
django.setup()
print(time.process_time() - before)
"""
HEAVY = ("scipy", "numpy", "weasyprint", "ninja", "openpyxl")


def run(place: Place) -> Iterator[Line]:
    database = place.sqlite
    [links] = place.inside("seeding.windows", database, count=1)
    there = place.inside("seeding.partnership", database)
    paths = {OURS: f"/f/{links[0]}/", FLOOR: "/form/"}
    first: dict[str, list[float]] = {OURS: [], FLOOR: []}
    held = dict.fromkeys(paths, 0.0)
    for _ in range(STARTS):
        for application, path in paths.items():
            with place.serving(application, database, path) as server:
                first[application].append(server.first_answer)
                drive(server.port, [[Step(path)]] * WARM_UP, clients=8)
                workers = psutil.Process(server.process.pid).children()
                held[application] = max(held[application], *map(pss, workers))
    yield Result("P12", "worker: PSS", held[OURS], "MB", Limit(70, "MB"), Limit(56, "MB"), held[FLOOR])
    start = {application: median(times) for application, times in first.items()}
    most, best = Limit(1.6, "×"), Limit(1.3, "×")
    yield Result("P12", "first answer after start", start[OURS], "s", most, best, start[FLOOR], of_floor=True)
    setup = median(float(place.run("-c", SETUP)) for _ in range(STARTS))
    yield Result("P12", "django.setup: CPU", setup, "s", Limit(1, "s"))
    loaded = place.inside("imports.loaded", database, packages=HEAVY, cookie=there["cookie"], link=links[0])
    yield Result("P12", f"loaded before use, of {', '.join(HEAVY)}", len(loaded), "", Limit(0))
