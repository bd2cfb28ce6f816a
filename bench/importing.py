"""P11: the largest real file we know, imported from the command line into an empty database."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.memory import watch
from bench.place import ROOT, Database, Place
from bench.results import Limit, Line, Result, Skipped
from tests.shared import SHARED

FILE = SHARED / "data/open/iati/unhcr-activities-2023.xml"


def run(place: Place) -> Iterator[Line]:
    if not FILE.exists():
        yield Skipped("P11", f"no {FILE.name}: set COMMON_THREAD_SHARED to the folder of real input files")
        return
    for database in place.databases:
        dry, dry_mb = _import(place, database, "--dry-run")
        applied, applied_mb = _import(place, database)
        what = f"import of {FILE.stat().st_size / 1e6:.1f} MB, {database.name}"
        yield Result("P11", f"{what}: dry run", dry, "s", Limit(5, "s"), Limit(2, "s"))
        yield Result("P11", f"{what}: apply", applied, "s", Limit(15, "s"), Limit(6, "s"))
        yield Result("P11", f"{what}: memory at most", max(dry_mb, applied_mb), "MB", Limit(200, "MB"))


def _import(place: Place, database: Database, *options: str) -> tuple[float, float]:
    """Seconds from the start of the process to its end, and MB with the child that reads the file."""
    command = [sys.executable, "manage.py", "import_iati", str(FILE), "--json", *options]
    environment = {**place.environment, "DATABASE_URL": database.url}
    with (place.folder / "imported.json").open("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output)
        megabytes = watch(process)
        took = time.perf_counter() - began
        output.seek(0)
        assert process.returncode == 0
        assert json.load(output)["activities"]
    return took, megabytes
