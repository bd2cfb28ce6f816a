"""Whether this process could serve: the database answers, has every migration, and agrees about the time."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from core import clock

MOST_SKEW = timedelta(seconds=30)


@dataclass(frozen=True)
class Readiness:
    missing_migrations: int
    clock_skew_seconds: float

    @property
    def is_well(self) -> bool:
        return not self.missing_migrations and abs(self.clock_skew_seconds) <= MOST_SKEW.total_seconds()


@cache
def read_migration_files() -> None:
    """Once, before the clock of a health check runs: importing them is slow and is not the database's fault."""
    MigrationLoader(None)


def readiness() -> Readiness:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    theirs = MigrationRecorder(connection).migration_qs.annotate(at=Now()).values_list("at", flat=True).first()
    skew = (theirs - clock.machine_time()).total_seconds() if theirs else 0.0
    return Readiness(missing, round(skew, 1))
