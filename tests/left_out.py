"""What a run of the suite left out and why, read from the report that pytest writes of it."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.shared import WITHOUT_SHARED


@dataclass
class Report:
    """Tests by name: those that ran, and those that did not with the reason."""

    ran: set[str] = field(default_factory=set)
    left_out: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Report:
    report = Report()
    if not path.exists():  # pytest died
        return report
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 -- written by the pytest that we started
        name = f"{case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        if skipped is None:
            report.ran.add(name)
        else:
            report.left_out[name] = skipped.get("message", "")
    return report


def sentences(reports: list[Report]) -> list[str]:
    """One for every reason: how many tests it kept from running, and whether they ran in another of these runs."""
    ran = set().union(*(report.ran for report in reports))
    somewhere, nowhere = Counter[str](), Counter[str]()
    for name, reason in {(name, reason) for report in reports for name, reason in report.left_out.items()}:
        (somewhere if name in ran else nowhere)[reason] += 1
    return [
        *(f"left out: {count} × {reason}" for reason, count in sorted(nowhere.items())),
        *(f"on one database only: {count} × {reason}" for reason, count in sorted(somewhere.items())),
    ]


def allowed(reports: list[Report]) -> bool:
    """Under CI=true every test has to run somewhere; but files that are not ours to publish may be absent."""
    ran = set().union(*(report.ran for report in reports))
    nowhere = {reason for report in reports for name, reason in report.left_out.items() if name not in ran}
    return os.environ.get("CI") != "true" or nowhere <= {WITHOUT_SHARED}
