"""Nothing is left out in silence: a tool that is missing fails a test under CI=true, and is named everywhere else."""

import ast
import os
import subprocess
import sys

import pytest

from tests import left_out, servers
from tests.left_out import Report
from tests.shared import ROOT, WITHOUT_SHARED

# Where a test may be left out: the one place that fails under CI=true, real files that are not ours, and what needs a
# second connection, which the database in memory has not and PostgreSQL has.
SKIPPING = {
    "servers.py": 1,
    "shared.py": 1,
    "meetings/test_concurrency.py": 1,
    "notifications/test_chat_delivery.py": 1,
    "exchange/test_importing.py": 1,
}
NEEDS_A_COMPILER = "tests/notifications/test_clock_jumps.py"
SKIPS = {"pytest.skip", "pytest.importorskip", "pytest.mark.skip", "pytest.mark.skipif"}


def skips_in(source):
    return sum(isinstance(node, ast.Attribute) and ast.unparse(node) in SKIPS for node in ast.walk(ast.parse(source)))


def test_only_one_place_decides_what_becomes_of_a_test_whose_tool_is_missing():
    folder = ROOT / "tests"
    found = {str(path.relative_to(folder)): skips_in(path.read_text()) for path in folder.rglob("*.py")}

    del found["test_left_out.py"]
    assert {name: count for name, count in found.items() if count} == SKIPPING


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception), ("false", pytest.skip.Exception)]
)
def test_a_missing_tool_fails_in_ci_and_is_a_reason_elsewhere(monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="no telegraph on this machine"):
        servers.needed("telegraph", None)

    assert servers.needed("telegraph", "/usr/bin/telegraph") == "/usr/bin/telegraph"


@pytest.mark.parametrize(("ci", "passes"), [("true", False), ("", True)])
def test_a_run_without_a_compiler_says_so_and_fails_in_ci(monkeypatch, tmp_path, ci, passes):
    monkeypatch.setenv("CI", ci)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-k", "sqlite", f"--junitxml={report}", NEEDS_A_COMPILER]
    without_tools = {**os.environ, "CI": ci, "PATH": str(tmp_path)}

    ended = subprocess.run(command, cwd=ROOT, env=without_tools, capture_output=True, text=True, check=False)
    reports = [left_out.read(report)]

    assert (ended.returncode == 0) is passes
    if passes:
        assert left_out.sentences(reports) == ["left out: 1 × no C compiler on this machine"]
    else:
        assert "no C compiler on this machine, and CI=true lets no test be left out" in ended.stdout


@pytest.mark.parametrize(
    ("reason", "ran_elsewhere", "fine"),
    [("one connection, in memory", True, True), ("too long", False, False), (WITHOUT_SHARED, False, True)],
)
def test_in_ci_every_test_runs_somewhere(monkeypatch, reason, ran_elsewhere, fine):
    monkeypatch.setenv("CI", "true")
    reports = [Report({"a"}, {"b": reason}), Report({"a", "b"} if ran_elsewhere else {"a"})]

    assert left_out.allowed(reports) is fine
    assert [reason in sentence for sentence in left_out.sentences(reports)] == [True]
