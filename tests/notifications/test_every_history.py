"""Whatever order things happen in, every message that is owed leaves, once, and none that is not."""

import os
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from notifications import bundling, preferences, registry, services
from notifications.choices import ANY_RHYTHM
from notifications.delivery import dispatch_due
from notifications.leases import RETRY_MINUTES
from notifications.mail_server import ServerUnavailable
from notifications.models import LONGEST_PAUSE, MAX_ATTEMPTS, OPEN_STATES, Message, MessageState
from notifications.preferences import HoursWanted
from notifications.registry import Letter, MailKind
from notifications.services import Draft
from notifications.wishes import DAILY_DIGEST, WEEKLY_DIGEST, Times, wishes_of
from tests.drill import size
from tests.factories.accounts import PersonFactory
from tests.notifications.conftest import NOW

RUNS = int(os.environ.get("HISTORY_RUNS") or size(60, 500))
STEPS = int(os.environ.get("HISTORY_STEPS") or size(30, 50))
KIND, SEVERAL = "history_reminder", "history_several"
PEOPLE, MEETINGS = st.integers(0, 1), st.integers(0, 3)
NOTICE = timedelta(days=1)
PAUSES = st.lists(st.sampled_from([2, 12, 40, 300]), min_size=3, max_size=8)
REALLY = st.sampled_from([False, False, True])  # else too little is left to send
TROUBLE = st.sampled_from(["none", "timeout", "lost", "unreachable", "refusing", "killed before", "killed after"])


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

    counts = Counter()

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = NOW
        self.server = MailServer(self)
        self.meetings = {}
        self.answered, self.stopped = set(), set()
        self.owed, self.received = {}, Counter()
        self.copies, self.travelled = Counter(), defaultdict(set)
        self.ambiguous = 0
        self.violations = []
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("notifications.delivery.MailServer", lambda: self.server)
        kind = MailKind(
            KIND, "none", "", compose=lambda *_: Letter({}), still_wanted=self.asked, rhythms=ANY_RHYTHM,
            together=SEVERAL,
        )  # fmt: skip
        bundles = [bundling.bundle_kind(name, description="") for name in (SEVERAL, DAILY_DIGEST, WEEKLY_DIGEST)]
        self.patch.setattr(registry, "_kinds", {one.name: one for one in (kind, *bundles)})
        self.patch.setattr("notifications.delivery.write_mail", lambda message, _kind, now: Envelope(message))

    @initialize(minutes=st.lists(st.integers(1420, 1480), min_size=4, max_size=4))
    def invite_people(self, minutes):
        """Something is owed in every run, whichever rules Hypothesis leaves out of it."""
        self.people = PersonFactory.create_batch(2)
        self.meetings = {meeting: (self.now + timedelta(minutes=one), 0) for meeting, one in enumerate(minutes)}

    @rule(meeting=MEETINGS, hours=st.one_of(st.integers(20, 26), st.integers(1, 60)))
    def schedule_or_move(self, meeting, hours):
        sequence = self.meetings.get(meeting, (None, -1))[1] + 1
        services.withdraw(key_prefix=f"{meeting}:")
        self.meetings[meeting] = (self.now + timedelta(hours=hours), sequence)
        self.answered = {pair for pair in self.answered if pair[0] != meeting}

    @rule(meeting=MEETINGS, really=REALLY)
    def cancel(self, meeting, really):
        if not really:
            return
        services.withdraw(key_prefix=f"{meeting}:")
        _starts, sequence = self.meetings.get(meeting, (None, 0))
        self.meetings[meeting] = (None, sequence)

    @rule(times=st.integers(1, 3))
    def plan(self, times):
        for _ in range(times):
            self._plan()

    def _plan(self):
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

    @rule(person=PEOPLE, really=REALLY)
    def unsubscribe(self, person, really):
        if not really:
            return
        preferences.unsubscribe(person_id=self.people[person].pk, kind=KIND, now=self.now)
        self.stopped.add(person)

    @rule(person=PEOPLE)
    def resubscribe(self, person):
        preferences.resubscribe(person_id=self.people[person].pk, kind=KIND, now=self.now)
        self.stopped.discard(person)

    @rule(person=PEOPLE, rhythm=st.sampled_from(ANY_RHYTHM))
    def choose_rhythm(self, person, rhythm):
        preferences.choose_rhythms(person_id=self.people[person].pk, rhythms={KIND: rhythm}, now=self.now)
        self.stopped.discard(person)

    @rule(person=PEOPLE, quiet=st.sampled_from([(None, None), (time(20), time(7)), (time(12), time(14))]))
    def choose_hours(self, person, quiet):
        wanted = HoursWanted(quiet_from=quiet[0], quiet_until=quiet[1], days_off=[6] if quiet[0] else [])
        preferences.choose_hours(person_id=self.people[person].pk, wanted=wanted, now=self.now)

    @rule(trouble=st.lists(TROUBLE))
    def dispatch(self, trouble):
        self._dispatch(trouble)

    def _dispatch(self, trouble):
        self.server.trouble = list(trouble)
        self.ambiguous += sum(each in ("lost", "killed after") for each in trouble)
        with suppress(Killed):
            dispatch_due(now=self.now)
        self.server.trouble = []

    @rule(
        pauses=st.lists(st.sampled_from([2, 12, 40, 300]), min_size=3, max_size=8),
        trouble=st.lists(TROUBLE, max_size=6),
    )
    def work_goes_on(self, pauses, trouble):
        """Planner and dispatcher run as they do all day, and some of what can go wrong does."""
        for minutes in pauses:
            self._plan()
            self._dispatch(trouble[:1])
            trouble = trouble[1:]
            self.now += timedelta(minutes=minutes)

    @rule(minutes=st.sampled_from([1, 5, 30, 300, 900, 1800]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    def asked(self, message, now):
        """What delivery hears when it asks whether the message is still wanted."""
        return self.is_wanted(message, now)

    def is_wanted(self, message, _now):
        meeting, sequence, person = (message.params[name] for name in ("meeting", "sequence", "person"))
        starts, current = self.meetings[meeting]
        return starts is not None and current == sequence and (meeting, person) not in self.answered

    def receive(self, message_id):
        """At this very moment the message must still be wanted by everything we know.

        What is wrong is kept for the invariant: delivery would take an assertion for trouble with the mail.
        """
        mail = Message.objects.get(message_id=message_id)
        self.copies[message_id] += 1
        for message in [mail] if mail.kind == KIND else mail.carried.filter(state=MessageState.SENDING):
            self.travelled[message.dedupe_key].add(message_id)
            self._receive(message)

    def _receive(self, message):
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
        assert sum(count - 1 for count in self.copies.values()) <= self.ambiguous

    @invariant()
    def every_copy_of_one_message_has_the_same_message_id(self):
        """By itself or in a digest: whatever somebody chooses meanwhile, a second copy is known as one."""
        assert [key for key, ids in self.travelled.items() if len(ids) > 1] == []

    @invariant()
    def nothing_is_given_up_early(self):
        for message in Message.objects.dead():
            longest_pause = timedelta(minutes=1.2 * RETRY_MINUTES[min(message.attempts, len(RETRY_MINUTES)) - 1])
            is_too_late = message.expires_at is not None and self.now + longest_pause >= message.expires_at
            assert message.attempts >= MAX_ATTEMPTS or is_too_late

    @invariant()
    def each_fact_has_one_row(self):
        assert set(Message.objects.filter(kind=KIND).values_list("dedupe_key", flat=True)) == set(self.owed)

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
        self.counts.update(histories=1)
        self._plan()
        wanted = {
            message.dedupe_key
            for message in Message.objects.filter(state__in=OPEN_STATES, kind=KIND)
            if message.params["person"] not in self.stopped
            and self.is_wanted(message, self.now)
            and message.expires_at > self.leaves_at(message) + LONGEST_PAUSE + timedelta(minutes=10)
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
        by_key = dict(Message.objects.filter(kind=KIND).values_list("dedupe_key", "state"))
        self.counts.update(owed=len(self.owed), copies=sum(self.copies.values()), ambiguous=self.ambiguous)
        self.counts.update(by_key.values())
        assert not set(states.values()) & set(OPEN_STATES)
        assert wanted <= {key for key, state in states.items() if state == MessageState.SENT}
        for key, state in by_key.items():
            assert state != MessageState.SENT or self.received[key] >= 1

    def leaves_at(self, message):
        """When it goes by all we know: as its recipient wants it, or with the digest it is in."""
        if message.carrier:
            return max(self.now, message.carrier.next_attempt_at)
        wishes = wishes_of([message.recipient_id])[message.recipient_id]
        now = max(self.now, message.next_attempt_at)
        return wishes.moment_for(registry.kind_named(KIND), Times(message.due_at, message.expires_at), now=now)


class Envelope:
    def __init__(self, message):
        self.extra_headers = {"Message-ID": message.message_id}


class Careless(History):
    """Asked at the last moment whether a reminder is still wanted, it always says yes."""

    counts = Counter()

    def asked(self, message, now):
        return True


def live_through(history, *, runs, steps, **options):
    run_state_machine_as_test(
        history,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.generate],  # the steps are printed as they were: shrinking them takes minutes
            **options,
        ),
    )


@pytest.mark.drill
@pytest.mark.django_db
def test_whatever_happens_in_whatever_order_each_message_leaves_once_or_for_a_reason_not(tell):
    History.counts.clear()
    live_through(History, runs=RUNS, steps=STEPS)
    tell(runs=RUNS, steps=STEPS, **History.counts)

    assert History.counts["histories"] >= RUNS
    assert min(History.counts[state] for state in (MessageState.SENT, MessageState.OBSOLETE)) > 0
    assert History.counts["ambiguous"] > 0


@pytest.mark.django_db
def test_a_dispatcher_that_does_not_ask_again_is_found():
    """Else the test above would see nothing."""
    with pytest.raises(AssertionError, match="unwanted"):
        live_through(Careless, runs=60, steps=30, derandomize=True)
