"""``python -m tests.run``: the whole suite, with a last line that says what ran on what.

Most tests run on SQLite and then on PostgreSQL. Those that drive a browser or start, kill and watch processes bring the
databases of both kinds themselves; they wait more than they work, so they run beside the others where two processors
are. What is missing is brought along: an embedded PostgreSQL and a Redis-protocol server come with
requirements-dev.txt; only Chromium, Pango and a C compiler have to be there. What was left out is said last, each with
its reason; under ``CI=true`` nothing may be.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from tests import left_out, servers
from tests.left_out import Report

ROOT = Path(__file__).resolve().parent.parent
IN_PROCESS, WITH_PROCESSES = "not browser and not chaos", "browser or chaos"


@dataclass
class Suite:
    """One run of pytest on a part of the suite. Use as a context manager: it does not outlive us."""

    title: str
    part: str
    environment: dict[str, str]
    arguments: list[str]
    shows_at_once: bool = True
    passed: bool = False
    said: str = ""
    report: Report = field(default_factory=Report)

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._folder = tempfile.TemporaryDirectory()
        self._written = Path(self._folder.name) / "report.xml"
        self._output = Path(self._folder.name) / "output"
        command = [sys.executable, "-m", "pytest", "-q", "-m", self.part, f"--junitxml={self._written}"]
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, *self.arguments],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=None if self.shows_at_once else output,
                stderr=None if self.shows_at_once else subprocess.STDOUT,
            )
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._folder.cleanup()

    def end(self) -> None:
        """Wait for it, showing what has been kept back and what comes."""
        print(f"\n=== {self.title} ===", flush=True)  # noqa: T201
        if not self.shows_at_once:
            self._show()
        code = self._process.wait()
        self.report = left_out.read(self._written)
        chose_others = code == pytest.ExitCode.NO_TESTS_COLLECTED and bool(self.arguments)
        self.passed = code == pytest.ExitCode.OK or chose_others
        seconds = time.monotonic() - self._started
        verdict = "passed" if self.passed else "FAILED"
        self.said = f"{self.title}: {verdict}, {len(self.report.ran)} tests in {seconds:.0f} s"

    def _show(self) -> None:
        with self._output.open(encoding="utf-8", errors="replace") as output:
            has_ended = False
            while not has_ended:
                has_ended = self._process.poll() is not None  # before reading: its last words are not missed
                sys.stdout.write(output.read())
                sys.stdout.flush()
                time.sleep(0 if has_ended else 1)


def run_suites(*, postgresql: str | None, environment: dict[str, str], arguments: list[str]) -> list[Suite]:
    with_processes = Suite(
        "Browsers and processes, on both databases", WITH_PROCESSES, environment, arguments, shows_at_once=False
    )
    one_by_one = [Suite("SQLite", IN_PROCESS, environment, arguments)]
    if postgresql:
        on_postgresql = {**environment, "DATABASE_URL": postgresql}
        one_by_one.append(Suite("PostgreSQL", IN_PROCESS, on_postgresql, arguments))
    has_two_processors = (os.cpu_count() or 1) > 1
    with ExitStack() as beside:
        if has_two_processors:
            print("Tests with browsers and processes run beside the others; what they say comes last.", flush=True)  # noqa: T201
            beside.enter_context(with_processes)
        for suite in one_by_one:
            with suite:
                suite.end()
        if not has_two_processors:
            beside.enter_context(with_processes)
        with_processes.end()
    return [*one_by_one, with_processes]


def main() -> int:
    in_ci = os.environ.get("CI") == "true"
    browser = servers.chromium()
    pango = find_library("pangoft2-1.0")  # sets the type of PDFs
    compiler = shutil.which("cc")  # builds the clock that jumps
    redis = servers.redis_url()
    postgresql = servers.postgresql_url()
    known = {"TEST_REDIS_URL": redis, "TEST_POSTGRESQL_URL": postgresql}
    os.environ.pop("DATABASE_URL", None)

    with servers.everything_stopped_afterwards():
        environment = {key: value for key, value in known.items() if value}
        suites = run_suites(postgresql=postgresql, environment=environment, arguments=sys.argv[1:])
    reports = [suite.report for suite in suites]
    said = [suite.said for suite in suites]
    fine = all(suite.passed for suite in suites) and any(report.ran for report in reports)

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
