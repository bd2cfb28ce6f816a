from datetime import timedelta
from hashlib import sha256

import pytest
from bs4 import BeautifulSoup
from django.core import mail

from core import clock
from core.models import AuditEvent
from notifications import registry, tasks
from notifications.delivery import dispatch_due
from notifications.models import LONGEST_PAUSE, MAX_ATTEMPTS, Message, MessageState, Pause
from notifications.sealed_text import seal
from notifications.services import Draft, enqueue
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import DUE, HeartbeatFactory, MessageFactory, PauseFactory

pytestmark = pytest.mark.django_db
PATH, WAKE, SETTLE, LOG = "/staff/outbox/", "/staff/outbox/wake/", "/staff/outbox/settle/", "/staff/outbox/log/"


@pytest.fixture
def operator(client):
    client.operator = PersonFactory(is_staff=True)
    client.force_login(client.operator)
    return client


def beat(*, at):
    for name in ("dispatch", "plan", "housekeeping", "imports"):
        HeartbeatFactory(name=name, at=at)


def page_of(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def rows_of(page):
    return [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in page.select("tbody tr")]


# -- The page ---------------------------------------------------------------------------------------------------------
def test_operators_see_counts_loops_and_dead_letters(operator, world):
    now = clock.now()
    MessageFactory.create_batch(2, due_at=now - timedelta(minutes=20), error="the mail server answered 451")
    MessageFactory(sent=True)
    letter = MessageFactory(dead=True)
    beat(at=now)

    page = page_of(operator.get(PATH))

    rows = rows_of(page)
    assert rows[:6] == [
        ["Waiting", "2"],
        ["Being sent", "0"],
        ["Sent", "1"],
        ["Could not be sent", "1"],
        ["Cancelled", "0"],
        ["No longer needed", "0"],
    ]
    assert [(row[0], row[2]) for row in rows[6:10]] == [
        ("dispatch", "Working"),
        ("plan", "Working"),
        ("housekeeping", "Working"),
        ("imports", "Working"),
    ]
    assert [rows[10][0], rows[10][3], rows[10][4]] == [
        letter.recipient.email,
        "8",
        "the mail server refused the recipient (550)",
    ]
    assert "has been waiting for 20" in page.get_text()
    assert "the mail server answered 451 (test_greeting)" in page.get_text()


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_page_costs_the_same_for_one_dead_letter_and_for_many(operator, django_assert_num_queries, item_count):
    MessageFactory.create_batch(item_count, dead=True)

    with django_assert_num_queries(8):  # session, person, counts, beats, oldest, pause, last error, dead letters
        operator.get(PATH)


def test_nobody_else_sees_it(client, settings):
    settings.LOGIN_URL = "/sign-in/"

    anonymous = client.get(PATH)
    client.force_login(PersonFactory())

    assert (anonymous.status_code, anonymous["Location"].split("?")[0]) == (302, "/sign-in/")
    assert [client.get(PATH).status_code, client.get(LOG).status_code] == [403, 403]
    assert [client.post(WAKE).status_code, client.post(SETTLE).status_code] == [403, 403]


# -- Trying again -----------------------------------------------------------------------------------------------------
def test_try_now_ends_the_pause_for_the_next_round(operator, world):
    MessageFactory()
    pause = PauseFactory(since=clock.now())
    page = page_of(operator.get(PATH))
    tasks.dispatch_due()
    resting = len(mail.outbox)

    response = operator.post(WAKE)
    tasks.dispatch_due()

    assert page.select_one(f'form[action="{WAKE}"]')
    assert (response.status_code, resting, len(mail.outbox)) == (302, 0, 1)
    assert not Pause.objects.exists()
    written = AuditEvent.objects.get(verb="mail.woken")
    assert (written.actor_id, written.target_id) == (operator.operator.pk, str(pause.pk))


def test_without_a_pause_there_is_nothing_to_try_now(operator):
    page = page_of(operator.get(PATH))

    operator.post(WAKE)

    assert page.select(f'form[action="{WAKE}"]') == []
    assert not AuditEvent.objects.exists()


def test_a_dead_letter_tried_again_goes_out_at_once(operator, world):
    letter, other = MessageFactory.create_batch(2, dead=True)

    operator.post(SETTLE, {"message": letter.pk, "retry": ""})
    waiting = Message.objects.get(pk=letter.pk)
    tasks.dispatch_due()

    letter.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (MessageState.PENDING, 1)
    assert (letter.state, letter.attempts, letter.error) == (MessageState.SENT, 2, "")
    assert mail.outbox[0].extra_headers["Message-ID"] == letter.message_id
    assert Message.objects.get(pk=other.pk).state == MessageState.FAILED
    assert AuditEvent.objects.get().verb == "mail.retried"


def test_a_letter_given_up_is_nobodys_worry_any_more(operator):
    letter, other = MessageFactory.create_batch(2, dead=True)

    operator.post(SETTLE, {"message": letter.pk, "cancel": ""})

    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {letter.pk: MessageState.CANCELLED, other.pk: MessageState.FAILED}
    assert AuditEvent.objects.get().verb == "mail.given_up"


def test_a_digest_given_up_takes_with_it_what_it_carries(operator):
    digest = MessageFactory(dead=True)
    MessageFactory.create_batch(2, dead=True, carrier=digest)

    operator.post(SETTLE, {"message": digest.pk, "cancel": ""})

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.CANCELLED}


def test_all_dead_letters_at_once(operator):
    MessageFactory.create_batch(3, dead=True)
    MessageFactory(sent=True)

    operator.post(SETTLE, {"message": "all", "retry": ""})

    assert sorted(Message.objects.values_list("state", flat=True)) == ["pending"] * 3 + ["sent"]
    assert AuditEvent.objects.count() == 3


@pytest.mark.parametrize("trait", ["sent", "leased"])
def test_only_dead_letters_can_be_settled(operator, trait):
    message = MessageFactory(**{trait: True})
    before = Message.objects.filter(pk=message.pk).values().get()

    operator.post(SETTLE, {"message": message.pk, "retry": ""})
    operator.post(SETTLE, {"message": message.pk, "cancel": ""})

    assert Message.objects.filter(pk=message.pk).values().get() == before


@pytest.mark.parametrize("posted", [{}, {"message": "x", "retry": ""}, {"message": "all"}, {"retry": ""}])
def test_an_unclear_wish_changes_nothing(operator, posted):
    MessageFactory(dead=True)

    response = operator.post(SETTLE, posted)

    assert response.status_code == 302
    assert Message.objects.dead().count() == 1


def test_trying_again_what_nobody_needs_any_more_sends_nothing(operator, world):
    late = MessageFactory(dead=True, expires_at=DUE + timedelta(hours=1))

    operator.post(SETTLE, {"message": "all", "retry": ""})
    tasks.dispatch_due()

    assert Message.objects.get(pk=late.pk).state == MessageState.OBSOLETE
    assert mail.outbox == []


def test_a_code_that_was_given_up_never_goes_out_as_a_blank():
    with_code = MessageFactory(kind="login_code", secret=seal("493028"))
    without = MessageFactory(kind="login_code", attempts=MAX_ATTEMPTS - 1)

    dispatch_due(now=DUE)

    assert [Message.objects.get(pk=each.pk).state for each in (with_code, without)] == ["sent", "obsolete"]
    assert len(mail.outbox) == 1


# -- The log ----------------------------------------------------------------------------------------------------------
def test_the_log_can_be_narrowed_by_state_kind_and_partnership(operator, world, monkeypatch):
    monkeypatch.setattr(registry, "_namers", {"partnerships": lambda: {7: "Clean River", 8: "Safe Roads"}})
    wanted = MessageFactory(kind="test_code", partnership_id=7, sent=True)
    MessageFactory(kind="test_code", partnership_id=8, sent=True)
    MessageFactory(kind="test_code", partnership_id=7, dead=True)
    MessageFactory(partnership_id=7, sent=True)

    every = rows_of(page_of(operator.get(LOG)))
    found = rows_of(page_of(operator.get(LOG, {"state": "sent", "kind": "test_code", "partnership": "7"})))
    nonsense = rows_of(page_of(operator.get(LOG, {"state": "lost", "kind": "x", "partnership": "0", "after": "y"})))

    assert (len(every), len(nonsense)) == (4, 4)
    assert [row[1:5] for row in found] == [["Sent", "test_code", "Clean River", wanted.recipient.email]]


def test_page_by_page_the_log_shows_every_message_once_the_newest_first(operator, world):
    same_moment = MessageFactory.create_batch(70)
    newer = MessageFactory.create_batch(45, due_at=DUE + timedelta(hours=1))
    seen, url = [], LOG
    while url:
        page = page_of(operator.get(url))
        seen.append([row[4] for row in rows_of(page)])
        link = page.select_one("nav.pages a[rel=next]")
        url = LOG + link["href"] if link else None

    assert [len(part) for part in seen] == [50, 50, 15]
    assert {name for part in seen for name in part} == {each.recipient.email for each in (*same_moment, *newer)}
    assert set(seen[0][:45]) == {each.recipient.email for each in newer}


@pytest.mark.parametrize("item_count", [1, 60])
def test_the_log_costs_the_same_however_long_it_is(operator, django_assert_num_queries, item_count):
    MessageFactory.create_batch(item_count)
    beat(at=clock.now())

    with django_assert_num_queries(7):  # session, person, names, messages; beats, oldest and pause for the alarm
        operator.get(LOG)


def test_nobody_is_named_where_that_would_tell_who_has_not_answered(operator, world, monkeypatch):
    shy = MessageFactory(kind="shy")
    unknown = MessageFactory(kind="from_a_newer_version", dead=True)
    kind = registry.MailKind("shy", "x", "", compose=world.compose, names_recipient=False)
    monkeypatch.setitem(registry._kinds, "shy", kind)

    log, outbox = operator.get(LOG).content.decode(), operator.get(PATH).content.decode()

    assert log.count("we do not say who") == 2
    assert [each.recipient.email in log + outbox for each in (shy, unknown)] == [False, False]


def test_messages_of_one_moment_stand_in_no_order_that_people_have(operator, world):
    people = PersonFactory.create_batch(30)
    enqueue([Draft(f"greet:{each.pk}", "test_greeting", each.pk, due_at=DUE) for each in people], now=DUE)
    by_key = list(Message.objects.order_by("pk").values_list("recipient__email", flat=True))

    shown = [row[4] for row in rows_of(page_of(operator.get(LOG)))]

    assert sorted(shown) == sorted(by_key)
    assert shown not in (by_key, by_key[::-1])


def test_nobody_can_work_out_the_order_of_one_moment_from_the_facts(operator, world):
    """Who was asked as well knows from their own mail how keys are made, and so those of the others."""
    people = PersonFactory.create_batch(30)
    enqueue([Draft(f"greet:{each.pk}", "test_greeting", each.pk, due_at=DUE) for each in people], now=DUE)
    shown = [row[4] for row in rows_of(page_of(operator.get(LOG)))]
    guessed = sorted(people, key=lambda each: sha256(f"greet:{each.pk}".encode()).hexdigest())

    assert len(shown) == len(guessed)
    assert shown != [each.email for each in guessed]


# -- The banner of operators ------------------------------------------------------------------------------------------
def alarm_on(client):
    found = page_of(client.get("/ui/")).select_one("#main > .mb-4 .callout")
    return found.get_text(" ", strip=True) if found else ""


def test_operators_are_told_on_every_page_and_not_when_all_is_well(operator):
    now = clock.now()
    beat(at=now)
    well = alarm_on(operator)
    PauseFactory(since=now, until=now + LONGEST_PAUSE)
    resting = alarm_on(operator)
    Pause.objects.all().delete()
    MessageFactory(due_at=now - timedelta(minutes=16))
    late = alarm_on(operator)

    assert well == ""
    assert "does not let us in (535)" in resting
    assert "has been waiting for 16" in late


def test_a_silent_loop_is_named(operator):
    beat(at=clock.now() - timedelta(seconds=61))

    assert "“dispatch” is silent" in alarm_on(operator)


def test_others_are_told_nothing_about_loops(client):
    client.force_login(PersonFactory())
    PauseFactory(since=clock.now())

    assert page_of(client.get("/account/me/")).select("#main > .mb-4 .callout") == []
