"""``python -m tests.drill``: the chaos tests in their long form, and their counts as JSON under ``var/drills/``.

In the suite the same tests run in their short form. Arguments are passed on to pytest (a file, ``-k …``).
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests import left_out, servers

ROOT = Path(__file__).resolve().parent.parent
LONG, RESULTS = "DRILL", "DRILL_RESULTS"


def size(short: int, long: int) -> int:
    """How much of something a chaos test takes: ``short`` in the suite, ``long`` in a drill."""
    return long if os.environ.get(LONG) == "true" else short


def note(test: str, figures: dict[str, object]) -> None:
    """Keep what a test counted, when a drill asks for it."""
    if path := os.environ.get(RESULTS):
        with Path(path).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"test": test, **figures}) + "\n")


def main() -> int:
    started = datetime.now(UTC)
    folder = ROOT / "var" / "drills"
    folder.mkdir(parents=True, exist_ok=True)
    lines = folder / f"{started:%Y-%m-%d-%H%M}.jsonl"
    written = lines.with_suffix(".xml")
    with servers.everything_stopped_afterwards():
        postgresql, redis, browser = servers.postgresql_url(), servers.redis_url(), servers.chromium()
        environment = {
            **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
            LONG: "true",
            RESULTS: str(lines),
            "TEST_POSTGRESQL_URL": postgresql or "",
            "TEST_REDIS_URL": redis or "",
        }
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "chaos or drill",
            "-o",
            "timeout=3600",
            f"--junitxml={written}",
        ]
        command += sys.argv[1:]
        passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    report = left_out.read(written)
    written.unlink(missing_ok=True)
    figures = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] if lines.exists() else []
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    result = {
        "started": started.isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "passed": passed,
        "tests": len(report.ran),
        "left_out": report.left_out,
        "servers": {"postgresql": bool(postgresql), "redis": bool(redis), "chromium": bool(browser)},
        "figures": figures,
    }
    path = lines.with_suffix(".json")
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    lines.unlink(missing_ok=True)
    print(f"\n{'Passed' if passed else 'FAILED'}; {len(figures)} counts in {path.relative_to(ROOT)}")  # noqa: T201
    for sentence in left_out.sentences([report]) or ["nothing was left out"]:
        print(f"  {sentence}")  # noqa: T201
    return 0 if passed and figures and left_out.allowed([report]) else 1


if __name__ == "__main__":
    sys.exit(main())
