"""A whole room, every planner and every impatient finger at once, in real processes."""

import pytest

from tests.feedback.scripts import run_script
from tests.servers import scratch_postgres, scratch_sqlite

MEETINGS, PEOPLE = 40, 10


@pytest.mark.chaos
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_nothing_is_lost_or_doubled_when_everybody_acts_at_once(database, tmp_path):
    with scratch_sqlite(tmp_path) if database == "sqlite" else scratch_postgres() as url:
        result = run_script("crowd", MEETINGS, PEOPLE, url=url)
    print(database, result)  # noqa: T201

    everybody = MEETINGS * PEOPLE
    assert (result["opened"], result["windows"], result["requests"]) == (MEETINGS, MEETINGS, everybody)
    assert result["posts"] > everybody * 1.2
    assert set(result["statuses"]) == {"200", "409"}
    assert (result["lost"], result["unasked"], result["duplicates"]) == (0, 0, 0)
    assert (result["responses"], result["answered_counts"]) == (everybody, everybody)
    assert (result["closed"], result["left_over"]) == (MEETINGS, 0)
    assert (result["reports"], result["built"]) == (4, result["reports"])
