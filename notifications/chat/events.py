"""What is worth a post: each app declares its own events when it starts, as it does with its kinds of mail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.texts import StrOrPromise
from notifications.models import Message


@dataclass(frozen=True)
class Post:
    """Plain words and one link to a page of ours; how each chat writes them down is none of the apps' business."""

    title: str
    lines: Sequence[str] = ()
    url: str = ""


@dataclass(frozen=True)
class ChatEvent:
    """One kind of event.

    ``compose`` runs immediately before posting, in the language of the chat; ``still_wanted`` is asked just before:
    what is not true any more is not posted. ``is_offered`` is false for what nobody chooses, as the test is.
    """

    name: str
    description: StrOrPromise
    compose: Callable[[Message, datetime], Post]
    still_wanted: Callable[[Message, datetime], bool] = lambda _message, _now: True
    is_offered: bool = True

    @property
    def kind(self) -> str:
        """What ``Message.kind`` says, apart from every kind of mail."""
        return f"chat:{self.name}"


_events: dict[str, ChatEvent] = {}


def register_event(event: ChatEvent) -> None:
    _events[event.name] = event


def event_of_kind(kind: str) -> ChatEvent | None:
    return _events.get(kind.removeprefix("chat:"))


def offered_events() -> Sequence[ChatEvent]:
    return tuple(event for event in _events.values() if event.is_offered)
