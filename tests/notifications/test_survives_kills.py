"""Nothing is lost when dispatchers are killed, whatever they were doing, and a second copy has its reason."""

import json
import os
import subprocess
import sys

import pytest

from tests.drill import size
from tests.servers import ROOT, scratch_postgres, scratch_sqlite, smtp_sink

MESSAGES = size(800, 9500)  # so many that 40, or 300, dispatchers can be killed meanwhile


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request, tmp_path):
    with scratch_sqlite(tmp_path) if request.param == "sqlite" else scratch_postgres() as url:
        yield url


@pytest.mark.chaos
def test_no_message_is_lost_when_dispatchers_are_killed_over_and_over(database_url, tell):
    with smtp_sink(temporary=0.15, permanent=0.02, ambiguous=0.03, seconds=0.01) as sink:
        environment = {**os.environ, "DATABASE_URL": database_url, "EMAIL_URL": sink.url}
        nursery = subprocess.run(
            [sys.executable, "-m", "tests.notifications.nursery", str(MESSAGES)],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=size(500, 3000),
        )
    outcome = json.loads(nursery.stdout.splitlines()[-1])
    copies = sink.copies
    extra = sum(len(ids) - 1 for ids in copies.values())
    figures = {
        "messages": MESSAGES,
        "kills": outcome["kills"],
        "seconds": round(outcome["seconds"]),
        "extra copies": extra,
        **sink.faults.injected,
    }
    tell(**figures)

    refused = {address for address in outcome["states"] if sink.faults.refuses_for_good(address)}
    assert len(outcome["states"]) == MESSAGES
    assert {address for address, state in outcome["states"].items() if state == "failed"} == refused
    assert {address for address, state in outcome["states"].items() if state == "sent"} == set(copies)
    assert set(copies) | refused == set(outcome["states"])
    assert all(len(set(ids)) == 1 for ids in copies.values())
    assert extra <= sink.faults.injected["ambiguous"] + outcome["kills"]
    assert outcome["kills"] >= 10
    assert min(sink.faults.injected[fault] for fault in ("temporary", "permanent", "ambiguous")) > 0
