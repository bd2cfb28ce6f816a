"""Nobody who reads the tables can tell who said what, though a design without a foreign key would give it away."""

from math import sqrt

import pytest

from tests.drill import size
from tests.feedback.scripts import run_script
from tests.servers import scratch_postgres, scratch_sqlite

MEETINGS = size(30, 300)


@pytest.mark.chaos
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_reader_of_every_table_names_no_more_answers_than_chance(database, tmp_path, tell):
    suspicious = {"before", "after"}

    for seed in (1, 2, 3):  # luck does not last for three games; a leak does
        with scratch_sqlite(tmp_path) if database == "sqlite" else scratch_postgres() as url:
            result = run_script("linkage_game", MEETINGS, seed, url=url)
        tell(seed=seed, **result)
        assert result["naive"]["right"] >= 0.9 * result["answers"]
        assert min(result["before"]["tricks"], result["after"]["tricks"]) > 100
        assert result["with_our_key"] >= MEETINGS // 3  # the pad, and nothing else, hides who is alone in a sector
        assert result["groups_after"] > MEETINGS
        chance = {"before": MEETINGS, "after": result["groups_after"]}
        suspicious = {stage for stage in suspicious if result[stage]["right"] > chance[stage] + 2 * sqrt(chance[stage])}
        if not suspicious:
            break

    assert suspicious == set()
