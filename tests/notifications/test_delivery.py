import smtplib
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from notifications import leases, services
from notifications.delivery import deliver_due, dispatch_due
from notifications.mail_server import MailServer, ServerUnavailable
from notifications.models import LEASE, MAX_ATTEMPTS, Message, MessageState
from notifications.sealed_text import seal, unseal
from notifications.services import Draft, enqueue, enqueue_owed, withdraw
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MessageFactory, PauseFactory, UnsubscriptionFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db


class Server:
    """Stands in for SMTP: raises what a test lines up, and remembers what it was given."""

    def __init__(self, monkeypatch):
        self.answers = []
        self.given = []
        self.refuses_connection = None
        self.opened = 0
        monkeypatch.setattr("notifications.mail_server.get_connection", lambda: self)

    def open(self):
        self.opened += 1
        if self.refuses_connection:
            raise self.refuses_connection

    def close(self):
        pass

    def send_messages(self, mails):
        self.given += mails
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer


@pytest.fixture
def server(monkeypatch):
    return Server(monkeypatch)


def refused(code):
    return smtplib.SMTPRecipientsRefused({"robin@example.org": (code, b"No <robin@example.org> here")})


def state_of(message):
    return Message.objects.get(pk=message.pk).state


def test_a_due_message_is_sent_once(world):
    message = MessageFactory()

    sent = [dispatch_due(now=NOW), dispatch_due(now=NOW)]

    message.refresh_from_db()
    assert sent == [1, 0]
    assert len(mail.outbox) == 1
    assert (message.state, message.sent_at, message.attempts, message.lease_owner) == (MessageState.SENT, NOW, 1, "")


def test_a_message_is_not_sent_before_it_is_due(world):
    message = MessageFactory(due_at=NOW + timedelta(seconds=1))

    dispatch_due(now=NOW)

    assert state_of(message) == MessageState.PENDING
    assert mail.outbox == []


def test_account_mail_goes_first(world):
    MessageFactory.create_batch(25, due_at=NOW - timedelta(hours=1))
    code = MessageFactory(kind="test_code", priority=10)

    dispatch_due(now=NOW)

    assert mail.outbox[0].extra_headers["Message-ID"] == code.message_id


def test_a_kind_lends_its_priority_to_its_messages(world):
    enqueue([Draft(key="k", kind="test_code", recipient_id=PersonFactory().pk, due_at=NOW)], now=NOW)

    assert Message.objects.get().priority == 10


def test_a_message_leased_elsewhere_is_left_alone_until_the_lease_ends(world):
    message = MessageFactory(leased=True)

    before = dispatch_due(now=NOW + LEASE)
    after = dispatch_due(now=NOW + LEASE + timedelta(seconds=1))

    message.refresh_from_db()
    assert (before, after) == (0, 1)
    assert (message.state, message.attempts) == (MessageState.SENT, 2)


def test_a_lease_taken_before_the_clock_was_set_back_holds_nobody_up(world):
    message = MessageFactory(due_at=NOW - timedelta(days=1))
    leases.claim(now=NOW, owner="died under another clock")

    a_little_back = dispatch_due(now=NOW - LEASE)  # clocks of two machines may differ by as much
    far_back = dispatch_due(now=NOW - timedelta(hours=2))

    assert (a_little_back, far_back) == (0, 1)
    assert state_of(message) == MessageState.SENT


def test_being_claimed_by_a_dispatcher_that_dies_costs_no_attempt(world):
    message = MessageFactory()
    for hours in range(MAX_ATTEMPTS + 1):
        leases.claim(now=NOW + timedelta(hours=hours), owner=f"dies-{hours}")

    dispatch_due(now=NOW + timedelta(days=1))

    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)


def test_who_lost_the_lease_neither_sends_nor_settles(world):
    message = MessageFactory()
    (mine,) = leases.claim(now=NOW, owner="first")
    (theirs,) = leases.claim(now=NOW + LEASE + timedelta(seconds=1), owner="second")

    held = leases.hold(mine, now=NOW + LEASE + timedelta(seconds=2))
    settled = leases.mark_failed(mine, code=550, error="late")

    assert (held, settled) == (False, False)
    assert leases.hold(theirs, now=NOW + LEASE + timedelta(seconds=2)) is True
    assert state_of(message) == MessageState.SENDING


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda message, world: world.unwanted.add(message.pk), "no longer wanted"),
        (lambda message, world: UnsubscriptionFactory(person=message.recipient), "unsubscribed"),
        (lambda message, world: Message.objects.update(expires_at=NOW), "expired"),
        (
            lambda message, world: set_recipient(message, is_active=False, closed_at=NOW),
            "the recipient cannot be reached",
        ),
        (lambda message, world: set_recipient(message, email=None), "the recipient cannot be reached"),
    ],
)
def test_a_message_nobody_needs_becomes_obsolete(world, change, reason):
    message = MessageFactory(secret=seal("493028"))
    change(message, world)

    dispatch_due(now=NOW)

    message.refresh_from_db()
    assert (message.state, message.error, message.secret) == (MessageState.OBSOLETE, reason, "")
    assert mail.outbox == []


def set_recipient(message, **changes):
    type(message.recipient).objects.filter(pk=message.recipient_id).update(**changes)


def test_unsubscribing_from_one_kind_leaves_other_kinds_and_other_people(world):
    robin = PersonFactory()
    UnsubscriptionFactory(person=robin)
    code = MessageFactory(recipient=robin, kind="test_code")
    other = MessageFactory()

    dispatch_due(now=NOW)

    assert [state_of(code), state_of(other)] == [MessageState.SENT, MessageState.SENT]


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (refused(550), MessageState.FAILED, 550),
        (refused(451), MessageState.PENDING, 451),
        (refused(421), MessageState.PENDING, 421),
        (smtplib.SMTPDataError(554, b"Looks like spam"), MessageState.FAILED, 554),
        (smtplib.SMTPDataError(452, b"Out of space"), MessageState.PENDING, 452),
        (smtplib.SMTPSenderRefused(552, b"Too big", "us@example.org"), MessageState.FAILED, 552),
        (smtplib.SMTPSenderRefused(451, b"Later", "us@example.org"), MessageState.PENDING, 451),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), MessageState.FAILED, None),
        (smtplib.SMTPServerDisconnected("gone"), MessageState.PENDING, None),
        (TimeoutError("slow"), MessageState.PENDING, None),
        (ConnectionResetError(), MessageState.PENDING, None),
        (RuntimeError("a bug"), MessageState.PENDING, None),
    ],
)
def test_what_the_server_says_decides_whether_there_is_another_attempt(world, server, answer, state, code):
    message, other = MessageFactory.create_batch(2)
    server.answers = [answer]

    sent = dispatch_due(now=NOW)

    message.refresh_from_db()
    assert sent == 1
    assert (message.state, message.smtp_code, message.attempts) == (state, code, 1)
    assert "@" not in message.error
    assert message.error != ""
    assert state_of(other) == MessageState.SENT


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPAuthenticationError(535, b"Bad credentials"),
        smtplib.SMTPConnectError(421, b"Busy"),
        OSError("unknown host"),
    ],
)
def test_a_server_out_of_reach_costs_no_attempt(world, server, trouble):
    message, other = MessageFactory.create_batch(2)
    server.refuses_connection = trouble

    sent = dispatch_due(now=NOW)

    message.refresh_from_db()
    assert (sent, server.opened) == (0, 1)
    assert (message.state, message.attempts, message.next_attempt_at) == (MessageState.PENDING, 0, NOW)
    assert state_of(other) == MessageState.PENDING


def test_a_refused_sender_costs_no_attempt_and_stops_the_batch(world, server):
    MessageFactory.create_batch(2)
    server.answers = [smtplib.SMTPSenderRefused(550, b"Not allowed", "us@example.org")]

    dispatch_due(now=NOW)

    assert list(Message.objects.values_list("state", "attempts")) == [(MessageState.PENDING, 0)] * 2
    assert len(server.given) == 1


def test_pauses_grow_and_the_eighth_attempt_is_the_last(world, server):
    message = MessageFactory()
    moments, now = [], NOW

    for _ in range(MAX_ATTEMPTS):
        server.answers = [refused(451)]
        dispatch_due(now=now)
        message.refresh_from_db()
        moments.append(now)
        now = message.next_attempt_at

    pauses = [(after - before).total_seconds() / 60 for before, after in pairwise(moments)]
    assert message.state == MessageState.FAILED
    assert all(
        0.8 * asked <= pause <= 1.2 * asked for asked, pause in zip([1, 5, 15, 60, 240, 720, 720], pauses, strict=True)
    )
    assert len(server.given) == MAX_ATTEMPTS


def test_the_pause_is_the_same_for_the_same_message_and_differs_between_messages(world):
    first, second = MessageFactory.build(attempts=1), MessageFactory.build(attempts=1)

    assert leases._pause(first) == leases._pause(first)
    assert leases._pause(first) != leases._pause(second)


def test_a_message_that_would_be_too_late_is_given_up_at_once(world, server):
    message = MessageFactory(expires_at=NOW + timedelta(seconds=40))
    server.answers = [refused(451)]

    dispatch_due(now=NOW)

    assert state_of(message) == MessageState.FAILED


def test_a_message_whose_sender_always_dies_is_given_up(world):
    message = MessageFactory(leased=True, attempts=MAX_ATTEMPTS, due_at=NOW - timedelta(hours=1))

    dispatch_due(now=NOW)

    assert state_of(message) == MessageState.FAILED
    assert mail.outbox == []


def test_one_broken_mail_stops_nobody_else_and_tells_nobody_an_address(world, caplog):
    broken, fine = MessageFactory.create_batch(2)
    world.broken.add(broken.pk)

    sent = dispatch_due(now=NOW)

    broken.refresh_from_db()
    assert sent == 1
    assert (broken.state, broken.error) == (MessageState.PENDING, "the mail could not be written (KeyError)")
    assert state_of(fine) == MessageState.SENT


def test_a_kind_nobody_registered_is_tried_again_later(world):
    message = MessageFactory(kind="from_a_newer_version")

    dispatch_due(now=NOW)

    assert state_of(message) == MessageState.PENDING


def test_one_connection_serves_a_batch_and_is_opened_anew_after_trouble(world, server):
    MessageFactory.create_batch(20)
    server.answers = [None, None, TimeoutError()]

    dispatch_due(now=NOW)

    assert server.opened == 2
    assert len(server.given) == 20


def test_asked_to_stop_it_finishes_the_message_in_hand_and_gives_back_the_rest(world):
    MessageFactory.create_batch(5)

    sent = deliver_due(clock=lambda: NOW, should_stop=lambda: len(mail.outbox) == 2)

    assert sent == 2
    assert list(Message.objects.values_list("state", "attempts").order_by("pk")) == [
        *[(MessageState.SENT, 1)] * 2,
        *[(MessageState.PENDING, 0)] * 3,
    ]


def test_account_mail_does_not_wait_for_the_rest_of_a_batch_that_takes_long(world, monkeypatch):
    monkeypatch.setattr("notifications.delivery.BATCH_SECONDS", 0.0)
    MessageFactory.create_batch(5, due_at=NOW - timedelta(hours=1))
    asked = []

    def ask_for_a_code(_message):
        if not asked:
            asked.append(MessageFactory(kind="test_code", priority=10))

    world.meanwhile = ask_for_a_code
    dispatch_due(now=NOW)

    order = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert len(order) == 6
    assert order.index(asked[0].message_id) == 1
    assert set(Message.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1)}


def test_a_mail_goes_to_the_address_its_recipient_has_when_it_leaves(world):
    first, second = MessageFactory.create_batch(2)

    def move(message):
        if message.pk == first.pk:
            set_recipient(second, email="new@example.org", name="Robin Moved", language="fr")

    world.meanwhile = move
    dispatch_due(now=NOW)

    assert mail.outbox[1].to == ["Robin Moved <new@example.org>"]
    assert 'lang="fr"' in mail.outbox[1].alternatives[0][0]


def test_who_stops_mails_while_a_batch_is_under_way_gets_none_of_the_rest(world):
    first, second = MessageFactory.create_batch(2)

    def stop(message):
        if message.pk == first.pk:
            UnsubscriptionFactory(person=second.recipient)

    world.meanwhile = stop
    dispatch_due(now=NOW)

    assert [state_of(first), state_of(second)] == [MessageState.SENT, MessageState.OBSOLETE]


def test_a_mail_takes_three_statements_besides_what_its_kind_asks(world, django_assert_max_num_queries):
    MessageFactory.create_batch(50)

    with django_assert_max_num_queries(50 * 3 + 15):  # this kind asks nothing of its own
        dispatch_due(now=NOW)

    assert len(mail.outbox) == 50


def test_an_idle_outbox_costs_one_query_and_no_lock(world, django_assert_num_queries):
    MessageFactory(sent=True)

    with django_assert_num_queries(1) as queries:
        dispatch_due(now=NOW)

    assert queries.captured_queries[0]["sql"].startswith("SELECT")


def test_no_transaction_is_open_while_the_server_talks(world, server, django_db_blocker, transactional_db):
    MessageFactory()
    server.send_messages = lambda mails: server.given.append(transaction.get_connection().in_atomic_block)

    dispatch_due(now=NOW)

    assert server.given == [False]


def test_the_code_is_sealed_while_it_waits_and_cleared_when_sent(world):
    enqueue(
        [Draft(key="code", kind="test_code", recipient_id=PersonFactory().pk, due_at=NOW, secret="493028")], now=NOW
    )
    message = Message.objects.get()

    waiting = message.secret
    dispatch_due(now=NOW)

    message.refresh_from_db()
    assert "493028" not in waiting
    assert unseal(waiting) == "493028"
    assert (message.state, message.secret) == (MessageState.SENT, "")


def test_a_sealed_text_survives_a_new_key_with_the_old_one_as_fallback(settings):
    sealed = seal("493028")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key"

    assert unseal(sealed) == "493028"


def test_planning_twice_gives_one_message(world):
    draft = Draft(key="remind:7:3", kind="test_greeting", recipient_id=PersonFactory().pk, due_at=NOW)

    enqueue([draft], now=NOW)
    enqueue([draft, draft], now=NOW)

    assert list(Message.objects.values_list("dedupe_key", flat=True)) == ["remind:7:3"]


def test_planning_many_again_stores_the_missing_ones_and_writes_nothing_else(world, django_assert_num_queries):
    person = PersonFactory().pk
    drafts = [Draft(key=f"remind:{n}:3", kind="test_greeting", recipient_id=person, due_at=NOW) for n in range(600)]
    enqueue(drafts[::2], now=NOW)
    Message.objects.update(state=MessageState.CANCELLED)

    enqueue_owed(drafts, now=NOW)
    with django_assert_num_queries(2):  # two questions, and no insert
        enqueue_owed(drafts, now=NOW)

    states = dict(Message.objects.values_list("dedupe_key", "state"))
    assert states.keys() == {draft.key for draft in drafts}
    assert {states[draft.key] for draft in drafts[::2]} == {MessageState.CANCELLED}
    assert {states[draft.key] for draft in drafts[1::2]} == {MessageState.PENDING}


def test_withdrawing_cancels_what_waits_and_nothing_else(world):
    waiting = MessageFactory(dedupe_key="invite:7:1", secret=seal("1"))
    sent = MessageFactory(dedupe_key="invite:7:2", sent=True)
    other = MessageFactory(dedupe_key="invite:8:1")

    withdrawn = withdraw(key_prefix="invite:7:")
    dispatch_due(now=NOW)

    assert withdrawn == 1
    assert [state_of(each) for each in (waiting, sent, other)] == [
        MessageState.CANCELLED,
        MessageState.SENT,
        MessageState.SENT,
    ]


def test_old_messages_are_purged_and_open_ones_never(world):
    long_ago = NOW - services.KEEP_MESSAGES - timedelta(seconds=1)
    MessageFactory(sent=True, due_at=long_ago)
    MessageFactory(dead=True, due_at=long_ago)
    kept = [MessageFactory(due_at=long_ago), MessageFactory(sent=True)]

    purged = [services.purge(now=NOW), services.purge(now=NOW)]

    assert purged == [2, 0]
    assert list(Message.objects.order_by("pk")) == kept


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "message_state_known"),
        ({"state": "sent"}, "message_sent_at_when_sent"),
        ({"sent_at": NOW}, "message_sent_at_when_sent"),
        ({"state": "sending"}, "message_leased_while_sending"),
        ({"lease_until": NOW}, "message_leased_while_sending"),
        ({"state": "failed", "secret": "code"}, "message_keeps_no_secret_afterwards"),
    ],
)
def test_the_database_refuses_impossible_messages(changes, constraint):
    message = MessageFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changes)


def test_a_second_message_of_the_same_key_a_second_unsubscription_and_a_second_pause_are_refused():
    message, unsubscription = MessageFactory(), UnsubscriptionFactory()
    PauseFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(dedupe_key=message.dedupe_key)
    with pytest.raises(IntegrityError), transaction.atomic():
        UnsubscriptionFactory(person=unsubscription.person)
    with pytest.raises(IntegrityError, match="channel"), transaction.atomic():
        PauseFactory()


def test_a_server_that_cannot_be_reached_says_so_without_its_own_words(server):
    server.refuses_connection = smtplib.SMTPAuthenticationError(535, b"robin@example.org is not known")

    with pytest.raises(ServerUnavailable) as caught:
        MailServer().hand_over(mail.EmailMessage())

    assert str(caught.value) == "the mail server does not let us in (535)"
