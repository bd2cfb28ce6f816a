"""Worker and beat as real processes: killed, frozen or deaf. Monitors hear of it, and the next ones send the rest.

Time that only has to pass is taken out of the database in the short form; a drill waits for all of it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest

from tests.drill import size
from tests.faults import eventually
from tests.notifications.owing import ask, owe, states
from tests.product import running_product
from tests.servers import ROOT, scratch_postgres, smtp_sink

pytestmark = [pytest.mark.chaos, pytest.mark.postgresql]
DEATHS = {"worker": ["worker"], "beat": ["beat"], "both": ["worker", "beat"]}
KILLS = size(1, 7)  # of each: twenty-one in a drill
OWED = 40
WORKER = f"celery@{socket.gethostname()}"
SKIPS = size(1, 0)
ALARM_SECONDS, PROBE_SECONDS = 60, 1
LEASE_SECONDS, RECOVERY_SECONDS = 120, 120


@pytest.fixture(scope="module")
def database():
    with scratch_postgres() as url:
        yield url


@pytest.fixture
def url(database):
    """With an empty outbox, and loops that never ran."""
    ask(database, "DELETE FROM notifications_message")
    ask(database, "DELETE FROM notifications_heartbeat")
    return database


@contextmanager
def at_work(url, folder, **options):
    """The product after a first round, with a monitor that finds it well."""
    with smtp_sink(seconds=0.05) as mail, running_product(folder=folder, database_url=url, mail=mail) as product:
        product.start(**options)
        product.manage("outbox_run", "--once")
        assert probe(product, "work")[0] == 200
        yield product, mail


def probe(product, name):
    """Status, facts and seconds of a health check."""
    began = time.monotonic()
    try:
        with urlopen(f"{product.url}/healthz/{name}", timeout=10) as response:  # noqa: S310 -- our own address
            return response.status, json.loads(response.read()), time.monotonic() - began
    except HTTPError as refusal:
        return refusal.code, json.loads(refusal.read()), time.monotonic() - began


def family(process):
    """A process and those it forked: they die and freeze together, as when a machine does."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def kill(product, names):
    for name in names:
        process = product.processes.pop(name)
        for member in family(process):
            member.kill()
        process.wait()


def skip_time(url):
    """Nearly to the alarm, nearly to the end of a lease. A drill waits for both."""
    if SKIPS:
        ask(url, "UPDATE notifications_heartbeat SET at = now() - %s * interval '1 second'", ALARM_SECONDS - 4)
        ask(url, "UPDATE notifications_message SET lease_until = now() + interval '5 seconds' WHERE state = 'sending'")


class Monitor:
    """Asks both health checks until the loop that sends is said to be silent, and how old its last beat was then."""

    def __init__(self, product):
        self.product, self.lives, self.slowest = product, set(), 0.0
        self.ages, self.age_at_alarm = [], None

    def hears_silence(self):
        live, work = probe(self.product, "live"), probe(self.product, "work")
        self.lives.add(live[0])
        self.slowest = max(self.slowest, live[2], work[2])
        age = work[1]["beat_age_seconds"]["dispatch"]
        if work[0] == 503 and "dispatch" in work[1]["silent"]:
            self.age_at_alarm = age
            return True
        self.ages.append(age)
        return False

    def listen(self):
        eventually(self.hears_silence, seconds=ALARM_SECONDS + 10)
        return self

    @property
    def was_in_time(self):
        """Not before two rounds were missed, and not later than a minute after the last sign of life."""
        return bool(self.ages) and self.age_at_alarm in range(ALARM_SECONDS, ALARM_SECONDS + 3)


@pytest.mark.parametrize("victims", DEATHS)
def test_who_is_killed_is_missed_within_a_minute_and_the_next_one_sends_the_rest(victims, url, tmp_path, tell):
    alarms, recoveries, left, slowest = [], [], [], 0.0
    with at_work(url, tmp_path) as (product, mail):
        for number in range(KILLS):
            owe(product.env, name=f"before{number}-", count=OWED)
            taken = len(mail.envelopes)
            assert eventually(lambda so_far=taken: len(mail.envelopes) >= so_far + 3, seconds=30)
            kill(product, DEATHS[victims])
            left.append(states(url).get("sending", 0))
            if victims == "beat":  # the worker ends its round, and nobody calls it to another
                assert eventually(lambda: set(states(url)) == {"sent"}, seconds=30)
            owe(product.env, name=f"meanwhile{number}-", count=OWED)
            skip_time(url)
            monitor = Monitor(product).listen()
            waiting = states(url).get("pending", 0)
            began = time.monotonic()
            product.start(only=DEATHS[victims])
            is_empty = eventually(lambda: set(states(url)) == {"sent"}, seconds=RECOVERY_SECONDS + LEASE_SECONDS)
            recoveries.append(round(time.monotonic() - began, 1))
            alarms.append(monitor.age_at_alarm)
            slowest = max(slowest, monitor.slowest)

            assert monitor.lives == {200}
            assert monitor.was_in_time
            assert waiting >= OWED
            assert is_empty
            assert eventually(lambda: probe(product, "work")[0] == 200, seconds=30)
        copies = mail.copies
    extra = sum(len(ids) - 1 for ids in copies.values())
    figures = {"kills": KILLS, "left sending": left, "extra copies": extra, "slowest check": round(slowest, 2)}
    tell(victims=victims, alarm_seconds=alarms, recovery_seconds=recoveries, **figures)

    assert len(copies) == 2 * OWED * KILLS
    assert all(len(set(ids)) == 1 for ids in copies.values())
    assert extra <= KILLS
    assert slowest <= PROBE_SECONDS
    assert victims == "beat" or min(left) > 0  # they were killed in the middle of it


@contextmanager
def frozen(product):
    members = family(product.processes["worker"])
    for member in members:
        member.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for member in members:
            member.send_signal(signal.SIGCONT)


@contextmanager
def deaf(product):
    """Alive and connected, and takes nothing from the queue any more."""
    tell_worker(product, "cancel_consumer", "celery")
    try:
        yield
    finally:
        tell_worker(product, "add_consumer", "celery")


def tell_worker(product, *words):
    environment = {**os.environ, **product.env, "DJANGO_SETTINGS_MODULE": "partnerships.settings"}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "partnerships",
        "control",
        "--destination",
        WORKER,
        "--timeout",
        "10",
        *words,
    ]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("trouble", [frozen, deaf])
def test_who_is_alive_and_does_nothing_is_missed_as_well(trouble, url, tmp_path, tell):
    with at_work(url, tmp_path) as (product, mail):
        with trouble(product):
            owe(product.env, name="meanwhile", count=OWED)
            time.sleep(11)  # a round is due meanwhile
            skip_time(url)
            monitor = Monitor(product).listen()
            is_alive = product.processes["worker"].poll() is None
            taken = len(mail.envelopes)
        is_well_again = eventually(lambda: probe(product, "work")[0] == 200, seconds=60)
        is_empty = eventually(lambda: set(states(url)) == {"sent"}, seconds=60)
    tell(trouble=trouble.__name__, alarm_seconds=monitor.age_at_alarm, slowest_check=round(monitor.slowest, 2))

    assert is_alive
    assert taken == 0
    assert monitor.lives == {200}
    assert monitor.was_in_time
    assert monitor.slowest <= PROBE_SECONDS
    assert is_well_again
    assert is_empty
