"""``python -m tests.run``: the whole suite on SQLite, then on PostgreSQL, with a last line that says what ran on what.

What is missing is brought along: an embedded PostgreSQL and a Redis-protocol server come with requirements-dev.txt;
only Chromium and Pango have to be there. Under ``CI=true`` nothing may be left out.
"""

import os
import subprocess
import sys
import time
from ctypes.util import find_library
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent


def run_suite(*, title: str, environment: dict[str, str], arguments: list[str]) -> tuple[bool, str]:
    print(f"\n=== {title} ===", flush=True)  # noqa: T201
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
    seconds = time.monotonic() - started
    passed = ended.returncode == 0
    return passed, f"{title}: {'passed' if passed else 'FAILED'} in {seconds:.0f} s"


def main() -> int:
    in_ci = os.environ.get("CI") == "true"
    extra = sys.argv[1:]
    said: list[str] = []
    fine = True

    browser = servers.chromium()
    pango = find_library("pangoft2-1.0")  # sets the type of PDFs
    redis = servers.redis_url()
    environment = {"TEST_REDIS_URL": redis or "", "DATABASE_URL": ""}
    postgresql = servers.postgresql_url()
    environment["TEST_POSTGRESQL_URL"] = postgresql or ""

    with servers.everything_stopped_afterwards():
        without_environment = {key: value for key, value in environment.items() if value}
        os.environ.pop("DATABASE_URL", None)
        passed, line = run_suite(title="SQLite", environment=without_environment, arguments=extra)
        fine, said = fine and passed, [*said, line]
        if postgresql:
            # The walk and the chaos tests start databases of both kinds themselves, in the run above.
            passed, line = run_suite(
                title="PostgreSQL",
                environment={**without_environment, "DATABASE_URL": postgresql},
                arguments=["-m", "not browser and not chaos", *extra],
            )
            fine, said = fine and passed, [*said, line]

    missing = [
        name
        for name, found in (("PostgreSQL", postgresql), ("Redis", redis), ("Chromium", browser), ("Pango", pango))
        if not found
    ]
    if missing:
        said.append(f"left out, because not to be had on this machine: {', '.join(missing)}")
        fine = fine and not in_ci
    else:
        said.append("Redis, Chromium and PDF parts included")
    print("\nWhat ran on what: " + "; ".join(said) + ".")  # noqa: T201
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
