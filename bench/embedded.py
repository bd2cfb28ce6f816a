"""P13: the demo's processes at rest: how long a mail waits, what the worker costs, what all of them hold in memory.

A mail that is due rings the worker's doorbell. The beat, every ten seconds, is for what nobody rang for.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psutil

from bench.load import Step, drive
from bench.mailing import sink
from bench.memory import pss
from bench.place import ROOT, Place, first_answer
from bench.results import Limit, Line, Result
from tests import servers

MAILS = 8
IDLE_SECONDS = 60  # every loop but those of the hour runs within
WARM_UP = 200  # requests
GRACE_SECONDS = 60
LOG = "demo.log"
LATENCY = Limit(300, "ms"), Limit(150, "ms")


def run(place: Place) -> Iterator[Line]:
    database = place.sqlite
    [links] = place.inside("seeding.windows", database, count=1)
    place.inside("embedded.told", database)
    port = servers.free_port()
    with sink() as mail, _demo(place, database.url, port=port, mail=mail) as parent:
        first_answer(parent, f"http://127.0.0.1:{port}/f/{links[0]}/", place.folder / LOG, time.perf_counter())
        drive(port, [[Step(f"/f/{links[0]}/")]] * WARM_UP, clients=8)
        place.inside("embedded.settled", database)
        waited = place.inside("embedded.latencies", database, times=MAILS)
        everything = [psutil.Process(parent.pid), *psutil.Process(parent.pid).children(recursive=True)]
        cpu = _cpu_at_rest([one for one in everything if "celery" in one.cmdline()])
        held = sum(map(pss, everything))
    yield Result("P13", f"idle latency, median of {MAILS} mails", median(waited) * 1000, "ms", *LATENCY)
    yield Result("P13", f"idle latency, most of {MAILS} mails", max(waited) * 1000, "ms", *LATENCY)
    yield Result("P13", f"embedded worker: CPU at rest for {IDLE_SECONDS} s", cpu * 100, "%", Limit(1, "%"))
    yield Result("P13", f"{len(everything)} processes of make demo: PSS", held, "MB", Limit(350, "MB"))


@contextmanager
def _demo(place: Place, url: str, *, port: int, mail: int) -> "Iterator[subprocess.Popen[bytes]]":
    address = f"127.0.0.1:{port}"
    settings = {"DATABASE_URL": url, "EMAIL_URL": f"smtp://127.0.0.1:{mail}", "SITE_URL": f"http://{address}"}
    environment = {**place.environment, **settings, "DEBUG": "1"}
    command = [sys.executable, "manage.py", "demo", "--address", address]
    with (place.folder / LOG).open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=GRACE_SECONDS)


def _cpu_at_rest(worker: list[psutil.Process]) -> float:
    """The part of one core that the worker and its beat took."""
    assert worker
    before, began = _seconds(worker), time.perf_counter()
    time.sleep(IDLE_SECONDS)
    return (_seconds(worker) - before) / (time.perf_counter() - began)


def _seconds(processes: list[psutil.Process]) -> float:
    return sum(used.user + used.system for used in (one.cpu_times() for one in processes))
