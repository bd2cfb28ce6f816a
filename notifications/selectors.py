"""What the operators' pages and the health checks read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from accounts.models import Person
from notifications.models import Heartbeat, Message, MessageState, Unsubscription
from notifications.preferences import stops
from notifications.registry import kind_named

# A loop counts as silent after three missed beats of its interval and some patience for a slow round.
LONGEST_SILENCE = {
    "dispatch": timedelta(seconds=60),
    "plan": timedelta(minutes=5),
    "housekeeping": timedelta(hours=4),
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
class OutboxState:
    """The outbox at one moment."""

    counts: list[tuple[str, int]]
    loops: list[Loop]
    oldest_due_at: datetime | None
    is_late: bool
    dead: int

    @property
    def is_working(self) -> bool:
        return not self.is_late and not any(loop.is_silent for loop in self.loops)


def outbox_at(now: datetime) -> OutboxState:
    mails = Message.objects.filter(carrier=None).order_by()  # a digest is one mail, whatever it carries
    numbers = dict(mails.values_list("state").annotate(Count("pk")))
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    wanted_at = Coalesce("held_until", "due_at")
    waiting = mails.open().annotate(wanted_at=wanted_at).filter(wanted_at__lte=now)
    oldest = waiting.order_by("wanted_at").values_list("wanted_at", flat=True).first()
    return OutboxState(
        counts=[(str(state.label), numbers.get(state.value, 0)) for state in MessageState],
        loops=[_loop(name, beats.get(name), now) for name in LONGEST_SILENCE],
        oldest_due_at=oldest,
        is_late=oldest is not None and now - oldest > LONGEST_WAIT,
        dead=numbers.get(MessageState.FAILED.value, 0),
    )


def _loop(name: str, at: datetime | None, now: datetime) -> Loop:
    patience = LONGEST_SILENCE[name]
    if at is None:  # the hourly loop takes its first round an hour after the start: until then its absence says nothing
        return Loop(name, at, is_silent=patience < timedelta(hours=1))
    return Loop(name, at, is_silent=now - at > patience)


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
    dead = Message.objects.dead().select_related("recipient", "hook").order_by("-due_at", "-pk")[:DEAD_LETTERS_SHOWN]
    return [
        DeadLetter(
            id=message.pk,
            kind=message.kind,
            recipient=_recipient(message),
            due_at=message.due_at,
            attempts=message.attempts,
            error=message.error,
        )
        for message in dead
    ]


def _recipient(message: Message) -> str:
    if message.hook is not None:
        return f"{message.hook.get_app_display()}, {message.hook.host}"
    kind = kind_named(message.kind)
    if kind is None or kind.names_recipient:
        return message.person.email or str(message.person)
    return gettext("Somebody; we do not say who")


def recipient_language(person_id: int) -> str | None:
    """The language of a person, or None when nobody has this id any more."""
    return Person.objects.filter(pk=person_id).values_list("language", flat=True).first()


def is_unsubscribed(*, person_id: int, kind: str) -> bool:
    """For a digest: whether everything that came in it is stopped."""
    names = set(stops(person_id=person_id, kind=kind))
    return Unsubscription.objects.filter(person_id=person_id, kind__in=names).count() == len(names)


def kind_description(name: str) -> str:
    """What a recipient would no longer get; the bare name when the kind has gone."""
    kind = kind_named(name)
    return str(kind.description) if kind else name
