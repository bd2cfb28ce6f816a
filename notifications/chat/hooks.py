"""What coordinators decide about the chats of their partnership, and what the apps above announce there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from core.texts import StrOrPromise
from notifications import doorbell
from notifications.chat.addresses import read_address, refuse_unless_allowed
from notifications.chat.events import event_of_kind, offered_events
from notifications.chat.models import ChatHook
from notifications.models import OPEN_STATES, Channel, Message, MessageState
from notifications.sealed_text import seal
from notifications.services import message_id_of

TEST = "test"
TEST_EXPIRES = timedelta(minutes=10)
AFTER_ALL_MAIL = -1
MOST_CHATS = 10
SHOWN_IN_LOG = 20


class TooManyChats(DomainError):
    """Every post goes to every chat, so there is an end to their number."""


class ChatNameTaken(DomainError):
    """Two chats of one partnership cannot have the same name."""


class ChatInTrouble(DomainError):
    """What stopped us has not been mended yet."""


@dataclass(frozen=True)
class ChatFacts:
    """What a coordinator says about a chat. An empty ``url`` keeps the address as it is."""

    app: str
    label: str
    language: str
    events: Sequence[str]
    url: str = ""


@dataclass(frozen=True)
class LogLine:
    """One post and what became of it, in words of the reader."""

    what: str
    at: datetime
    state: str
    tone: str
    error: str
    code: int | None
    is_open: bool


_TONES = {MessageState.SENT: "ok", MessageState.FAILED: "off"}


def allowed_hosts() -> Sequence[str]:
    return tuple(settings.CHAT_HOSTS)


def hooks_of(partnership_id: int) -> QuerySet[ChatHook]:
    return ChatHook.objects.filter(partnership_id=partnership_id).order_by("label", "pk")


def chosen_events(hook: ChatHook) -> Sequence[StrOrPromise]:
    return [event.description for event in offered_events() if event.name in hook.events]


def log_of(hook: ChatHook) -> Sequence[LogLine]:
    """The newest first."""
    return [_line(message) for message in hook.messages.order_by("-due_at", "-pk")[:SHOWN_IN_LOG]]


def _line(message: Message) -> LogLine:
    event = event_of_kind(message.kind)
    state = MessageState(message.state)
    return LogLine(
        what=str(event.description) if event else message.kind,
        at=message.sent_at or message.due_at,
        state=str(state.label),
        tone=_TONES.get(state, "none"),
        error=_(message.error) if message.error else "",
        code=message.smtp_code if state != MessageState.SENT else None,
        is_open=state in OPEN_STATES,
    )


@transaction.atomic
def add_hook(*, partnership_id: int, facts: ChatFacts, by_id: int | None, now: datetime) -> ChatHook:
    """A new chat, switched on."""
    if ChatHook.objects.filter(partnership_id=partnership_id).count() >= MOST_CHATS:
        raise TooManyChats(_("A partnership can have %(count)s chats at most.") % {"count": MOST_CHATS})
    hook = ChatHook(partnership_id=partnership_id, created_at=now)
    return _save(hook, facts, verb="chat.added", by_id=by_id, now=now)


@transaction.atomic
def edit_hook(*, hook: ChatHook, facts: ChatFacts, by_id: int | None, now: datetime) -> ChatHook:
    """A new address mends what was wrong with the old one, and switches the chat on again."""
    return _save(hook, facts, verb="chat.edited", by_id=by_id, now=now)


def _save(hook: ChatHook, facts: ChatFacts, *, verb: str, by_id: int | None, now: datetime) -> ChatHook:
    if facts.url or not hook.sealed_url:
        address = read_address(facts.url)
        refuse_unless_allowed(address)
        url = facts.url.strip()
        hook.sealed_url, hook.host, hook.ending = seal(url), address.place, url[-4:]
        hook.is_active, hook.trouble, hook.rests_until = True, "", None
    known = {event.name for event in offered_events()}
    hook.app, hook.label, hook.language = facts.app, facts.label.strip(), facts.language
    hook.events = [name for name in facts.events if name in known]
    try:
        with transaction.atomic():
            hook.save()
    except IntegrityError as error:
        if ChatHook.objects.filter(partnership_id=hook.partnership_id, label=hook.label).exclude(pk=hook.pk).exists():
            raise ChatNameTaken(_("Another chat of this partnership has this name already.")) from error
        raise
    record(verb=verb, target=hook, at=now, actor_id=by_id, partnership_id=hook.partnership_id)
    return hook


@transaction.atomic
def switch_hook(*, hook: ChatHook, on: bool, by_id: int | None, now: datetime) -> ChatHook:
    """Post here from now on, or no longer. Switching on says that whatever was wrong has been mended."""
    hook.is_active, hook.trouble, hook.rests_until = on, "", None
    hook.save(update_fields=["is_active", "trouble", "rests_until"])
    verb = "chat.switched_on" if on else "chat.switched_off"
    record(verb=verb, target=hook, at=now, actor_id=by_id, partnership_id=hook.partnership_id)
    return hook


@transaction.atomic
def remove_hook(*, hook: ChatHook, by_id: int | None, now: datetime) -> None:
    """Forget the address, and with it the log of what was posted there."""
    record(verb="chat.removed", target=hook, at=now, actor_id=by_id, partnership_id=hook.partnership_id)
    hook.delete()


@transaction.atomic
def send_test(*, hook: ChatHook, by_id: int | None, now: datetime) -> None:
    """One post through the outbox, like any other; also to a chat that is switched off, to see whether it is mended."""
    ChatHook.objects.filter(pk=hook.pk).update(rests_until=None)
    params = {"partnership": hook.partnership_id}
    _enqueue(TEST, [hook], facts=f"{now.timestamp():.6f}", params=params, now=now, expires_at=now + TEST_EXPIRES)
    record(verb="chat.tested", target=hook, at=now, actor_id=by_id, partnership_id=hook.partnership_id)


def listening(event: str) -> set[int]:
    """The partnerships that have a chat for this event, for planners: most have none."""
    hooks = ChatHook.objects.filter(is_active=True).values_list("partnership_id", "events")
    return {partnership_id for partnership_id, events in hooks if event in events}


def is_announced(event: str, *, facts: str) -> bool:
    """For planners, which run every minute and should not write each time."""
    return Message.objects.filter(dedupe_key__startswith=f"chat:{event}:{facts}:").exists()


def announce(
    event: str,
    *,
    partnership_id: int,
    facts: str,
    params: Mapping[str, int | str],
    now: datetime,
    expires_at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Owe a post to every chat of the partnership that wants it, inside the transaction of its cause.

    ``facts`` make the key: announcing the same thing again is the same post.
    """
    hooks = ChatHook.objects.filter(partnership_id=partnership_id, is_active=True)
    wanted = [hook for hook in hooks if event in hook.events]
    _enqueue(event, wanted, facts=facts, params=params, now=now, expires_at=expires_at, due_at=due_at)


def _enqueue(
    event: str,
    hooks: Iterable[ChatHook],
    *,
    facts: str,
    params: Mapping[str, int | str],
    now: datetime,
    expires_at: datetime,
    due_at: datetime | None = None,
) -> None:
    due_at = due_at or now
    rows = [
        Message(
            dedupe_key=f"chat:{event}:{facts}:{hook.pk}",
            kind=f"chat:{event}",
            channel=Channel.CHAT,
            hook=hook,
            partnership_id=hook.partnership_id,
            params=dict(params),
            priority=AFTER_ALL_MAIL,
            due_at=due_at,
            next_attempt_at=due_at,
            expires_at=expires_at,
            message_id=message_id_of(f"chat:{event}:{facts}:{hook.pk}"),
            created_at=now,
        )
        for hook in hooks
    ]
    if rows:
        Message.objects.bulk_create(rows, ignore_conflicts=True)
        doorbell.ring_if_due([due_at], now=now)
