"""What the operators' pages and the health checks read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from accounts.models import Person
from core.texts import StrOrPromise
from notifications.models import Heartbeat, Message, MessageState, Pause, Unsubscription
from notifications.preferences import stops
from notifications.registry import kind_named, rounds
from notifications.wishes import Wishes, wishes_of

# From one finished round to the next: the beat of the loop and the longest a round may take. Two missed are silence.
ROUNDS = {
    "dispatch": timedelta(seconds=30),
    "plan": timedelta(seconds=150),
    "housekeeping": timedelta(hours=1),
}
LONGEST_WAIT = timedelta(minutes=15)
DEAD_LETTERS_SHOWN = 100


@dataclass(frozen=True)
class Loop:
    """One of the loops that keep the product alive; ``at`` is None before its first round."""

    name: str
    at: datetime | None
    is_silent: bool


@dataclass(frozen=True)
class Vitals:
    """Whether mail moves: loops that beat, no pause, nothing that waits too long."""

    loops: list[Loop]
    pause: Pause | None
    oldest_due_at: datetime | None
    is_late: bool

    @property
    def is_working(self) -> bool:
        return not (self.is_late or self.pause or self.silent)

    @property
    def silent(self) -> list[str]:
        return [loop.name for loop in self.loops if loop.is_silent]


@dataclass(frozen=True)
class OutboxState:
    """The outbox at one moment."""

    vitals: Vitals
    counts: list[tuple[str, int]]
    dead: int
    last_error: Message | None


def vitals_at(now: datetime) -> Vitals:
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    due = Message.objects.waiting(since=now)
    oldest = due.aggregate(at=Min(Coalesce("held_until", "due_at")))["at"]
    return Vitals(
        loops=[_loop(name, longest, beats.get(name), now) for name, longest in (ROUNDS | rounds()).items()],
        pause=Pause.objects.first(),
        oldest_due_at=oldest,
        is_late=oldest is not None and now - oldest > LONGEST_WAIT,
    )


def outbox_at(now: datetime) -> OutboxState:
    mails = Message.objects.filter(carrier=None).order_by()  # a digest is one mail, whatever it carries
    numbers = dict(mails.values_list("state").annotate(Count("pk")))
    return OutboxState(
        vitals=vitals_at(now),
        counts=[(str(state.label), numbers.get(state.value, 0)) for state in MessageState],
        dead=numbers.get(MessageState.FAILED.value, 0),
        last_error=Message.objects.open().exclude(error="").order_by("-next_attempt_at").first(),
    )


def _loop(name: str, longest: timedelta, at: datetime | None, now: datetime) -> Loop:
    if at is None:  # the hourly loop takes its first round an hour after the start: until then its absence says nothing
        return Loop(name, at, is_silent=name in ROUNDS and longest < timedelta(hours=1))
    return Loop(name, at, is_silent=now - at > 2 * longest)


@dataclass(frozen=True)
class DeadLetter:
    """A message that could not be sent: enough to act on it, nothing of what it says."""

    id: int
    kind: str
    recipient: str
    due_at: datetime
    attempts: int
    error: str


def dead_letters() -> list[DeadLetter]:
    """The newest first, at most ``DEAD_LETTERS_SHOWN``."""
    dead = Message.objects.dead().select_related("recipient", "hook").order_by("-due_at", "message_id")
    return [
        DeadLetter(
            id=message.pk,
            kind=message.kind,
            recipient=recipient_of(message),
            due_at=message.due_at,
            attempts=message.attempts,
            error=message.error,
        )
        for message in dead[:DEAD_LETTERS_SHOWN]
    ]


def recipient_of(message: Message) -> str:
    """Who or which chat it goes to, where the name tells nothing that it should not."""
    if message.hook is not None:
        return f"{message.hook.get_app_display()}, {message.hook.host}"
    kind = kind_named(message.kind)
    if kind is not None and kind.names_recipient:
        return message.person.email or str(message.person)
    return gettext("Somebody; we do not say who")


def recipient_language(person_id: int) -> str | None:
    """The language of a person, or None when nobody has this id any more."""
    return Person.objects.filter(pk=person_id).values_list("language", flat=True).first()


def is_unsubscribed(*, person_id: int, kind: str) -> bool:
    """For a digest: whether everything that came in it is stopped."""
    names = set(stops(person_id=person_id, kind=kind))
    return Unsubscription.objects.filter(person_id=person_id, kind__in=names).count() == len(names)


def mail_choices(*, person_id: int) -> tuple[Wishes, set[str]]:
    """How this person wants mail, and the kinds they do not want at all."""
    stopped = Unsubscription.objects.filter(person_id=person_id).values_list("kind", flat=True)
    return wishes_of([person_id]).get(person_id, Wishes()), set(stopped)


@dataclass(frozen=True)
class Stopping:
    """What the link under a mail stops: a title, the kinds where it is a digest, and what comes all the same."""

    title: StrOrPromise
    kinds: list[StrOrPromise]
    stays: StrOrPromise


def stopping(*, person_id: int, kind: str) -> Stopping:
    """What a recipient would no longer get; the bare name when the kind has gone."""
    known = kind_named(kind)
    if known is None:
        return Stopping(kind, [], "")
    inside = [kind_named(name) for name in stops(person_id=person_id, kind=kind)] if known.gathers else []
    return Stopping(known.description, [one.title for one in inside if one], known.stays)
