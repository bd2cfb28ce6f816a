"""Pages import the measure packages; only building a report may pay for scipy."""

import subprocess
import sys

import pytest

from tests.shared import ROOT

EVERY_MODULE = sorted(
    f"{app}.measure.{path.stem}" for app in ("feedback", "goals") for path in (ROOT / app / "measure").glob("[a-z]*.py")
)


def heavy_modules_after(code):
    found = "sorted({m.split('.')[0] for m in sys.modules} & {'numpy', 'scipy', 'django'})"
    script = f"import sys\n{code}\nprint(*{found})"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    return result.stdout.split()


def test_importing_the_measure_packages_imports_nothing_heavy():
    assert {"feedback.measure.scores", "goals.measure.status"} <= set(EVERY_MODULE)
    assert heavy_modules_after(f"import {', '.join(EVERY_MODULE)}") == []


ASSESS = """
from datetime import date
from goals.measure.status import assess
observations = [(date(2025, month, 1), month) for month in range(2, 7)]
plan = {"baseline": (date(2025, 1, 1), 0), "target": (date(2025, 12, 1), 12), "direction": "up"}
assert assess(observations=observations, **plan, frequency_days=31, today=date(2025, 6, 2)).projection
"""
COMPARE = "from feedback.measure.permutation import two_sample; two_sample([1, 2], [3, 4])"


@pytest.mark.parametrize("code", [ASSESS, COMPARE])
def test_goal_pages_and_tests_of_change_need_nothing_heavy(code):
    assert heavy_modules_after(code) == []


def test_the_check_for_heavy_modules_can_fail():
    assert heavy_modules_after("from feedback.measure.beta import cdf; cdf(.5, 1, 1)") == ["numpy", "scipy"]
