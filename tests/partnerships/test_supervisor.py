"""One command keeps a small installation running: pages go on when the worker ends, nothing goes on without pages."""

import os
import signal
import sys
import threading

import pytest

from partnerships import supervisor


@pytest.fixture(autouse=True)
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def processes(monkeypatch, settings, tmp_path):
    """What stands in for web server and worker; each start is a line in a file."""
    settings.VAR_DIR = tmp_path
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
