"""What a web server and a worker print of somebody else's words: one line, no effect on a terminal, no token."""

import logging
import subprocess
import sys

import pytest
from gunicorn.config import Config

from partnerships.gunicorn import QuietAboutTokens
from tests.shared import ROOT

TOKEN = "Zk3vQ0_dT7wq5H9sA1xBnY6uE8rCjL2mPfGi4oKtRhU"
HOSTILE = f"/f/{TOKEN}/\r\n[2026-10-01] [INFO] signed in: operator\x1b[2K\x9b1A\u2028\u202egnp\x00"
SHOWN = r"/f/[token]/\r\n[2026-10-01] [INFO] signed in: operator\x1b[2K\x9b1A\u2028\u202egnp\x00"
WORKER = """
import logging, sys
from partnerships.celery import app
app.log.setup(loglevel="INFO")
app.log.setup(loglevel="INFO")
for name in ("celery.app.trace", "celery.beat", "notifications.delivery", "django.request"):
    logging.getLogger(name).warning("Task for %s failed", sys.argv[1])
try:
    raise ValueError(sys.argv[1])
except ValueError:
    logging.getLogger("celery.worker").exception("Broken")
logging.getLogger("somewhere").debug("not asked for")
"""


def assert_harmless(lines):
    assert [line for line in lines if not line.isprintable()] == []
    assert [line for line in lines if line.startswith("[2026-10-01]")] == []
    assert not any(TOKEN in line for line in lines)


@pytest.fixture
def printed_by_the_web_server(tmp_path):
    file = tmp_path / "web.log"
    config = Config()
    config.set("errorlog", str(file))
    config.set("accesslog", str(file))
    logger = QuietAboutTokens(config)
    yield logger, lambda: file.read_text().split("\n")[:-1]
    for name in ("gunicorn.error", "gunicorn.access"):
        for handler in logging.getLogger(name).handlers[:]:
            logging.getLogger(name).removeHandler(handler)
            handler.close()


def test_error_log_of_the_web_server_prints_an_address_harmlessly(printed_by_the_web_server):
    logger, lines = printed_by_the_web_server
    logger.setup(logger.cfg)  # as after a SIGHUP

    logger.warning("Invalid request from %s", HOSTILE)
    logger.access_log.info("GET %s", HOSTILE)

    assert [SHOWN in line for line in lines()] == [True, True]
    assert_harmless(lines())


def test_error_log_of_the_web_server_passes_no_traceback_for_an_event(printed_by_the_web_server):
    logger, lines = printed_by_the_web_server
    logger.error("Error handling request %s", HOSTILE, exc_info=ValueError(HOSTILE))

    first, *below = lines()
    assert SHOWN in first
    assert any("signed in: operator" in line for line in below)
    assert all(line.startswith("    ") for line in below)
    assert_harmless(lines())


def test_worker_and_beat_print_like_everything_else():
    printed = subprocess.run(
        [sys.executable, "-c", WORKER, HOSTILE.replace("\x00", "")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    lines = [line for line in printed.split("\n") if line]

    assert sum(SHOWN.replace(r"\x00", "") in line for line in lines) == 4
    assert sum("Broken" in line for line in lines) == 1
    assert not any("not asked for" in line for line in lines)
    assert_harmless(lines)
