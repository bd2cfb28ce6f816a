"""The doorbell: what is due leaves at once where somebody listens, and as ever where nobody can."""

import os
import stat
import threading
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from notifications import delivery, pauses, porter, services
from notifications.doorbell import Doorbell, ring
from notifications.models import Channel, Heartbeat, Message, MessageState, Pause
from notifications.services import Draft, enqueue
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MessageFactory
from tests.faults import eventually
from tests.notifications.conftest import NOW

AT_ONCE, NOT_AT_ALL = 5, 0.2  # seconds: generous, and short because it is waited for in vain


@pytest.fixture
def bell(settings):
    """A bell that hangs and has not rung."""
    with closing(Doorbell(settings.OUTBOX_DOORBELL)) as bell:
        assert bell.wait(0) is True
        yield bell


def owe(*, key="robin", due_at=NOW):
    enqueue([Draft(key=key, kind="test_greeting", recipient_id=PersonFactory().pk, due_at=due_at)], now=NOW)


# -- Ringing ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_what_is_due_rings_once_it_is_committed(world, bell):
    with transaction.atomic():
        owe()
        before = bell.wait(0)

    assert before is False
    assert bell.wait(AT_ONCE) is True


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_does_not_ring(world, bell):
    with transaction.atomic():
        owe()
        transaction.set_rollback(True)

    assert bell.wait(NOT_AT_ALL) is False
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_due_later_does_not_ring(world, bell):
    owe(due_at=NOW + timedelta(seconds=1))

    assert bell.wait(NOT_AT_ALL) is False


@pytest.mark.django_db(transaction=True)
def test_operators_who_want_to_see_what_happens_ring(world, bell):
    dead = MessageFactory(dead=True)
    services.try_again(message_id=dead.pk, actor_id=PersonFactory().pk, now=NOW)
    tried_again = bell.wait(AT_ONCE)
    pauses.begin(now=NOW, error="refused", is_definite=True)

    services.wake(actor_id=PersonFactory().pk, now=NOW)

    assert (tried_again, bell.wait(AT_ONCE)) == (True, True)
    assert Pause.objects.get(channel=Channel.MAIL).until == NOW


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_rings_is_one_and_never_waits(bell):
    began = time.monotonic()
    for _ in range(70_000):  # more than the pipe holds
        ring()

    assert time.monotonic() - began < 60
    assert [bell.wait(0), bell.wait(0)] == [True, False]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "obstacle", ["no folder", "a file instead of the folder", "a file", "a folder", "nobody", "none"]
)
def test_without_a_bell_messages_are_stored_as_ever(obstacle, world, settings, tmp_path):
    place = tmp_path / "run" / "doorbell"
    if obstacle == "a file instead of the folder":
        place.parent.write_text("")
    elif obstacle != "no folder":
        place.parent.mkdir()
    if obstacle == "a file":
        place.write_text("precious")
    elif obstacle == "a folder":
        place.mkdir()
    elif obstacle == "nobody":
        os.mkfifo(place)
    settings.OUTBOX_DOORBELL = "" if obstacle == "none" else str(place)

    with transaction.atomic():
        owe()

    assert Message.objects.get().state == MessageState.PENDING
    assert obstacle != "a file" or place.read_text() == "precious"


# -- Listening --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("obstacle", ["a file instead of the folder", "a file", "a folder that cannot be written to"])
def test_where_no_bell_can_hang_listening_is_a_pause(obstacle, tmp_path, monkeypatch, caplog):
    place = tmp_path / "run" / "doorbell"
    if obstacle == "a file instead of the folder":
        place.parent.write_text("")
    elif obstacle == "a file":
        place.parent.mkdir()
        place.write_text("precious")
    else:  # whoever runs these tests may be allowed everything
        monkeypatch.setattr(os, "mkfifo", refuse)
    with closing(Doorbell(str(place))) as bell:
        began = time.monotonic()

        rings = [bell.wait(NOT_AT_ALL), bell.wait(NOT_AT_ALL)]

    assert rings == [False, False]
    assert time.monotonic() - began >= 2 * NOT_AT_ALL
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [f"No doorbell can hang at {place}"]


def refuse(*_args):
    raise PermissionError(13, "Permission denied")


def test_only_its_owner_may_ring(bell, settings):
    found = Path(settings.OUTBOX_DOORBELL).stat().st_mode

    assert stat.S_ISFIFO(found)
    assert stat.S_IMODE(found) == 0o600


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_was_taken_away_hangs_again_and_counts_as_rung(bell, settings):
    Path(settings.OUTBOX_DOORBELL).unlink()
    ring()

    assert bell.wait(0) is True
    ring()
    assert bell.wait(AT_ONCE) is True


def test_who_is_woken_has_not_heard_a_ring(bell):
    threading.Timer(0.1, bell.wake).start()
    began = time.monotonic()

    assert bell.wait(60) is False
    assert time.monotonic() - began < 30


# -- The porter -------------------------------------------------------------------------------------------------------
@contextmanager
def porter_at_the_door():
    one = porter.Porter()
    one.start()
    try:
        yield one
    finally:
        one.leave()


def test_every_ring_is_answered_and_a_round_that_fails_is_not_the_last(settings, monkeypatch, caplog):
    rounds = []

    def deliver(**_options):
        rounds.append(1)
        if len(rounds) == 2:
            raise OSError("the database is away")

    monkeypatch.setattr(delivery, "deliver_due", deliver)
    with porter_at_the_door():
        for expected in (1, 2, 3):
            assert eventually(lambda so_far=expected: len(rounds) == so_far, seconds=AT_ONCE)
            time.sleep(2 * porter.BREATH_SECONDS)
            press(settings)

    assert "could not be sent" in caplog.text


def test_a_ring_during_a_round_leads_to_another_and_a_storm_to_few(settings, monkeypatch):
    rounds, may_end = [], threading.Event()

    def deliver(**_options):
        rounds.append(time.monotonic())
        may_end.wait(AT_ONCE)

    monkeypatch.setattr(delivery, "deliver_due", deliver)
    with porter_at_the_door():
        assert eventually(lambda: len(rounds) == 1, seconds=AT_ONCE)
        press(settings)
        may_end.set()
        assert eventually(lambda: len(rounds) == 2, seconds=AT_ONCE)
        before, began = len(rounds), time.monotonic()
        while time.monotonic() < began + 1:
            press(settings)
            time.sleep(0.001)
        lasted, answered = time.monotonic() - began, len(rounds) - before

    assert 1 <= answered <= lasted / porter.BREATH_SECONDS + 2


def press(settings):
    pipe = os.open(settings.OUTBOX_DOORBELL, os.O_WRONLY | os.O_NONBLOCK)
    os.write(pipe, b"!")
    os.close(pipe)


@pytest.mark.django_db(transaction=True)
def test_a_ring_is_no_sign_of_life_of_the_clock(bell, monkeypatch):
    rounds = []
    monkeypatch.setattr(delivery, "deliver_due", lambda **_options: rounds.append(1))

    with porter_at_the_door():
        assert eventually(lambda: rounds, seconds=AT_ONCE)

    assert not Heartbeat.objects.exists()
