"""Every month is built once, whole and the same, whoever is killed meanwhile; who cannot be built holds nobody up."""

import pytest

from tests.drill import size
from tests.feedback.builders import BUILDERS, KILLS, LATE_ANSWERS
from tests.feedback.scripts import run_script
from tests.servers import scratch_postgres, scratch_sqlite

PARTNERSHIPS = size(40, 200)


@pytest.mark.chaos
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_reports_are_built_once_and_whole_although_builders_are_killed(database, tmp_path, tell):
    with scratch_sqlite(tmp_path) if database == "sqlite" else scratch_postgres() as url:
        result = run_script("builders", PARTNERSHIPS, url=url)
    tell(partnerships=PARTNERSHIPS, **result)

    good = PARTNERSHIPS - 1
    assert result["kills"] == KILLS
    assert (result["ok"], result["failed"], result["failed_right"]) == (good, 1, 1)
    assert result["attempts"] <= BUILDERS + KILLS
    assert (result["hashes"], result["rebuilt_the_same"]) == (good, good)
    assert result["ledger"] == result["numbers"] > 9 * good
    assert (result["late_refused"], result["at_rest"]) == (LATE_ANSWERS, 0)
    assert (result["revised"], result["most_revisions"]) == (True, 2)
    assert (result["answers_unchanged"], result["revisions_rebuilt_the_same"]) == (good, good)
    assert result["healed"] == 1
