from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from core import clock
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import HeartbeatFactory, MessageFactory, PauseFactory

ALL = ("dispatch", "plan", "housekeeping", "imports")


@pytest.fixture
def all_well(db):
    now = clock.now()
    return {name: HeartbeatFactory(name=name, at=now) for name in ALL}


def test_live_answers_without_the_database(client):
    response = client.get("/healthz/live")

    assert (response.status_code, response.json()) == (200, {"ok": True})


@pytest.mark.django_db
def test_ready_when_the_database_answers_and_is_migrated(client):
    response = client.get("/healthz/ready")

    found = response.json()
    assert (response.status_code, found["ok"], found["database"], found["missing_migrations"]) == (200, True, True, 0)
    assert abs(found["clock_skew_seconds"]) < 5


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "status"), [(-31, 503), (-29, 200), (29, 200), (31, 503)])
def test_not_ready_when_the_clocks_of_application_and_database_disagree(client, monkeypatch, seconds, status):
    real = clock.machine_time
    monkeypatch.setattr("core.clock.machine_time", lambda: real() + timedelta(seconds=seconds))

    assert client.get("/healthz/ready").status_code == status


@pytest.mark.django_db
def test_a_clock_moved_for_a_long_story_is_not_taken_for_a_wrong_one(client, settings):
    settings.CLOCK_OFFSET_SECONDS = 86_400

    assert client.get("/healthz/ready").status_code == 200


@pytest.mark.django_db
def test_not_ready_when_a_migration_is_missing(client, monkeypatch):
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [("core", False)])

    response = client.get("/healthz/ready")

    assert (response.status_code, response.json()["missing_migrations"]) == (503, 1)


@pytest.mark.django_db
def test_not_ready_when_the_database_is_away(client, monkeypatch):
    def fail(*_args):
        raise OperationalError("server closed the connection, password=secret")

    monkeypatch.setattr("notifications.readiness.MigrationExecutor", fail)

    response = client.get("/healthz/ready")

    assert (response.status_code, response.json()) == (503, {"ok": False, "database": False})


def test_work_is_well_while_the_loops_beat(client, all_well):
    MessageFactory(dead=True)

    response = client.get("/healthz/work")

    found = response.json()
    assert response.status_code == 200
    assert found.pop("disk_free_mb") > 100
    assert found == {
        "ok": True,
        "beat_age_seconds": dict.fromkeys(ALL, 0),
        "silent": [],
        "oldest_due_seconds": 0,
        "resting": False,
        "dead_letters": 1,
    }


@pytest.mark.parametrize(
    ("name", "age"),
    [
        ("dispatch", timedelta(seconds=61)),
        ("plan", timedelta(minutes=6)),
        ("housekeeping", timedelta(hours=3)),
        ("imports", timedelta(minutes=10)),
    ],
)
def test_work_is_not_well_when_a_loop_is_silent(client, all_well, name, age):
    type(all_well[name]).objects.filter(name=name).update(at=clock.now() - age)

    response = client.get("/healthz/work")

    assert (response.status_code, response.json()["silent"]) == (503, [name])


@pytest.mark.django_db
def test_work_is_not_well_before_any_loop_ran(client):
    response = client.get("/healthz/work")

    assert (response.status_code, response.json()["silent"]) == (503, ["dispatch", "plan"])


def test_work_is_not_well_when_mail_waits_too_long(client, all_well):
    MessageFactory(due_at=clock.now() - timedelta(minutes=16))

    response = client.get("/healthz/work")

    assert response.status_code == 503
    assert response.json()["oldest_due_seconds"] >= 960


def test_work_is_not_well_when_the_disk_is_nearly_full(client, all_well, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=99 * 2**20))

    response = client.get("/healthz/work")

    assert (response.status_code, response.json()["disk_free_mb"]) == (503, 99)


def test_work_is_not_well_while_the_mail_server_refuses_us(client, all_well):
    PauseFactory(since=clock.now())

    response = client.get("/healthz/work")

    assert (response.status_code, response.json()["resting"]) == (503, True)


def test_work_is_for_this_machine_and_for_operators(client, all_well):
    elsewhere = {"REMOTE_ADDR": "203.0.113.5"}
    stranger = client.get("/healthz/work", **elsewhere).status_code
    through_a_proxy = client.get("/healthz/work", headers={"X-Forwarded-For": "203.0.113.5"}).status_code
    client.force_login(PersonFactory())
    member = client.get("/healthz/work", **elsewhere).status_code
    client.force_login(PersonFactory(is_staff=True))
    operator = client.get("/healthz/work", **elsewhere).status_code

    assert (stranger, through_a_proxy, member, operator) == (403, 403, 403, 200)
