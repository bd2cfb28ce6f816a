"""One command keeps a small installation running: pages go on when the worker ends, nothing goes on without pages."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from partnerships import supervisor
from tests.faults import eventually
from tests.servers import ROOT, free_port


@pytest.fixture(autouse=True)
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def processes(monkeypatch, tmp_path):
    """What stands in for web server and worker; each start is a line in a file."""
    monkeypatch.setattr(supervisor, "REVIVE_AFTER_SECONDS", 0.1)
    starts = tmp_path / "starts"

    def stand_in(**seconds):
        def commands(*, address):
            note = f"open({str(starts)!r}, 'a').write({{name!r}} + '\\n'); import time; time.sleep({{lasts}})"
            return {
                name: [sys.executable, "-c", note.format(name=name, lasts=lasts)] for name, lasts in seconds.items()
            }

        monkeypatch.setattr(supervisor, "commands", commands)
        return lambda: starts.read_text().split()

    return stand_in


def test_a_worker_that_ends_is_started_again(processes, caplog):
    started = processes(web=4, worker=0)

    code = supervisor.run(address="127.0.0.1:0")

    assert code == 1  # the web server has ended by itself
    assert started().count("worker") >= 2
    assert started().count("web") == 1
    assert "The worker has ended." in caplog.text


def test_without_web_server_everything_stops(processes):
    started = processes(web=0, worker=60)

    assert supervisor.run(address="127.0.0.1:0") == 1
    assert sorted(started()) in (["web"], ["web", "worker"])


def test_asked_to_stop_it_stops_both_and_says_that_all_is_well(processes):
    processes(web=60, worker=60)
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()

    assert supervisor.run(address="127.0.0.1:0") == 0


def test_asked_to_stop_while_it_still_starts_it_leaves_nothing_behind(processes, monkeypatch):
    processes(web=60, worker=60)
    children = []
    really = subprocess.Popen

    def popen(*given, **named):
        children.append(really(*given, **named))
        os.kill(os.getpid(), signal.SIGTERM)
        return children[-1]

    def die(*_facts):
        raise SystemExit

    monkeypatch.setattr(supervisor.subprocess, "Popen", popen)
    signal.signal(signal.SIGTERM, die)  # as the default, which this process would not survive
    try:
        assert supervisor.run(address="127.0.0.1:0") == 0
        assert [child.poll() is None for child in children] == [False] * len(children)
    finally:
        for child in children:
            child.kill()
            child.wait()


def test_whoever_supervises_holds_no_django():
    code = "import sys, partnerships.supervisor; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.fixture
def product(tmp_path):
    """What the command starts, once it serves pages and listens for mail; nothing of it outlives the test."""
    port, folder = free_port(), tmp_path / "var"
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'common-thread.sqlite3'}",
        "REDIS_URL": "",
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "manage.py", "up", "--address", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("wb") as log:
        process = psutil.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    started = []
    try:
        is_served = eventually(lambda: answers(port), seconds=120)
        has_bell = eventually((folder / "doorbell").is_fifo, seconds=60)
        started = process.children(recursive=True)
        assert (is_served, has_bell) == (True, True), (tmp_path / "log").read_text()
        assert len(started) >= 4  # the web server and its workers, the worker and its beat
        yield process
    finally:
        for one in [process, *started, *(process.children(recursive=True) if process.is_running() else [])]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


@pytest.mark.chaos
def test_the_command_serves_pages_and_stops_all_it_started(product):
    started = product.children(recursive=True)

    product.terminate()

    assert product.wait(timeout=60) == 0
    assert [one for one in started if runs(one)] == []


@pytest.mark.chaos
def test_a_worker_that_is_killed_takes_its_beat_along_and_is_started_again(product):
    worker, beat = workers_and_beats(product)

    worker.kill()

    assert eventually(lambda: not runs(beat), seconds=20)
    assert eventually(lambda: len(workers_and_beats(product)) == 2, seconds=60)
    assert {worker.pid, beat.pid}.isdisjoint(one.pid for one in workers_and_beats(product))


def workers_and_beats(product):
    """The worker, and the beat in it, which says nothing else of itself than that the worker started it."""
    children = product.children(recursive=True)
    return [one for one in children if runs(one) and "celery" in one.cmdline()]


def runs(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE  # nobody may have buried it yet


def answers(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz/live", timeout=2) as response:
            return response.status == 200
    except (URLError, OSError):
        return False
