from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import factory
from factory.django import DjangoModelFactory

from notifications.chat.models import ChatApp, ChatHook
from notifications.choices import Rhythm
from notifications.models import (
    Channel,
    Heartbeat,
    MailHours,
    Message,
    MessageState,
    Pause,
    Preference,
    ReminderTimes,
    Unsubscription,
)
from notifications.sealed_text import seal
from tests.factories.accounts import PersonFactory

DUE = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


class MessageFactory(DjangoModelFactory):
    """A message that is due at ``DUE``; traits bring it into another state."""

    class Meta:
        model = Message

    class Params:
        sent = factory.Trait(state=MessageState.SENT, sent_at=factory.SelfAttribute("due_at"))
        dead = factory.Trait(state=MessageState.FAILED, attempts=8, error="the mail server refused the recipient (550)")
        leased = factory.Trait(
            state=MessageState.SENDING,
            attempts=1,
            lease_owner="elsewhere",
            lease_until=factory.LazyAttribute(lambda row: row.due_at + timedelta(seconds=120)),
        )

    dedupe_key = factory.Sequence("test:{}".format)
    kind = "test_greeting"
    recipient = factory.SubFactory(PersonFactory)
    due_at = DUE
    next_attempt_at = factory.SelfAttribute("due_at")
    message_id = factory.LazyAttribute(lambda row: f"<{row.dedupe_key.replace(':', '-')}@127.0.0.1>")
    created_at = factory.SelfAttribute("due_at")


class ChatHookFactory(DjangoModelFactory):
    """A chat that wants to hear of everything the tests announce."""

    class Meta:
        model = ChatHook

    class Params:
        url = "https://chat.example.org/hooks/abcdefgh"

    partnership_id = 1
    app = ChatApp.MATTERMOST
    label = factory.Sequence("Channel {}".format)
    language = "en"
    sealed_url = factory.LazyAttribute(lambda row: seal(row.url))
    host = factory.LazyAttribute(lambda row: urlsplit(row.url).netloc)
    ending = factory.LazyAttribute(lambda row: row.url[-4:])
    events = ["test_news"]
    created_at = DUE


class UnsubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Unsubscription

    person = factory.SubFactory(PersonFactory)
    kind = "test_greeting"
    since = DUE


class PreferenceFactory(DjangoModelFactory):
    class Meta:
        model = Preference

    person = factory.SubFactory(PersonFactory)
    kind = "test_greeting"
    rhythm = Rhythm.DAILY


class MailHoursFactory(DjangoModelFactory):
    class Meta:
        model = MailHours

    person = factory.SubFactory(PersonFactory)


class ReminderTimesFactory(DjangoModelFactory):
    class Meta:
        model = ReminderTimes

    kind = "meeting_reminder"
    partnership_id = 1
    minutes = [1440]


class HeartbeatFactory(DjangoModelFactory):
    class Meta:
        model = Heartbeat

    name = "dispatch"
    at = DUE


class PauseFactory(DjangoModelFactory):
    class Meta:
        model = Pause

    channel = Channel.MAIL
    since = DUE
    until = factory.LazyAttribute(lambda row: row.since + timedelta(minutes=10))
    error = "the mail server does not let us in (535)"
