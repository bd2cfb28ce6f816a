"""Every kind of trouble a mail server can make, over real connections; times are scaled, classes are not."""

import threading
import time
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta

import pytest

from notifications import pauses
from notifications.delivery import deliver_due, dispatch_due
from notifications.models import LEASE, LONGEST_PAUSE, Message, MessageState, Pause
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MessageFactory, PauseFactory
from tests.faults import DROP, HANG, eventually, scripted_smtp
from tests.notifications.conftest import NOW
from tests.servers import free_port

pytestmark = pytest.mark.django_db
PENDING, SENT, FAILED = MessageState.PENDING, MessageState.SENT, MessageState.FAILED
PATIENCE = 0.3
TLS_IN_CLEAR = {"STARTTLS": "220 go on\r\nthis is no TLS"}


@pytest.fixture
def use(settings):
    """Mail goes to this port, by Django's own SMTP backend."""

    def use(port, **options):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, PATIENCE
        for name, value in options.items():
            setattr(settings, name, value)

    return use


TROUBLES = [
    pytest.param({"end": PATIENCE * 3}, PENDING, 1, 0, id="slow"),
    pytest.param({"greeting": HANG}, PENDING, 0, 1, id="blackhole"),
    pytest.param(None, PENDING, 0, 10, id="refuses connections"),
    pytest.param({"greeting": "421 busy"}, PENDING, 0, 1, id="421 at the door"),
    pytest.param({"RCPT": "421 closing"}, PENDING, 1, 0, id="421"),
    pytest.param({"RCPT": "450 mailbox busy"}, PENDING, 1, 0, id="450"),
    pytest.param({"RCPT": "451 greylisted"}, PENDING, 1, 0, id="451"),
    pytest.param({"end": "452 out of space"}, PENDING, 1, 0, id="452"),
    pytest.param({"RCPT": "550 nobody here"}, FAILED, 1, 0, id="550"),
    pytest.param({"MAIL": "552 too big"}, FAILED, 1, 0, id="552"),
    pytest.param({"AUTH": "535 wrong password"}, PENDING, 0, 10, id="535 credentials"),
    pytest.param({}, PENDING, 0, 10, id="credentials that cannot be sent"),
    pytest.param({"RCPT": "530 authentication required"}, PENDING, 0, 10, id="530 at the recipient"),
    pytest.param({"MAIL": "550 sender unknown"}, PENDING, 0, 10, id="550 at the sender"),
    pytest.param(TLS_IN_CLEAR, PENDING, 0, 10, id="TLS fails"),
    pytest.param({"offers": ["AUTH PLAIN"]}, PENDING, 0, 10, id="no TLS where we ask for it"),
    pytest.param({"text": DROP}, PENDING, 1, 0, id="drops in the middle of the text"),
    pytest.param({"end": DROP}, PENDING, 1, 0, id="drops instead of the last answer"),
    pytest.param({"offers": ["AUTH PLAIN"]}, SENT, 1, 0, id="knows neither 8 bits nor SMTPUTF8"),
]


@pytest.mark.parametrize(("script", "state", "attempts", "minutes_of_rest"), TROUBLES)
def test_each_trouble_has_its_class(world, use, request, script, state, attempts, minutes_of_rest):
    world.title = "Une réunion à Genève"
    message = MessageFactory()
    options = {"EMAIL_USE_TLS": "TLS" in request.node.callspec.id}
    if "credentials" in request.node.callspec.id:
        password = "wröng" if "cannot" in request.node.callspec.id else "wrong"
        options |= {"EMAIL_HOST_USER": "us", "EMAIL_HOST_PASSWORD": password}
    with nullcontext() if script is None else scripted_smtp(script) as server:
        use(server.port if server else free_port(), **options)
        dispatch_due(now=NOW)

    message.refresh_from_db()
    pause = Pause.objects.first()
    rest = (pause.until - NOW).total_seconds() / 60 if pause else 0
    assert (message.state, message.attempts, rest) == (state, attempts, minutes_of_rest)
    assert (message.next_attempt_at > NOW) == (state == PENDING and attempts == 1)
    assert "@" not in message.error + (pause.error if pause else "")


def test_every_class_of_trouble_is_met(tell):
    """Tried again, given up, at rest without an attempt counted: a table of one class only would prove little."""
    classes = Counter(
        (str(state), attempts, minutes) for _script, state, attempts, minutes in (one.values for one in TROUBLES)
    )

    tell(cases=len(TROUBLES), classes={str(key): count for key, count in classes.items()})
    assert len(TROUBLES) >= 14
    assert set(classes) == {
        (PENDING, 1, 0), (PENDING, 0, 1), (PENDING, 0, 10), (FAILED, 1, 0), (SENT, 1, 0)
    }  # fmt: skip


@pytest.mark.parametrize("steps", [("MAIL", "RCPT", "DATA", "end"), ("greeting", "EHLO", "MAIL", "RCPT")])
def test_a_server_that_answers_each_time_just_in_time_does_not_outlast_our_lease(world, use, monkeypatch, steps):
    monkeypatch.setattr("notifications.mail_server.MESSAGE_SECONDS", PATIENCE * 1.5)
    message = MessageFactory()
    with scripted_smtp(dict.fromkeys(steps, PATIENCE * 0.8)) as server:
        use(server.port)
        began = time.monotonic()
        dispatch_due(now=NOW)
        lasted = time.monotonic() - began

    message.refresh_from_db()
    assert (message.state, message.attempts, server.taken) == (PENDING, 1, [])
    assert lasted < PATIENCE * 0.8 * len(steps)


def test_a_conversation_that_is_over_in_time_leaves_no_thread_behind(world, use):
    MessageFactory.create_batch(3)
    with scripted_smtp() as server:
        use(server.port)
        dispatch_due(now=NOW)

    assert len(server.taken) == 3
    assert eventually(lambda: "cut off" not in {thread.name for thread in threading.enumerate()}, seconds=2)


def test_a_connection_that_waits_for_us_is_not_cut_off(world, use, monkeypatch):
    monkeypatch.setattr("notifications.mail_server.MESSAGE_SECONDS", PATIENCE)
    _first, second = MessageFactory.create_batch(2)
    world.meanwhile = lambda message: time.sleep(PATIENCE * 2 * (message.pk == second.pk))
    with scripted_smtp() as server:
        use(server.port)
        dispatch_due(now=NOW)

    second.refresh_from_db()
    assert (second.state, second.attempts, server.connections) == (SENT, 1, 1)


def test_an_address_the_server_cannot_write_is_given_up(world, use):
    message = MessageFactory(recipient=PersonFactory(email="zoé@example.org"))
    with scripted_smtp({"offers": ["AUTH PLAIN"]}) as server:
        use(server.port)
        dispatch_due(now=NOW)

    message.refresh_from_db()
    assert message.state == FAILED


def test_after_an_outage_the_queue_drains_and_nobody_lost_an_attempt(world, use, caplog):
    MessageFactory.create_batch(30)
    port, now = free_port(), NOW
    use(port)
    while now < NOW + timedelta(minutes=10):
        dispatch_due(now=now)
        now += timedelta(seconds=10)
    during = set(Message.objects.values_list("state", "attempts"))
    with scripted_smtp(port=port) as server:
        while Pause.objects.exists():
            dispatch_due(now=now)
            now += timedelta(seconds=10)

    assert during == {(PENDING, 0)}
    assert set(Message.objects.values_list("state", "attempts")) == {(SENT, 1)}
    assert len(server.taken) == 30
    assert now <= NOW + 2 * LONGEST_PAUSE
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_after_the_pause_one_message_tries_first_and_it_is_account_mail(world, use):
    MessageFactory.create_batch(3, due_at=NOW - timedelta(hours=1))
    code = MessageFactory(kind="test_code", priority=10)
    PauseFactory(since=NOW - LONGEST_PAUSE)
    with scripted_smtp({"MAIL": "550 no"}) as server:
        use(server.port)
        dispatch_due(now=NOW)
        in_vain, pause = server.connections, Pause.objects.get()
        server.script.clear()
        dispatch_due(now=NOW + LONGEST_PAUSE)

    assert (in_vain, pause.failures, pause.until) == (1, 2, NOW + LONGEST_PAUSE)
    assert code.message_id.encode() in server.taken[0]
    assert len(server.taken) == 4
    assert server.connections == 1 + 2  # the one that tried, then the rest by one connection
    assert not Pause.objects.exists()


def test_while_it_rests_nothing_is_claimed_and_no_connection_made(world, use):
    message = MessageFactory()
    PauseFactory(since=NOW)
    with scripted_smtp() as server:
        use(server.port)
        sent = deliver_due(clock=lambda: NOW + timedelta(minutes=9))

    message.refresh_from_db()
    assert (sent, server.connections, message.state) == (0, 0, PENDING)


def test_rests_grow_while_the_trouble_may_pass_by_itself(world, use):
    MessageFactory()
    rests, now = [], NOW
    with scripted_smtp({"greeting": "421 busy"}) as server:
        use(server.port)
        for _ in range(4):
            dispatch_due(now=now)
            until = Pause.objects.get().until
            rests.append((until - now).total_seconds() / 60)
            now = until

    assert rests == [1, 5, 10, 10]


def test_only_one_of_many_dispatchers_may_try():
    PauseFactory(since=NOW - LONGEST_PAUSE)

    turns = [pauses.turn_at(NOW) for _ in range(3)]
    after_it_died = pauses.turn_at(NOW + LEASE)

    assert turns == [pauses.Turn.TRYING, pauses.Turn.RESTING, pauses.Turn.RESTING]
    assert after_it_died is pauses.Turn.TRYING


def test_a_clock_set_back_makes_no_rest_longer():
    PauseFactory(since=NOW)

    assert pauses.turn_at(NOW - timedelta(hours=2)) is pauses.Turn.TRYING


def test_a_try_that_meets_only_messages_nobody_needs_leaves_the_next_one_the_try(world):
    MessageFactory(expires_at=NOW)
    PauseFactory(since=NOW - LONGEST_PAUSE)

    dispatch_due(now=NOW)

    assert pauses.turn_at(NOW) is pauses.Turn.TRYING


def test_a_refused_recipient_proves_that_the_server_is_back(world, use):
    MessageFactory()
    PauseFactory(since=NOW - LONGEST_PAUSE)
    with scripted_smtp({"RCPT": "550 nobody here"}) as server:
        use(server.port)
        dispatch_due(now=NOW)

    assert not Pause.objects.exists()


def test_two_dispatchers_that_notice_at_once_begin_one_rest_and_say_it_once(caplog):
    for _ in range(2):
        pauses.begin(now=NOW, error="no connection", is_definite=False)

    assert list(Pause.objects.values_list("failures", "until")) == [(1, NOW + timedelta(minutes=1))]
    assert len(caplog.records) == 1
