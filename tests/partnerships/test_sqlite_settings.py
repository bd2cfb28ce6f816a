import json
import os
import subprocess
import sys

import pytest

from tests.servers import ROOT, scratch_sqlite


@pytest.mark.chaos
@pytest.mark.parametrize(("processes", "times"), [(8, 100), (32, 25)])
def test_many_processes_that_read_and_write_meet_no_locked_database(tmp_path, tell, processes, times):
    found = count_up(tmp_path, processes, times)

    tell(processes=processes, transactions=processes * times, errors=len(found["errors"]))
    assert found == {"errors": [], "count": processes * times}


@pytest.mark.chaos
def test_transactions_that_begin_by_reading_do_meet_one(tmp_path, tell):
    """Else the test above would see nothing."""
    found = count_up(tmp_path, 8, 100, "DEFERRED")

    tell(processes=8, transactions=800, errors=len(found["errors"]))
    assert set(found["errors"]) == {"database is locked"}
    assert found["count"] == 800 - len(found["errors"])


def count_up(folder, *arguments):
    with scratch_sqlite(folder) as url:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.partnerships.counting", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            check=True,
            capture_output=True,
        )
    return json.loads(ended.stdout)
