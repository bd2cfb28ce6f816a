import json
import os
import subprocess
import sys

import pytest

from tests.servers import ROOT, scratch_sqlite


@pytest.mark.chaos
@pytest.mark.parametrize(("processes", "times"), [(8, 100), (32, 25)])
def test_many_processes_that_read_and_write_meet_no_locked_database(tmp_path, processes, times):
    with scratch_sqlite(tmp_path) as url:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.partnerships.counting", str(processes), str(times)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            check=True,
            capture_output=True,
        )

    assert json.loads(ended.stdout) == {"errors": [], "count": processes * times}
