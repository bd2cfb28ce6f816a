"""``python -m tests.run``: the whole suite on SQLite, then on PostgreSQL, with a last line that says what ran on what.

What is missing is brought along: an embedded PostgreSQL and a Redis-protocol server come with requirements-dev.txt;
only Chromium, Pango and a C compiler have to be there. What was left out is said last, each with its reason; under
``CI=true`` nothing may be.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from ctypes.util import find_library
from pathlib import Path

from tests import left_out, servers
from tests.left_out import Report

ROOT = Path(__file__).resolve().parent.parent


def run_suite(*, title: str, environment: dict[str, str], arguments: list[str]) -> tuple[bool, str, Report]:
    print(f"\n=== {title} ===", flush=True)  # noqa: T201
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={written}", *arguments]
        ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
        report = left_out.read(written)
    seconds = time.monotonic() - started
    passed = ended.returncode == 0
    said = f"{'passed' if passed else 'FAILED'}, {len(report.ran)} tests in {seconds:.0f} s"
    return passed, f"{title}: {said}", report


def main() -> int:
    in_ci = os.environ.get("CI") == "true"
    extra = sys.argv[1:]
    said: list[str] = []
    reports: list[Report] = []
    fine = True

    browser = servers.chromium()
    pango = find_library("pangoft2-1.0")  # sets the type of PDFs
    compiler = shutil.which("cc")  # builds the clock that jumps
    redis = servers.redis_url()
    environment = {"TEST_REDIS_URL": redis or "", "DATABASE_URL": ""}
    postgresql = servers.postgresql_url()
    environment["TEST_POSTGRESQL_URL"] = postgresql or ""

    with servers.everything_stopped_afterwards():
        without_environment = {key: value for key, value in environment.items() if value}
        os.environ.pop("DATABASE_URL", None)
        passed, line, report = run_suite(title="SQLite", environment=without_environment, arguments=extra)
        fine, said, reports = fine and passed, [*said, line], [*reports, report]
        if postgresql:
            # The walk and the chaos tests start databases of both kinds themselves, in the run above.
            passed, line, report = run_suite(
                title="PostgreSQL",
                environment={**without_environment, "DATABASE_URL": postgresql},
                arguments=["-m", "not browser and not chaos", *extra],
            )
            fine, said, reports = fine and passed, [*said, line], [*reports, report]

    wanted = {"PostgreSQL": postgresql, "Redis": redis, "Chromium": browser, "Pango": pango, "C compiler": compiler}
    missing = [name for name, found in wanted.items() if not found]
    if missing:
        said.append(f"left out, because not to be had on this machine: {', '.join(missing)}")
        fine = fine and not in_ci
    else:
        said.append("Redis, Chromium and PDF parts included")
    said.append("chaos tests in their short form (the long one: make drill)")
    print("\nWhat ran on what: " + "; ".join(said) + ".")  # noqa: T201
    for sentence in left_out.sentences(reports) or ["nothing was left out"]:
        print(f"  {sentence}")  # noqa: T201
    return 0 if fine and left_out.allowed(reports) else 1


if __name__ == "__main__":
    sys.exit(main())
