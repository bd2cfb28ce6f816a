"""Whatever order things happen in, every message that is owed leaves, once, and none that is not."""

import os
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from notifications import preferences, registry, services
from notifications.delivery import dispatch_due
from notifications.leases import RETRY_MINUTES
from notifications.mail_server import ServerUnavailable
from notifications.models import LONGEST_PAUSE, MAX_ATTEMPTS, OPEN_STATES, Message, MessageState
from notifications.registry import Letter, MailKind
from notifications.services import Draft
from tests.factories.accounts import PersonFactory
from tests.notifications.conftest import NOW

RUNS = int(os.environ.get("HISTORY_RUNS", "100"))
STEPS = int(os.environ.get("HISTORY_STEPS", "50"))
KIND = "history_reminder"
PEOPLE, MEETINGS = st.integers(0, 1), st.integers(0, 1)
NOTICE = timedelta(days=1)
TROUBLES = ["none", "timeout", "lost", "unreachable", "refusing", "killed before", "killed after"]


class Killed(BaseException):
    """The process dies here."""


class MailServer:
    """Takes what it is given, after whatever trouble was lined up: refused, lost afterwards, unreachable, killed."""

    def __init__(self, world):
        self.world = world
        self.trouble = []
        self.was_reached = False

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def hand_over(self, mail):
        trouble = self.trouble.pop() if self.trouble else "none"
        self.was_reached = trouble not in ("unreachable", "refusing")
        if not self.was_reached:
            raise ServerUnavailable(trouble, is_definite=trouble == "refusing")
        if trouble == "timeout":
            raise TimeoutError
        if trouble == "killed before":
            raise Killed
        self.world.receive(mail.extra_headers["Message-ID"])
        if trouble == "lost":
            raise TimeoutError
        if trouble == "killed after":
            raise Killed


class History(RuleBasedStateMachine):
    """Reminders of meetings: planned by key, moved, cancelled, answered, stopped, sent by a server that fails."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = NOW
        self.server = MailServer(self)
        self.meetings = {}
        self.answered, self.stopped = set(), set()
        self.owed, self.received = {}, Counter()
        self.ambiguous = 0
        self.violations = []
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("notifications.delivery.MailServer", lambda: self.server)
        kind = MailKind(KIND, "none", "", compose=lambda *_: Letter({}), still_wanted=self.is_wanted)
        self.patch.setattr(registry, "_kinds", {KIND: kind})
        self.patch.setattr("notifications.delivery.write_mail", lambda message, _kind, now: Envelope(message))

    @initialize()
    def invite_people(self):
        self.people = PersonFactory.create_batch(2)

    @rule(meeting=MEETINGS, hours=st.integers(1, 60))
    def schedule_or_move(self, meeting, hours):
        sequence = self.meetings.get(meeting, (None, -1))[1] + 1
        services.withdraw(key_prefix=f"{meeting}:")
        self.meetings[meeting] = (self.now + timedelta(hours=hours), sequence)
        self.answered = {pair for pair in self.answered if pair[0] != meeting}

    @rule(meeting=MEETINGS)
    def cancel(self, meeting):
        services.withdraw(key_prefix=f"{meeting}:")
        _starts, sequence = self.meetings.get(meeting, (None, 0))
        self.meetings[meeting] = (None, sequence)

    @rule(times=st.integers(1, 3))
    def plan(self, times):
        for _ in range(times):
            drafts = [
                Draft(
                    key=f"{meeting}:{sequence}:{number}",
                    kind=KIND,
                    recipient_id=person.pk,
                    due_at=starts - NOTICE,
                    expires_at=starts,
                    params={"meeting": meeting, "sequence": sequence, "person": number},
                )
                for meeting, (starts, sequence) in self.meetings.items()
                if starts and self.now < starts
                for number, person in enumerate(self.people)
            ]
            services.enqueue(drafts, now=self.now)
            self.owed |= {draft.key: draft for draft in drafts}

    @rule(meeting=MEETINGS, person=PEOPLE)
    def answer(self, meeting, person):
        self.answered.add((meeting, person))

    @rule(person=PEOPLE)
    def unsubscribe(self, person):
        preferences.unsubscribe(person_id=self.people[person].pk, kind=KIND, now=self.now)
        self.stopped.add(person)

    @rule(person=PEOPLE)
    def resubscribe(self, person):
        preferences.resubscribe(person_id=self.people[person].pk, kind=KIND, now=self.now)
        self.stopped.discard(person)

    @rule(trouble=st.lists(st.sampled_from(TROUBLES)))
    def dispatch(self, trouble):
        self.server.trouble = list(trouble)
        self.ambiguous += sum(each in ("lost", "killed after") for each in trouble)
        with suppress(Killed):
            dispatch_due(now=self.now)
        self.server.trouble = []

    @rule(minutes=st.sampled_from([1, 5, 30, 300, 900, 1800]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    def is_wanted(self, message, _now):
        meeting, sequence, person = (message.params[name] for name in ("meeting", "sequence", "person"))
        starts, current = self.meetings[meeting]
        return starts is not None and current == sequence and (meeting, person) not in self.answered

    def receive(self, message_id):
        """At this very moment the message must still be wanted by everything we know.

        What is wrong is kept for the invariant: delivery would take an assertion for trouble with the mail.
        """
        message = Message.objects.get(message_id=message_id)
        wrong = {
            "unwanted": not self.is_wanted(message, self.now),
            "unsubscribed": message.params["person"] in self.stopped,
            "too early or too late": not message.due_at <= self.now < message.expires_at,
        }
        self.violations += [(message.dedupe_key, what) for what, is_so in wrong.items() if is_so]
        self.received[message.dedupe_key] += 1

    @invariant()
    def nothing_is_sent_that_should_not_be(self):
        assert self.violations == []

    @invariant()
    def nothing_is_sent_twice_without_a_reason(self):
        assert sum(count - 1 for count in self.received.values()) <= self.ambiguous

    @invariant()
    def nothing_is_given_up_early(self):
        for message in Message.objects.dead():
            longest_pause = timedelta(minutes=1.2 * RETRY_MINUTES[min(message.attempts, len(RETRY_MINUTES)) - 1])
            assert message.attempts >= MAX_ATTEMPTS or self.now + longest_pause >= message.expires_at

    @invariant()
    def each_fact_has_one_row(self):
        assert set(Message.objects.values_list("dedupe_key", flat=True)) == set(self.owed)

    def teardown(self):
        try:
            self.settle()
        finally:
            self.patch.undo()
            self.atomic.__exit__(AssertionError, AssertionError(), None)

    def settle(self):
        """With the server well again and time passing, nothing stays open and what is still owed arrives."""
        if not hasattr(self, "people"):
            return
        wanted = {
            message.dedupe_key
            for message in Message.objects.filter(state__in=OPEN_STATES)
            if message.params["person"] not in self.stopped
            and self.is_wanted(message, self.now)
            and message.expires_at > max(self.now, message.next_attempt_at) + LONGEST_PAUSE + timedelta(minutes=10)
            and message.attempts == 0
        }
        for _ in range(2000):
            dispatch_due(now=self.now)
            if not Message.objects.filter(state__in=OPEN_STATES).exists():
                break
            self.now += timedelta(minutes=4)
        self.nothing_is_sent_that_should_not_be()
        self.nothing_is_sent_twice_without_a_reason()
        states = dict(Message.objects.values_list("dedupe_key", "state"))
        assert not set(states.values()) & set(OPEN_STATES)
        assert wanted <= {key for key, state in states.items() if state == MessageState.SENT}
        for key, state in states.items():
            assert state != MessageState.SENT or self.received[key] >= 1


class Envelope:
    def __init__(self, message):
        self.extra_headers = {"Message-ID": message.message_id}


@pytest.mark.django_db
def test_whatever_happens_in_whatever_order_each_message_leaves_once_or_for_a_reason_not():
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.generate],  # the steps are printed as they were: shrinking them takes minutes
        ),
    )
