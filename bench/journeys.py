"""P3 and P4: rooms full of people who answer at once, over the network, with every answer kept."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from statistics import median

import psutil

from bench.answers import fields_of
from bench.load import Journey, Load, Step, drive, spread
from bench.place import FLOOR, OURS, Database, Place, Server
from bench.results import Limit, Line, Result

CLIENTS = (8, 32)
ROUNDS = 3
SECONDS = 2.5  # of each run
VISITORS = 480  # more than can be served in that time
ROOM = 60
CROWD, CROWD_VISITORS = 128, 900
KILL_AFTER = 2.0  # seconds

Script = Sequence[Step]


def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        yield from _rates(place, database)


def integrity(place: Place) -> Iterator[Line]:
    for database in place.databases:
        yield from _crowd(place, database)


def _rates(place: Place, database: Database) -> Iterator[Line]:
    rounds = len(CLIENTS) * ROUNDS
    links = list(chain(*place.inside("seeding.windows", database, count=rounds * VISITORS // ROOM)))
    ours = iter(_script(number, link) for number, link in enumerate(links))
    floor = [[Step("/form/"), Step("/form/", fields_of(number))] for number in range(4 * VISITORS)]
    hello = [[Step("/"), Step("/")]] * (10 * VISITORS)
    with ExitStack() as stack:
        server = stack.enter_context(place.serving(OURS, database, "/healthz/live"))
        beside = stack.enter_context(place.serving(FLOOR, database, "/"))
        for port, scripts in ((server.port, [_peek(links[0])] * 32), (beside.port, floor[:32])):
            drive(port, scripts, clients=8)
        for clients in CLIENTS:
            found: dict[str, list[Load]] = {"ours": [], "floor": [], "hello": []}
            for _ in range(ROUNDS):
                scripts = [next(ours) for _ in range(VISITORS)]
                found["ours"].append(drive(server.port, scripts, clients=clients, seconds=SECONDS))
                found["floor"].append(drive(beside.port, floor, clients=clients, seconds=SECONDS))
                found["hello"].append(drive(beside.port, hello, clients=clients, seconds=SECONDS))
            yield from _compare(found, f"{clients} clients, {database.name}")


def _compare(found: dict[str, list[Load]], where: str) -> Iterator[Line]:
    rate = {name: median(load.per_second for load in loads) for name, loads in found.items()}
    journeys: list[Journey] = [journey for load in found["ours"] for journey in load.journeys]
    assert all(journey.is_done for loads in found.values() for load in loads for journey in load.journeys)
    half, most = Limit(0.5, "×", at_least=True), Limit(0.75, "×", at_least=True)
    yield Result("P3", f"journeys per second, {where}", rate["ours"], "/s", half, most, rate["floor"], of_floor=True)
    yield Result("P3", f"journeys per second, {where}, against hello world", rate["ours"], "/s", floor=rate["hello"])
    yield Result("P3", f"p99 / p50 of a journey, {where}", spread(journeys), "", Limit(3))


def _crowd(place: Place, database: Database) -> Iterator[Line]:
    """A worker is killed while a crowd answers; afterwards the windows are closed and every answer is looked for."""
    links = list(chain(*place.inside("seeding.windows", database, count=CROWD_VISITORS // ROOM)))
    scripts = [_script(number, link) for number, link in enumerate(links)]
    with place.serving(OURS, database, "/healthz/live") as server:
        killer = threading.Thread(target=_kill_a_worker, args=[server])
        killer.start()
        load = drive(server.port, scripts, clients=CROWD)
        killer.join()
        log = server.log.read_text()
    found = place.inside("integrity.check", database, visitors=len(links))
    assert all(journey.is_done for journey in load.journeys)
    what = f"{len(links)} visitors, {CROWD} clients, one worker killed, {database.name}"
    none = Limit(0)
    yield Result("P4", f"{what}: workers gunicorn saw killed", log.count("SIGKILL"), "", Limit(1, at_least=True))
    yield Result("P4", f"{what}: lost", found["lost"], "", none, none)
    yield Result("P4", f"{what}: twice", found["twice"], "", none, none)
    yield Result("P4", f"{what}: answers 5xx", load.server_errors, "", none, none)
    yield Result("P4", f"{what}: “locked” in the log", log.count("locked"), "", none, none)


def _kill_a_worker(server: Server) -> None:
    time.sleep(KILL_AFTER)
    worker = psutil.Process(server.process.pid).children()[0]
    os.kill(worker.pid, signal.SIGKILL)


def _peek(link: str) -> Script:
    return [Step(f"/f/{link}/")]


def _script(number: int, link: str) -> Script:
    return [Step(f"/f/{link}/"), Step(f"/f/{link}/", fields_of(number))]
