"""A room answers over HTTP while the web server's workers are killed again and again: what was thanked is stored, once.

In the suite short; ``python -m tests.drill tests/feedback/test_crowd_over_http.py`` has 1,000 people and 300 doubles.
"""

import os
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import psutil
import pytest

from bench.load import Step, drive
from tests.drill import size
from tests.feedback.scripts import run_script
from tests.product import running_product
from tests.servers import scratch_postgres, scratch_sqlite

MEETINGS, PEOPLE, DOUBLES = size(8, 40), size(12, 25), size(30, 300)
CLIENTS = size(20, 50)
KILL_EVERY, LEAST_KILLS = 2.0, size(1, 5)  # seconds; kills
WEB = {"WEB_WORKERS": "2", "WEB_THREADS": "4"}


class Killer(threading.Thread):
    """Kills one worker of the web server every two seconds, the oldest first."""

    def __init__(self, master):
        super().__init__(daemon=True)
        self.master, self.kills, self.is_over = psutil.Process(master.pid), 0, threading.Event()

    def run(self):
        while not self.is_over.wait(KILL_EVERY):
            workers = sorted(self.master.children(), key=lambda worker: worker.create_time())
            if workers:
                os.kill(workers[0].pid, signal.SIGKILL)
                self.kills += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.is_over.set()
        self.join()


def room(windows):
    """(word, link) of everybody, and some who send twice, by the same link; in no order."""
    rng = Random(7)
    everybody = [(f"word {number}", link) for number, link in enumerate(link for links in windows for link in links)]
    posts = everybody + rng.sample(everybody, DOUBLES)
    rng.shuffle(posts)
    return everybody, posts


@pytest.mark.chaos
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_what_was_thanked_is_stored_once_although_workers_are_killed(database, tmp_path, tell):
    with scratch_sqlite(tmp_path) if database == "sqlite" else scratch_postgres() as url:
        everybody, posts = room(run_script("restarts", "prepare", MEETINGS, PEOPLE, url=url))
        with running_product(folder=tmp_path, database_url=url) as product:
            product.env |= WEB
            product.start(only=["web"])
            scripts = [[Step(f"/f/{link}/", {"voice": "4", "trust": "2", "comment": word})] for word, link in posts]
            with (
                Killer(product.processes["web"]) as killer,
                ThreadPoolExecutor(1) as crowd,
            ):  # a browser may own our loop
                loads = [crowd.submit(drive, product.port, scripts, clients=CLIENTS).result()]
                while killer.kills < LEAST_KILLS:  # a fast machine: everybody sends the same again
                    loads.append(crowd.submit(drive, product.port, scripts, clients=CLIENTS).result())
            log = product.log("web")
        stored = run_script("restarts", "close", url=url)
    journeys = [journey for load in loads for journey in load.journeys]
    words, waits = Counter(stored["words"]), sorted(journey.seconds for journey in journeys)
    figures = {
        "people": len(everybody),
        "posts": len(journeys),
        "kills": killer.kills,
        "lost": len({word for word, _ in everybody} - set(words)),
        "doubled": words.total() - len(words) + stored["responses"] - len(everybody),
        "statuses": dict(Counter(status for journey in journeys for status in journey.statuses)),
        "per_second": round(loads[0].per_second),
        "p50_ms": round(1000 * waits[len(waits) // 2]),
        "p99_ms": round(1000 * waits[len(waits) * 99 // 100]),
    }
    tell(**figures)

    assert (figures["posts"], figures["lost"], figures["doubled"]) == (len(loads) * len(posts), 0, 0)
    assert set(figures["statuses"]) == {200}
    assert killer.kills >= LEAST_KILLS
    assert "locked" not in log
