"""Posts through the real outbox to a real HTTPS server, with every kind of trouble a chat can make."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django import db
from django.conf import settings
from django.db import IntegrityError, transaction

from core.models import AuditEvent
from notifications.chat import connection, events, hooks
from notifications.chat.delivery import _stop
from notifications.chat.events import ChatEvent, Post
from notifications.chat.models import ChatHook, ChatTrouble
from notifications.delivery import dispatch_due
from notifications.models import MAX_ATTEMPTS, Channel, Message, MessageState, Pause
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import ChatHookFactory, MessageFactory, PauseFactory
from tests.notifications.chat_server import HOST, answer, chat_server

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


class News:
    """What the test event says, and whether it is wanted, for a test to change."""

    wanted = True
    broken = False

    def compose(self, message, now):
        if self.broken:
            raise KeyError("robin@example.org")
        return Post(f"News {message.params['number']}", ["@everyone"], "https://table.example/p/x/")


@pytest.fixture
def news(monkeypatch):
    news = News()
    monkeypatch.setattr(events, "_events", {})
    events.register_event(ChatEvent("test_news", "News", news.compose, lambda _message, _now: news.wanted))
    events.register_event(ChatEvent("test", "A test", lambda *_: Post("A test"), is_offered=False))
    return news


class Network:
    """What names resolve to, and which connections were opened."""

    SOCK_STREAM = socket.SOCK_STREAM

    def __init__(self):
        self.known = {HOST: ["127.0.0.1"]}
        self.asked, self.opened = [], []

    def getaddrinfo(self, host, port, **kwargs):
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror
        return [found for address in self.known[host] for found in socket.getaddrinfo(address, port, **kwargs)]

    def socket(self, *args):
        self.opened.append(args)
        return socket.socket(*args)


@pytest.fixture
def network(monkeypatch):
    network = Network()
    monkeypatch.setattr(connection, "socket", network)
    return network


@pytest.fixture
def chat(tmp_path, settings, monkeypatch, network, news):
    with chat_server(tmp_path) as server:
        settings.CHAT_HOSTS = [server.place]
        settings.CHAT_PRIVATE_NETWORKS = ["127.0.0.1/32"]
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        yield server


@pytest.fixture
def hook(chat):
    return ChatHookFactory(url=chat.url)


def owe(number=1, now=NOW, **given):
    hooks.announce(
        "test_news",
        partnership_id=1,
        facts=str(number),
        params={"number": number},
        now=now,
        expires_at=now + DAY,
        **given,
    )
    return Message.objects.get(dedupe_key__startswith=f"chat:test_news:{number}:")


def after(message):
    message.refresh_from_db()
    return message


def test_a_post_goes_out_once_and_is_noted(chat, hook, network):
    message = owe()
    owe()

    assert dispatch_due(now=NOW) == 1
    assert dispatch_due(now=NOW + DAY) == 0
    assert Message.objects.count() == 1
    assert (after(message).state, message.smtp_code, message.sent_at) == (MessageState.SENT, 200, NOW)
    assert chat.bodies == [{"text": "News 1\n@\u200beveryone\nhttps://table.example/p/x/"}]
    head = chat.requests[0][0].split("\r\n")
    assert head[0] == "POST /hooks/secret-WXYZ HTTP/1.1"
    assert f"Host: {chat.place}" in head
    assert "Content-Type: application/json" in head
    assert network.asked == [HOST]
    assert len(network.opened) == 1


def test_it_speaks_the_language_of_the_chat(chat, hook):
    ChatHook.objects.update(language="fr", app="teams")
    owe()

    dispatch_due(now=NOW)

    card = chat.bodies[0]["attachments"][0]["content"]
    assert card["actions"][0]["title"] == "Ouvrir la page"


def test_only_chats_of_this_partnership_that_want_the_event_and_are_on(hook):
    ChatHookFactory(events=[])
    ChatHookFactory(is_active=False)
    ChatHookFactory(partnership_id=2)

    owe()

    assert list(Message.objects.values_list("hook", flat=True)) == [hook.pk]
    assert hooks.listening("test_news") == {1, 2}


@pytest.mark.parametrize("status", [201, 202, 204])
def test_every_kind_of_yes_is_one(chat, hook, status):
    chat.answers.append(answer(status, body=""))
    message = owe()

    assert dispatch_due(now=NOW) == 1
    assert after(message).smtp_code == status


def test_an_interim_answer_is_read_over(chat, hook):
    chat.answers.append(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + answer(404))
    owe()

    dispatch_due(now=NOW)

    assert ChatHook.objects.get().trouble == ChatTrouble.GONE


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", timedelta(seconds=7)), ("0.5", timedelta(seconds=0.5)), ("1800", timedelta(minutes=30)),
     ("Wed, 04 Mar 2026 09:20:00 GMT", timedelta(minutes=20)), ("999999999", timedelta(hours=1)),
     ("9" * 40, timedelta(hours=1)), ("soon", timedelta(minutes=1)), ("", timedelta(minutes=1))],
)  # fmt: skip
def test_a_chat_that_has_too_much_gets_the_pause_it_asks_for(chat, hook, header, wait):
    chat.answers.append(answer(429, f"Retry-After: {header}\r\n" if header else ""))
    first, second = owe(1), owe(2)

    dispatch_due(now=NOW)

    assert chat.connections == 1
    assert (after(first).state, first.attempts, first.smtp_code) == (MessageState.PENDING, 1, 429)
    assert first.next_attempt_at >= NOW + wait
    assert (after(second).state, second.attempts) == (MessageState.PENDING, 0)
    assert second.next_attempt_at == NOW + wait
    assert dispatch_due(now=NOW + wait + timedelta(minutes=2)) == 2


def test_a_pause_that_reaches_too_far_ahead_is_one_of_a_clock_that_was_wrong(chat, hook):
    ChatHook.objects.update(rests_until=NOW + timedelta(hours=2))
    owe()

    assert dispatch_due(now=NOW) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_trouble_of_the_chat_is_waited_out(chat, hook, status):
    chat.answers.append(answer(status))
    message = owe()

    assert dispatch_due(now=NOW) == 0
    assert (after(message).state, message.smtp_code) == (MessageState.PENDING, status)
    assert ChatHook.objects.get().is_active
    assert dispatch_due(now=NOW + timedelta(minutes=2)) == 1


def test_trouble_that_lasts_is_given_up_when_the_post_is_too_old(chat, hook):
    chat.answers.extend([answer(500)] * 20)
    message = owe()

    for minutes in range(0, 3 * 24 * 60, 30):
        dispatch_due(now=NOW + timedelta(minutes=minutes))

    assert after(message).state in (MessageState.FAILED, MessageState.OBSOLETE)
    assert 4 <= chat.connections <= 8


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(404, ChatTrouble.GONE), (410, ChatTrouble.GONE), (401, ChatTrouble.REFUSED), (403, ChatTrouble.REFUSED)],
)
def test_a_chat_that_is_gone_is_paused_with_a_sentence(chat, hook, status, trouble):
    chat.answers.append(answer(status))
    first, second = owe(1), owe(2)

    dispatch_due(now=NOW)
    hooks.announce("test_news", partnership_id=1, facts="3", params={}, now=NOW, expires_at=NOW + DAY)

    hook.refresh_from_db()
    assert (hook.is_active, hook.trouble) == (False, trouble)
    assert (after(first).state, first.smtp_code, first.error) == (MessageState.FAILED, status, str(trouble.label))
    assert (after(second).state, chat.connections) == (MessageState.OBSOLETE, 1)
    assert Message.objects.count() == 2
    assert AuditEvent.objects.get().verb == "chat.stopped"


def test_an_address_entered_meanwhile_is_not_to_blame_for_the_old_one(chat, hook):
    message = owe()
    ChatHook.objects.update(sealed_url=ChatHookFactory.build(url=chat.url).sealed_url)

    _stop(message, hook, ChatTrouble.GONE, now=NOW)

    assert ChatHook.objects.get().is_active


def test_what_waits_for_the_new_address_goes_there(chat, hook, monkeypatch):
    first, second = owe(1), owe(2)
    really = connection.post

    def post(address, body):
        monkeypatch.setattr(connection, "post", really)
        ChatHook.objects.update(sealed_url=ChatHookFactory.build(url=chat.url).sealed_url)
        return connection.Answer(404)

    monkeypatch.setattr(connection, "post", post)

    assert dispatch_due(now=NOW) == 2
    assert [after(one).state for one in (first, second)] == [MessageState.SENT] * 2
    assert chat.connections == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(chat, hook, status):
    chat.answers.append(answer(status, f"Location: https://{chat.place}/elsewhere\r\n"))
    owe()

    dispatch_due(now=NOW)

    assert chat.connections == 1
    assert ChatHook.objects.get().trouble == ChatTrouble.MOVED


def test_a_post_that_is_refused_does_not_stop_the_next(chat, hook):
    chat.answers.append(answer(400))
    first, second = owe(1), owe(2)

    assert dispatch_due(now=NOW) == 1
    assert (after(first).state, after(second).state) == (MessageState.FAILED, MessageState.SENT)
    assert ChatHook.objects.get().is_active


@pytest.mark.parametrize(
    "trouble",
    [
        lambda connection: time.sleep(2),
        lambda connection: connection.close(),
        lambda connection: connection.sendall(b"HTTP/1.1 200"),
        lambda connection: connection.sendall(b"220 mail.example.org ESMTP\r\n\r\n"),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40_000),
        lambda connection: connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 9),
        lambda connection: [connection.sendall(b"H") or time.sleep(0.1) for _ in range(30)],
    ],
    ids=["silent", "closed", "cut", "smtp", "endless head", "endless hints", "drip"],
)
def test_whatever_is_no_answer_is_tried_again_and_soon_over(chat, hook, trouble, monkeypatch):
    monkeypatch.setattr(connection, "PATIENCE", 1.0)
    chat.answers.append(trouble)
    first, second = owe(1), owe(2)
    began = time.monotonic()

    assert dispatch_due(now=NOW) == 0
    assert time.monotonic() - began < 1.9
    assert (after(first).state, first.attempts) == (MessageState.PENDING, 1)
    assert (after(second).attempts, second.next_attempt_at) == (0, NOW + timedelta(minutes=1))
    assert dispatch_due(now=NOW + timedelta(minutes=2)) == 2


def test_a_host_that_hangs_rests_for_all_who_post_there_and_for_nobody_else(chat, hook, settings):
    settings.CHAT_HOSTS = [*settings.CHAT_HOSTS, "down.example.org"]
    ChatHook.objects.update(partnership_id=3)
    down = [ChatHookFactory(url=f"https://down.example.org/{n}-abcd", partnership_id=n) for n in (1, 2)]
    for n in (1, 2, 3):
        hooks.announce("test_news", partnership_id=n, facts="x", params={"number": n}, now=NOW, expires_at=NOW + DAY)

    assert dispatch_due(now=NOW) == 1
    resting = set(ChatHook.objects.filter(rests_until__isnull=False))
    assert resting == set(down)
    assert chat.bodies[0]["text"].startswith("News 3")


def test_mail_goes_before_chat(chat, hook, world):
    owe()
    mail = MessageFactory(due_at=NOW)

    order = list(Message.objects.claimable(now=NOW).order_by("-priority", "pk").values_list("channel", flat=True))

    assert order == [Channel.MAIL, Channel.CHAT]
    assert dispatch_due(now=NOW) == 2
    assert after(mail).state == MessageState.SENT


# -- Where a post must not go -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], ["127.0.0.2"], ["::1"], ["::ffff:10.0.0.1"], ["8.8.8.8", "192.168.0.1"]],
)
def test_a_name_that_leads_into_a_private_network_is_not_connected_to(chat, hook, network, addresses):
    network.known[HOST] = addresses
    message = owe()

    dispatch_due(now=NOW)

    hook.refresh_from_db()
    assert (hook.is_active, hook.trouble) == (False, ChatTrouble.PRIVATE)
    assert after(message).state == MessageState.FAILED
    assert network.opened == []


def test_the_connection_goes_to_what_was_looked_at(chat, hook, network, monkeypatch):
    """A name that answers differently the second time leads nowhere: nothing asks a second time."""
    resolve = network.getaddrinfo

    def rebind(*args, **kwargs):
        found = resolve(*args, **kwargs)
        network.known[HOST] = ["10.0.0.1"]
        return found

    monkeypatch.setattr(network, "getaddrinfo", rebind)
    owe()

    assert dispatch_due(now=NOW) == 1
    assert network.asked == [HOST]


def test_the_next_address_is_tried_where_nobody_answers_at_the_first(chat, hook, network, settings):
    settings.CHAT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    network.known[HOST] = ["127.0.0.9", "127.0.0.1"]
    owe()

    assert dispatch_due(now=NOW) == 1
    assert len(network.opened) == 2


def test_a_host_that_is_no_longer_allowed_gets_nothing(chat, hook, settings):
    settings.CHAT_HOSTS = []
    owe()

    dispatch_due(now=NOW)

    assert chat.connections == 0
    assert ChatHook.objects.get().trouble == ChatTrouble.NOT_ALLOWED


def test_a_name_nobody_knows_is_tried_again(chat, hook, network):
    del network.known[HOST]
    message = owe()

    dispatch_due(now=NOW)

    assert (after(message).state, message.error) == (MessageState.PENDING, "The name of the chat’s host is not known.")


def test_a_certificate_we_do_not_trust_gets_nothing(chat, hook, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    message = owe()

    dispatch_due(now=NOW)

    assert chat.requests == []
    assert after(message).error == "The certificate of the chat’s host is not valid."


def test_a_certificate_for_another_name_gets_nothing(chat, hook, network, settings):
    network.known["other.example.org"] = ["127.0.0.1"]
    settings.CHAT_HOSTS = [f"other.example.org:{chat.port}"]
    other = ChatHookFactory(url=f"https://other.example.org:{chat.port}/abcd")
    ChatHook.objects.exclude(pk=other.pk).delete()
    message = owe()

    dispatch_due(now=NOW)

    assert chat.requests == []
    assert after(message).error == "The certificate of the chat’s host is not valid."


def test_an_address_sealed_under_a_lost_key_is_asked_for_again(chat, hook, settings):
    settings.SECRET_KEY = "another" * 10
    owe()

    dispatch_due(now=NOW)

    assert ChatHook.objects.get().trouble == ChatTrouble.UNREADABLE


# -- What is not posted any more --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda news: ChatHook.objects.update(is_active=False), "The chat was switched off."),
        (lambda news: ChatHook.objects.update(events=[]), "The chat does not want to hear this any more."),
        (lambda news: setattr(news, "wanted", False), "It was no longer true."),
        (lambda news: Message.objects.update(expires_at=NOW), "It came too late."),
    ],
)
def test_what_is_not_wanted_any_more_stays_behind(chat, hook, news, change, reason):
    message = owe()
    change(news)

    assert dispatch_due(now=NOW) == 0
    assert (after(message).state, message.error) == (MessageState.OBSOLETE, reason)
    assert chat.connections == 0


def test_a_post_that_cannot_be_written_is_tried_again_and_tells_no_names(chat, hook, news):
    news.broken = True
    message = owe()

    dispatch_due(now=NOW)

    assert (after(message).state, message.error) == (MessageState.PENDING, "The post could not be written.")
    news.broken = False
    assert dispatch_due(now=NOW + timedelta(minutes=2)) == 1


def test_an_address_leaves_no_trace_in_any_log_or_row(chat, hook, caplog):
    caplog.set_level("DEBUG")
    chat.answers.extend([answer(500), answer(404)])
    owe()

    dispatch_due(now=NOW)
    dispatch_due(now=NOW + timedelta(minutes=2))

    rows = [str(row) for model in (ChatHook, Message, AuditEvent) for row in model.objects.values()]
    told = [*rows, *(record.getMessage() + str(record.exc_info) for record in caplog.records)]
    assert len(told) >= 4
    assert [one for one in told if "secret-" in one] == []


# -- Tests and rows ---------------------------------------------------------------------------------------------------
def test_a_test_goes_out_also_where_nothing_else_does(chat, hook):
    ChatHook.objects.update(is_active=False, trouble=ChatTrouble.GONE, events=[], rests_until=NOW + DAY)

    hooks.send_test(hook=hook, by_id=None, now=NOW)

    assert dispatch_due(now=NOW) == 1
    assert chat.bodies == [{"text": "A test"}]
    assert ChatHook.objects.get().trouble == ChatTrouble.GONE


def test_a_removed_chat_takes_its_messages_with_it(hook):
    owe()

    hooks.remove_hook(hook=hook, by_id=None, now=NOW)

    assert not Message.objects.exists()
    assert dispatch_due(now=NOW) == 0


@pytest.mark.parametrize("wrong", [
    {"channel": "chat"}, {"hook": True}, {"channel": "chat", "hook": True}, {"recipient": None}, {"channel": "fax"},
    {"channel": "chat", "hook": True, "recipient": None, "expires_at": None},
])  # fmt: skip
def test_a_message_goes_to_a_person_or_to_a_chat(wrong):
    if "hook" in wrong:
        wrong = wrong | {"hook": ChatHookFactory()}
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(**{"recipient": PersonFactory(), "expires_at": NOW + DAY} | wrong)


@pytest.mark.parametrize("wrong", [
    {"app": "icq"}, {"label": ""}, {"host": ""}, {"sealed_url": ""}, {"sealed_url": "https://chat.example.org/x"},
    {"trouble": "gone"}, {"trouble": "tired", "is_active": False},
])  # fmt: skip
def test_impossible_chats_cannot_be_stored(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ChatHookFactory(**wrong)


def test_chats_go_on_while_mail_rests_and_none_tries_whether_mail_is_back(chat, hook, world):
    PauseFactory(since=NOW, until=NOW + timedelta(minutes=5))
    mail, message = MessageFactory(due_at=NOW), owe()

    assert dispatch_due(now=NOW) == 1
    assert (after(mail).state, after(message).state) == (MessageState.PENDING, MessageState.SENT)

    late = owe(2)
    assert dispatch_due(now=NOW + timedelta(minutes=6)) == 2
    assert (after(mail).state, after(late).state) == (MessageState.SENT, MessageState.SENT)


def test_chats_go_on_after_a_rest_when_no_mail_is_due_to_try_with(chat, hook, world):
    PauseFactory(since=NOW, until=NOW + timedelta(minutes=5))
    message = owe()

    assert dispatch_due(now=NOW + timedelta(minutes=6)) == 1
    assert after(message).state == MessageState.SENT
    assert Pause.objects.exists()


# -- Dispatchers that die, and many at once ---------------------------------------------------------------------------
class Killed(BaseException):
    """What no handler catches, as a kill is."""


def test_a_dispatcher_that_dies_before_posting_loses_nothing(chat, hook, monkeypatch):
    message = owe()
    with monkeypatch.context() as patch:
        patch.setattr(connection, "post", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            dispatch_due(now=NOW)

    assert after(message).state == MessageState.SENDING
    assert dispatch_due(now=NOW + timedelta(seconds=60)) == 0  # the lease holds
    assert dispatch_due(now=NOW + timedelta(seconds=121)) == 1
    assert len(chat.bodies) == 1


def test_a_post_that_kills_every_dispatcher_is_given_up(chat, hook, monkeypatch):
    message = owe()
    monkeypatch.setattr(connection, "post", lambda *_: (_ for _ in ()).throw(Killed))
    at = NOW
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            dispatch_due(now=at)
        at += timedelta(seconds=121)

    assert dispatch_due(now=at) == 0
    assert after(message).state == MessageState.FAILED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection, in memory")
def test_dispatchers_side_by_side_post_each_thing_once(chat, hook):
    for number in range(30):
        owe(number)

    def run(_number):
        try:
            return dispatch_due(now=NOW)
        finally:
            db.connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(run, range(4)))

    assert sent == 30
    assert sorted(body["text"].split("\n")[0] for body in chat.bodies) == sorted(f"News {n}" for n in range(30))
