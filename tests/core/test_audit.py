"""Whatever somebody changes leaves its row in the history; nothing anybody writes makes a second line of a log."""

import ast
import io
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from core.models import AuditEvent, event
from partnerships.settings import LOGGING

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "partners", "goals", "meetings", "feedback", "notifications", "exchange", "reports", "partnerships")
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
RECORDS = {"record", "record_all"}
ACTORS = {"by", "by_id", "actor", "actor_id", "person", "person_id", "batch"}


def sources():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"migrations", "demo", "views", "management"} & set(path.parts) and path.name != "views.py":
                yield path


class Walk:
    """Who calls whom in modules. A name means a function of its own module, else of the place it is imported from."""

    def __init__(self, modules):
        self.calls = {}
        self.acting = []
        self.origins = {}
        for place, text in modules:
            tree = ast.parse(text)
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    for each in node.names:
                        self.origins[place, each.asname or each.name] = (node.module or "").replace(".", "/")
                elif isinstance(node, ast.FunctionDef):
                    self.calls.setdefault((place, node.name), set()).update(calls_in(node))
                    if not node.name.startswith("_") and ACTORS & {each.arg for each in node.args.kwonlyargs}:
                        self.acting.append((place, node.name))

    def reaches(self, start, wanted):
        seen, todo = {start}, [start]
        while todo:
            place, _name = function = todo.pop()
            for owner, called in self.calls[function]:
                if called in wanted and (place, called) not in self.calls:
                    return True
                new = set(self._meant(place, owner, called)) - seen
                seen |= new
                todo += new
        return False

    def _meant(self, place, owner, called):
        if (place, called) in self.calls and owner in ("", "self"):
            return [(place, called)]
        origin = self.origins.get((place, owner or called))
        if origin is None:
            return []
        return [each for each in self.calls if each[1] == called and each[0].startswith(origin)]


def calls_in(function):
    """Each call as the name before the dot, if any, and the name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield "", node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield getattr(node.func.value, "id", "?"), node.func.attr


def silent_services(modules):
    """Functions told who acts that change rows, themselves or by what they call, and record nothing."""
    walk = Walk(modules)
    return {":".join(each) for each in walk.acting if walk.reaches(each, WRITES) and not walk.reaches(each, RECORDS)}


def read(path):
    return str(path.relative_to(ROOT)), path.read_text()


# Which language pages are in is no fact about a partnership, and nobody else can choose it.
LEAVES_NO_ROW = {"accounts/services.py:choose_language"}


def test_every_service_that_somebody_changes_something_with_records_it():
    assert silent_services([read(path) for path in sources()]) == LEAVES_NO_ROW


def test_the_walk_finds_a_service_that_records_nothing():
    honest = "def rename(*, goal, by):\n    goal.save()\n    _note(goal)\n\ndef _note(goal):\n    record(target=goal)\n"
    silent = "def forget(*, goal, by):\n    _strip(goal)\n\ndef _strip(goal):\n    goal.delete()\n"
    reader = "def look(*, goal, by):\n    return goal.title\n"

    assert silent_services([("services.py", honest + silent + reader)]) == {"services.py:forget"}


# -- What is written by people who want to write more -----------------------------------------------------------------
HOSTILE = "nobody\r\n2026-10-01 WARNING signed in: operator\x1b[2K\x9b1A\u2028\u202egnp\x00"


@pytest.fixture
def printed():
    """What our settings print of one event."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(import_string(LOGGING["filters"]["tokens"]["()"])())
    [facts] = LOGGING["formatters"].values()
    handler.setFormatter(import_string(facts["()"])(facts["format"]))
    logger = logging.getLogger("somewhere")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_what_somebody_wrote_ends_no_line_of_the_log(printed):
    logging.getLogger("somewhere").warning("Who is %s?", HOSTILE)

    [line] = printed.getvalue().splitlines()
    assert line.isprintable()
    assert r"nobody\r\n2026-10-01 WARNING signed in: operator\x1b[2K" in line


def test_what_an_error_quotes_passes_for_no_event_of_the_log(printed):
    logging.getLogger("somewhere").error("It broke.", exc_info=ValueError(HOSTILE))

    first, *below = printed.getvalue().splitlines()
    assert first.endswith("It broke.")
    assert any("signed in: operator" in line for line in below)
    assert [line for line in below if not (line.startswith("    ") and line.isprintable())] == []


def test_codes_of_the_history_hold_no_control_characters():
    written = event(verb="test.written", target=AuditEvent(pk=7), at=datetime.now(UTC), code=HOSTILE, count=3)

    assert written.data["code"].isprintable()
    assert written.data["count"] == 3
