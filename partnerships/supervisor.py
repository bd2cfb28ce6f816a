"""Run the web server and the worker with its clock side by side, and stop them together.

A worker that ends by itself, as it does when its Redis has no memory left, is started again: pages need none.
It waits for as long as the product runs and needs nothing of it, so it is a process without Django.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 30
REVIVE_AFTER_SECONDS = 5.0
logger = logging.getLogger(__name__)


def commands(*, address: str) -> dict[str, list[str]]:
    """The processes of a small installation: one web server, one worker with embedded beat."""
    python = [sys.executable, "-m"]
    web = [*python, "gunicorn", "--config", "python:partnerships.gunicorn", "--bind", address, "partnerships.wsgi"]
    worker = [*python, "celery", "-A", "partnerships", "worker", "--pool", "threads", "--concurrency", "2", "--beat"]
    return {"web": web, "worker": [*worker, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]}


def take_over(*, address: str) -> NoReturn:
    """Become the supervisor: from here on, this process holds nothing that a management command had loaded."""
    from django.conf import settings  # noqa: PLC0415 -- the process that this one becomes goes without
    from django.db import connections  # noqa: PLC0415 -- as above

    Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
    connections.close_all()
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "partnerships.supervisor", address])  # noqa: S606 -- ourselves


def run(*, address: str) -> int:
    """Start everything, wait until the web server ends or a signal comes, then stop the rest; returns an exit code."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "partnerships.settings"}
    known = commands(address=address)

    def start(name: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(known[name], cwd=ROOT, env=environment)  # noqa: S603 -- our own commands

    asked_to_stop = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    signal.signal(signal.SIGINT, stop)  # before anything runs that would be left behind
    signal.signal(signal.SIGTERM, stop)
    running: dict[str, subprocess.Popen[bytes]] = {}
    revive_at = None
    try:
        for name in known:
            running[name] = start(name)
        while not asked_to_stop and running["web"].poll() is None:
            if running["worker"].poll() is None:
                revive_at = None
            elif revive_at is None:
                logger.error("The worker has ended. It is started again in %.0f s.", REVIVE_AFTER_SECONDS)
                revive_at = time.monotonic() + REVIVE_AFTER_SECONDS
            elif time.monotonic() >= revive_at:
                running["worker"] = start("worker")
            time.sleep(0.2)
    finally:
        _stop_all(list(running.values()))
    return 0 if asked_to_stop else 1


def _stop_all(processes: list["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    sys.exit(run(address=sys.argv[1]))
