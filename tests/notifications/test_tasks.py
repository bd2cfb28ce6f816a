import ast
import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from celery.schedules import crontab

from core import clock
from notifications import registry, tasks
from notifications.models import Heartbeat, Message, MessageState
from partnerships.celery import app
from tests.factories.notifications import MessageFactory

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"eta", "countdown", "crontab", "apply_async", "delay", "retry", "send_task", "signature"}


def our_tasks():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def forbidden_calls(source):
    """Names and keywords by which a task would be started, or timed, by anything but the clock."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.keyword(arg=str(name)) | ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name))
            ):
                found.add(name)
    return found & FORBIDDEN


def test_every_task_is_named_keeps_no_result_and_takes_ids_only(tell):
    tasks_found = our_tasks()
    tell(tasks=len(tasks_found))

    assert {"notifications.dispatch_due", "notifications.plan_due", "notifications.keep_house"} <= set(tasks_found)
    for name, task in tasks_found.items():
        assert name.partition(".")[0] == task.run.__module__.partition(".")[0]
        assert task.ignore_result is True
        for parameter in inspect.signature(task.run).parameters.values():
            assert parameter.name.endswith(("_id", "_ids", "pk"))
            assert parameter.annotation in (int, str, list[int])


def test_no_task_is_started_by_anything_but_the_clock():
    sources = [
        path for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in ("tests", "var", ".venv")
    ]

    found = {str(path.relative_to(ROOT)): calls for path in sources if (calls := forbidden_calls(path.read_text()))}

    assert len(sources) > 50
    assert found == {}


@pytest.mark.parametrize(
    "source", ["task.delay(1)", "task.apply_async(args=[1])", "run(eta=now)", "crontab(minute=0)", "self.retry()"]
)
def test_the_search_finds_what_it_looks_for(source):
    assert forbidden_calls(source) != set()


def test_beat_knows_plain_intervals_of_known_tasks_only(settings):
    entries = settings.CELERY_BEAT_SCHEDULE.values()

    assert all(isinstance(entry["schedule"], float) and not isinstance(entry["schedule"], crontab) for entry in entries)
    assert {entry["task"] for entry in entries} <= set(our_tasks())
    assert all("args" not in entry and "kwargs" not in entry for entry in entries)


@pytest.mark.django_db
def test_dispatching_sends_what_is_due_and_leaves_a_heartbeat(world):
    message = MessageFactory()

    tasks.dispatch_due()

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert clock.now() - Heartbeat.objects.get(name="dispatch").at < timedelta(seconds=10)


@pytest.mark.django_db
def test_a_planner_that_fails_keeps_no_other_from_its_work(monkeypatch, caplog):
    ran = []

    def fail(_now):
        raise RuntimeError("robin@example.org")

    planners = [registry.Planner("first", fail), registry.Planner("second", ran.append)]
    monkeypatch.setattr(registry, "_planners", {planner.name: planner for planner in planners})

    tasks.plan_due()
    tasks.plan_due()

    assert len(ran) == 2
    planning = [record.getMessage() for record in caplog.records if record.name == "notifications.planning"]
    assert planning == ["The planner first failed."] * 2
    assert list(Heartbeat.objects.filter(at__isnull=False).values_list("name", flat=True)) == ["plan"]


@pytest.mark.django_db
def test_housekeeping_purges_and_calls_every_housekeeper(monkeypatch):
    ran = []
    monkeypatch.setattr(registry, "_housekeepers", {"broom": registry.Planner("broom", ran.append)})
    MessageFactory(sent=True, due_at=clock.now() - timedelta(days=91))

    tasks.keep_house()

    assert len(ran) == 1
    assert Message.objects.count() == 0
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["housekeeping"]
