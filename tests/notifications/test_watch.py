"""Silence is said once, by whoever notices, and its end once."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from notifications import services, watch
from notifications.models import Heartbeat
from tests.factories.notifications import HeartbeatFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db
ALL = ("dispatch", "plan", "housekeeping")


@pytest.fixture
def beats():
    return {name: HeartbeatFactory(name=name, at=NOW) for name in ALL}


def said(caplog):
    lines = [(record.levelname, record.getMessage().split(" since")[0]) for record in caplog.records]
    caplog.clear()
    return lines


def test_while_everything_beats_there_is_nothing_to_say(beats, caplog):
    watch.look(now=NOW + timedelta(seconds=60))

    assert said(caplog) == []


def test_silence_is_said_once_however_often_and_however_many_look(beats, caplog):
    for seconds in (61, 62, 400):
        watch.look(now=NOW + timedelta(seconds=seconds))

    assert said(caplog) == [("ERROR", "The loop dispatch is silent"), ("ERROR", "The loop plan is silent")]


def test_its_end_is_said_once_and_the_next_silence_again(beats, caplog):
    watch.look(now=NOW + timedelta(seconds=61))
    said(caplog)

    for seconds in (70, 80):
        services.beat("dispatch", now=NOW + timedelta(seconds=seconds))
    back = said(caplog)
    watch.look(now=NOW + timedelta(seconds=80 + 61))

    assert back == [("WARNING", "The loop dispatch beats again.")]
    assert said(caplog) == [("ERROR", "The loop dispatch is silent")]


def test_loops_that_never_ran_are_noticed_at_the_second_look(caplog):
    watch.look(now=NOW)
    first = said(caplog)
    for _ in range(2):
        watch.look(now=NOW)

    assert first == []
    assert said(caplog) == [("ERROR", "The loop dispatch is silent"), ("ERROR", "The loop plan is silent")]
    assert set(Heartbeat.objects.values_list("name", "at")) == {("dispatch", None), ("plan", None)}


def test_a_beat_costs_two_statements(beats, django_assert_num_queries):
    with django_assert_num_queries(2):
        services.beat("dispatch", now=NOW)


def test_the_watchdog_survives_a_database_that_is_away(monkeypatch):
    looks = []

    def look(*, now):
        looks.append(now)
        if len(looks) == 1:
            raise OperationalError("away")
        raise SystemExit

    monkeypatch.setattr(watch, "look", look)
    monkeypatch.setattr(watch.connection, "close", lambda: None)
    monkeypatch.setattr(watch.time, "sleep", lambda _seconds: None)

    with pytest.raises(SystemExit):
        watch._look_for_ever()

    assert len(looks) == 2
