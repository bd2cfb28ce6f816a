"""The whole product at a steady pace: whatever grows without end shows, memory, open files, connections, the journal.

In the suite for most of a minute on SQLite, in a drill for twenty minutes on each database. What a minute says about
memory is coarse, so there more of it is let pass; everything else is held to the same.
"""

import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import cycle
from statistics import median
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil
import pytest

from tests.drill import size
from tests.feedback.scripts import run_script
from tests.notifications.owing import ask, owe
from tests.product import running_product
from tests.servers import scratch_postgres, scratch_sqlite, smtp_sink

DATABASES = ["sqlite"] + [pytest.param("postgresql", marks=pytest.mark.postgresql)] * size(0, 1)
SECONDS, WARM_UP = size(45, 1200), size(22, 300)
PER_SECOND, SAMPLE_EVERY = 5, size(1, 10)
HOURLY_EVERY = size(7, 60)  # an hour, compressed
MEETINGS, PEOPLE, MAILS = size(4, 40), 25, 20
STEADY_SHARE = size(40, 80) / 100  # other suites may run beside this one
MOST_MEMORY = size(125, 110) / 100  # a short run ends before everything was loaded once
MOST_MORE, MOST_JOURNAL = 3, 64 * 2**20
HOURLY = """
from partnerships.celery import app
for name in ("exchange.purge_files", "notifications.keep_house", "notifications.plan_due"):
    app.send_task(name)
"""
STUCK = """
from core import clock
from notifications.models import Message
print("stuck", Message.objects.open().filter(next_attempt_at__lt=clock.now()).count())
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def measure(product, url):
    """What each process holds together with those it forked, and what the database does."""
    found = {}
    for name, process in product.processes.items():
        parent = psutil.Process(process.pid)
        members = [parent, *parent.children(recursive=True)]
        found[f"{name} memory"] = sum(member.memory_info().rss for member in members)
        found[f"{name} files"] = sum(member.num_fds() for member in members)
    if url.startswith("postgres"):
        found["connections"] = ask(url, CONNECTIONS)[0][0]
    else:
        journals = list(product.folder.glob("*.sqlite3-wal"))
        found["journal"] = max((file.stat().st_size for file in journals), default=0)
    return found


def too_much(samples):
    """What grew although everything had been done before: the end beside the warm-up.

    A task at work has a few files more for a moment: what is usual in the last third counts.
    """
    early = [sample for at, sample in samples if at <= WARM_UP]
    late = [sample for at, sample in samples if at > WARM_UP]
    wrong = []
    for name in early[0]:
        first = max(sample[name] for sample in early)
        if name == "journal":
            last, most = max(sample[name] for sample in late), MOST_JOURNAL
        elif name.endswith("memory"):
            last, most = max(sample[name] for sample in late), first * MOST_MEMORY
        else:
            last, most = median(sample[name] for sample in late[-(len(late) // 3) :]), first + MOST_MORE
        if last > most:
            wrong.append((name, first, last))
    return wrong


def post(product, link):
    body = urlencode({"voice": "4", "trust": "2", "comment": "Steady."}).encode()
    try:
        with urlopen(f"{product.url}/f/{link}/", data=body, timeout=20) as response:  # noqa: S310 -- our own address
            return response.status
    except HTTPError as refusal:
        return refusal.code


def soak(product, url, links):
    began, samples, statuses, hours = time.monotonic(), [], Counter(), []
    with ThreadPoolExecutor(1) as aside:  # the answers do not wait for the hourly jobs
        for number, link in enumerate(cycle(links)):
            so_far = time.monotonic() - began
            if so_far > SECONDS:
                break
            if so_far >= len(hours) * HOURLY_EVERY and all(hour.done() for hour in hours):
                hours.append(aside.submit(pass_an_hour, product, len(hours)))
            if so_far >= len(samples) * SAMPLE_EVERY:
                samples.append((so_far, measure(product, url)))
            statuses[post(product, link)] += 1
            time.sleep(max(0, began + number / PER_SECOND - time.monotonic()))
    return samples, statuses, [hour.result() for hour in hours]


def pass_an_hour(product, number):
    """The hourly jobs, and some mail that is owed."""
    product.manage("shell", "-v", "0", "-c", HOURLY)
    owe(product.env, name=f"hour{number}-", count=MAILS)


@pytest.mark.chaos
@pytest.mark.parametrize("database", DATABASES)
def test_nothing_grows_without_end(database, tmp_path, tell):
    with (
        scratch_sqlite(tmp_path) if database == "sqlite" else scratch_postgres() as url,
        smtp_sink() as mail,
        running_product(folder=tmp_path, database_url=url, mail=mail) as product,
    ):
        windows = run_script("restarts", "prepare", MEETINGS, PEOPLE, url=url)
        product.start()
        with ExitStack() as watching:
            if database == "sqlite":  # somebody always looks: else the journal goes with its last reader
                reader = sqlite3.connect(url.removeprefix("sqlite:///"))
                watching.enter_context(closing(reader)).execute("SELECT count(*) FROM django_migrations").fetchone()
            samples, statuses, hours = soak(product, url, [link for links in windows for link in links])
        product.manage("outbox_run", "--once")
        said = product.manage("shell", "-v", "0", "-c", STUCK, capture_output=True, text=True).stdout
        sent = sum(address.startswith("hour") for address in mail.copies)
    first, last = samples[0][1], samples[-1][1]
    tell(
        seconds=SECONDS,
        answers=dict(statuses),
        hours=len(hours),
        mails=sent,
        samples=len(samples),
        first=first,
        last=last,
    )

    assert set(statuses) == {200}
    assert statuses.total() >= STEADY_SHARE * SECONDS * PER_SECOND
    assert sent == len(hours) * MAILS > 0
    assert said.split()[-2:] == ["stuck", "0"]
    assert last.get("connections", 1) > 0
    assert last.get("journal", 1) > 0
    assert too_much(samples) == []


STEADY = {"web memory": 90e6, "worker files": 40, "connections": 5, "journal": 4e6}
LEAKS = {"web memory": 3e6, "worker files": 0.2, "connections": 0.2, "journal": 2e6}  # more of it every second


@pytest.mark.parametrize("leaking", [[], *([name] for name in LEAKS), list(LEAKS)])
def test_whatever_leaks_is_noticed(leaking):
    """Else the test above would see nothing."""
    samples = [
        (second, {name: value + second * LEAKS[name] * (name in leaking) for name, value in STEADY.items()})
        for second in range(SECONDS)
    ]

    assert [name for name, _first, _last in too_much(samples)] == leaking
