"""What waits for its recipient, and what goes out together: as surely as a mail of its own, and as rarely twice."""

from dataclasses import replace
from datetime import time, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail

from notifications import leases, preferences, registry, services
from notifications.bundling import MOST_IN_ONE, bundle_kind, sort_out
from notifications.choices import ANY_RHYTHM, Rhythm
from notifications.delivery import deliver_due, dispatch_due
from notifications.models import Message, MessageState
from notifications.selectors import outbox_at, vitals_at
from notifications.services import Draft, enqueue, withdraw
from notifications.wishes import DAILY_DIGEST, SETTLING
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MailHoursFactory, PreferenceFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db
MORNING = NOW.replace(day=5, hour=8)  # the day after NOW


@pytest.fixture
def world(world):
    """Kinds that people may want in digests (test_greeting) or that come together (test_wave)."""
    known = registry._kinds
    greeting = replace(known["test_greeting"], rhythms=ANY_RHYTHM)
    wave = replace(greeting, name="test_wave", together="several_waves")
    several = bundle_kind("several_waves", description="Waves")
    digest = bundle_kind(DAILY_DIGEST, description="Every day")
    known |= {kind.name: kind for kind in (greeting, wave, several, digest)}
    return world


@pytest.fixture
def robin():
    return PersonFactory(time_zone="UTC", language="en")


def owe(person, *keys, kind="test_greeting", due_at=NOW, **fields):
    enqueue([Draft(key, kind, person.pk, due_at=due_at, **fields) for key in keys], now=due_at)


def states(*keys):
    rows = dict(Message.objects.values_list("dedupe_key", "state"))
    return [rows[key] for key in keys]


def daily(person):
    PreferenceFactory(person=person, rhythm=Rhythm.DAILY)


def test_a_digest_is_one_mail_with_everything_that_waits(world, robin):
    daily(robin)
    owe(robin, "one", "two")
    assert dispatch_due(now=NOW) == 0
    owe(robin, "three", due_at=NOW + timedelta(hours=3))

    early = dispatch_due(now=MORNING - timedelta(minutes=1))
    assert (early, dispatch_due(now=MORNING)) == (0, 1)

    assert states("one", "two", "three") == [MessageState.SENT] * 3
    (letter,) = mail.outbox
    assert letter.subject == "Outbox: A fine day, and 2 more"
    assert "3 things for you" in letter.body
    assert [words.count(", A fine day, ") for words in (letter.body, letter.alternatives[0][0])] == [3, 3]


def test_what_would_be_alone_in_a_digest_comes_as_itself(world, robin):
    daily(robin)
    owe(robin, "one")

    dispatch_due(now=MORNING)

    assert mail.outbox[0].subject == "Outbox: A fine day"
    assert not Message.objects.filter(kind=DAILY_DIGEST).exists()


def test_several_within_ten_minutes_are_one_mail_and_the_first_sets_the_time(world, robin):
    owe(robin, "one", kind="test_wave")
    assert dispatch_due(now=NOW) == 0
    owe(robin, "two", kind="test_wave", due_at=NOW + timedelta(minutes=9))
    dispatch_due(now=NOW + timedelta(minutes=9))

    assert dispatch_due(now=NOW + SETTLING) == 1
    assert states("one", "two") == [MessageState.SENT] * 2


def test_people_do_not_get_each_others_mails(world, robin):
    sascha = PersonFactory()
    owe(robin, "one", "two", kind="test_wave")
    owe(sascha, "three", "four", kind="test_wave")

    dispatch_due(now=NOW + SETTLING)

    assert sorted(one.to[0].rpartition(" ")[2] for one in mail.outbox) == sorted(
        f"<{person.email}>" for person in (robin, sascha)
    )
    assert Message.objects.filter(carrier__isnull=False).count() == 4
    assert not [row for row in Message.objects.exclude(carrier=None) if row.carrier.recipient_id != row.recipient_id]


def test_quiet_hours_hold_mail_back_but_not_what_would_expire_nor_a_code(world, robin):
    MailHoursFactory(person=robin, quiet_from=time(8), quiet_until=time(20))
    owe(robin, "waits")
    owe(robin, "cannot wait", expires_at=NOW + timedelta(hours=2))
    owe(robin, "code", kind="test_code")

    assert dispatch_due(now=NOW) == 2
    assert states("waits", "cannot wait", "code") == [MessageState.PENDING, MessageState.SENT, MessageState.SENT]
    assert dispatch_due(now=NOW.replace(hour=20)) == 1


def test_what_waits_for_its_recipient_is_not_late(world, robin):
    daily(robin)
    owe(robin, "one", "two")
    dispatch_due(now=NOW)

    assert not vitals_at(MORNING - timedelta(minutes=1)).is_late
    assert vitals_at(MORNING + timedelta(minutes=16)).is_late


def test_another_wish_applies_to_what_waits_already(world, robin):
    daily(robin)
    owe(robin, "one")
    dispatch_due(now=NOW)

    preferences.choose_rhythms(person_id=robin.pk, rhythms={"test_greeting": Rhythm.AT_ONCE}, now=NOW)

    assert dispatch_due(now=NOW) == 1


def test_what_is_not_wanted_any_more_leaves_the_digest_before_it_goes(world, robin):
    daily(robin)
    owe(robin, "wanted", "unwanted", "withdrawn", "other")
    owe(robin, "expired", expires_at=NOW + timedelta(days=2))
    world.unwanted = {Message.objects.get(dedupe_key="unwanted").pk}
    bundle(robin)
    withdraw(key_prefix="withdrawn")

    dispatch_due(now=NOW + timedelta(days=3))

    assert states("wanted", "unwanted", "withdrawn", "expired", "other") == [
        *(MessageState.SENT, MessageState.OBSOLETE, MessageState.CANCELLED, MessageState.OBSOLETE, MessageState.SENT),
    ]
    assert "2 things for you" in mail.outbox[0].body


def bundle(person, at=MORNING):
    """Up to the moment before the digest is handed over: it waits, and so does what it carries."""
    assert sort_out(leases.claim(now=at, owner="test"), now=at) == []
    return Message.objects.get(kind=DAILY_DIGEST, recipient=person)


def test_a_digest_of_which_nothing_is_left_is_not_sent(world, robin):
    daily(robin)
    owe(robin, "one", "two")
    bundle(robin)
    preferences.unsubscribe(person_id=robin.pk, kind="test_greeting", now=NOW)

    assert dispatch_due(now=MORNING) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.OBSOLETE}


def test_a_second_copy_has_the_same_message_id_and_the_same_contents(world, robin, monkeypatch):
    """The first copy was handed over; then the dispatcher died before it could write that down."""
    daily(robin)
    owe(robin, "one", "two")
    digest = bundle(robin)
    with monkeypatch.context() as dying:
        dying.setattr("notifications.leases.mark_sent", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            dispatch_due(now=MORNING)
    owe(robin, "three", due_at=MORNING + timedelta(seconds=1))

    later = MORNING + leases.LEASE + timedelta(seconds=1)
    dispatch_due(now=later)

    first, second = mail.outbox[:2]
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"] == digest.message_id
    assert [words.body.count("A fine day, ") for words in (first, second)] == [2, 2]
    assert states("one", "two") == [MessageState.SENT] * 2
    assert states("three") == [MessageState.PENDING]


def test_what_was_tried_by_itself_stays_by_itself(world, robin):
    """A copy may have arrived: another one must have the same Message-ID."""
    daily(robin)
    owe(robin, "tried", "new", "newer")
    Message.objects.filter(dedupe_key="tried").update(attempts=1)

    dispatch_due(now=MORNING)

    assert len(mail.outbox) == 2
    assert Message.objects.get(dedupe_key="tried").carrier is None


def test_what_another_dispatcher_has_only_claimed_joins_and_is_not_sent_twice(world, robin):
    daily(robin)
    owe(robin, "one", "two")
    Message.objects.filter(dedupe_key="one").update(
        state=MessageState.SENDING, lease_owner="other", lease_until=MORNING + timedelta(minutes=2)
    )
    others = Message.objects.get(dedupe_key="one")

    digest = bundle(robin)

    assert not leases.hold(others, now=MORNING)
    assert digest.carried.count() == 2


@pytest.mark.parametrize(("code", "state"), [(450, MessageState.PENDING), (550, MessageState.FAILED)])
def test_what_a_digest_carries_shares_its_fate(world, robin, monkeypatch, code, state):
    daily(robin)
    owe(robin, "one", "two")
    bundle(robin)
    refusal = SMTPRecipientsRefused({robin.email: (code, b"no")})
    with monkeypatch.context() as refusing:
        refusing.setattr("notifications.delivery.MailServer.hand_over", lambda *_: (_ for _ in ()).throw(refusal))
        dispatch_due(now=MORNING)

    assert set(Message.objects.values_list("state", "lease_owner")) == {(state, "")}
    assert outbox_at(MORNING).dead == (state == MessageState.FAILED)


def test_a_digest_that_is_tried_again_takes_what_failed_with_it(world, robin):
    daily(robin)
    owe(robin, "one", "two")
    digest = bundle(robin)
    Message.objects.update(state=MessageState.FAILED)
    Message.objects.filter(pk=digest.pk).update(state=MessageState.PENDING, attempts=0)

    dispatch_due(now=MORNING)

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_what_cannot_be_written_does_not_hold_up_the_others(world, robin):
    daily(robin)
    owe(robin, "broken", "one", "two")
    world.broken = {Message.objects.get(dedupe_key="broken").pk}

    dispatch_due(now=MORNING)
    world.broken = set()

    assert states("broken", "one", "two") == [MessageState.PENDING, MessageState.SENT, MessageState.SENT]
    dispatch_due(now=MORNING + timedelta(hours=1))
    assert states("broken") == [MessageState.SENT]


def test_a_dispatcher_that_is_told_to_stop_leaves_nothing_in_hand(world, robin):
    daily(robin)
    owe(robin, "one", "two")
    bundle(robin)

    deliver_due(clock=lambda: MORNING, should_stop=lambda: True)

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.PENDING}
    assert dispatch_due(now=MORNING) == 1


def test_stopping_a_digest_stops_what_came_in_it(world, robin):
    daily(robin)
    kinds = registry._kinds
    kinds["test_other"] = replace(kinds["test_greeting"], name="test_other")

    preferences.unsubscribe(person_id=robin.pk, kind=DAILY_DIGEST, now=NOW)

    assert list(robin.unsubscriptions.values_list("kind", flat=True)) == ["test_greeting"]
    preferences.resubscribe(person_id=robin.pk, kind=DAILY_DIGEST, now=NOW)
    assert not robin.unsubscriptions.exists()


def test_a_plan_that_changes_knows_who_has_read_of_it_in_a_digest(world, robin):
    daily(robin)
    owe(robin, "meeting:7:a", "meeting:7:b")
    dispatch_due(now=MORNING)

    assert services.reached(key_prefix="meeting:7:") == {robin.pk}


def test_what_is_too_much_for_one_mail_goes_with_the_next_and_nothing_stays_in_hand(world, robin):
    keys = [f"wave {number}" for number in range(MOST_IN_ONE + 10)]
    owe(robin, *keys, kind="test_wave")

    assert dispatch_due(now=NOW + SETTLING) == 2
    assert set(states(*keys)) == {MessageState.SENT}


def test_somebody_who_cannot_be_looked_up_does_not_hold_up_the_others(world, robin):
    lost = PersonFactory()
    owe(lost, "one")
    owe(robin, "two")
    type(lost).objects.filter(pk=lost.pk).update(time_zone="Mars/Olympus")

    dispatch_due(now=NOW)

    assert states("one", "two") == [MessageState.PENDING, MessageState.SENT]
    assert Message.objects.get(dedupe_key="one").attempts == 1
