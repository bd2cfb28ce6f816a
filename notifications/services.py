"""Put messages into the outbox, or take them back. Callers own the facts; this app owns the guarantees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from notifications.models import Message, MessageState

MESSAGE_DOMAIN = "common-thread.invalid"


@dataclass(frozen=True)
class Draft:
    """A message to store: ``key`` is built from facts and makes planning idempotent, ``params`` holds ids only."""

    key: str
    kind: str
    recipient_id: int
    due_at: datetime
    expires_at: datetime | None = None
    partnership_id: int | None = None
    params: Mapping[str, int | str] = field(default_factory=dict)
    secret: str = ""
    priority: int = 0


def enqueue(drafts: Iterable[Draft], *, now: datetime) -> None:
    """Store messages inside the caller's transaction; a repeated key is silently the same message."""
    Message.objects.bulk_create(
        [
            Message(
                dedupe_key=draft.key,
                kind=draft.kind,
                partnership_id=draft.partnership_id,
                recipient_id=draft.recipient_id,
                params=dict(draft.params),
                secret=draft.secret,
                priority=draft.priority,
                due_at=draft.due_at,
                next_attempt_at=draft.due_at,
                expires_at=draft.expires_at,
                message_id=f"<{sha256(draft.key.encode()).hexdigest()[:32]}@{MESSAGE_DOMAIN}>",
                created_at=now,
            )
            for draft in drafts
        ],
        ignore_conflicts=True,
    )


def withdraw(*, key_prefix: str) -> int:
    """Cancel what is still waiting and starts with ``key_prefix``; returns how many. Used when a plan changes."""
    waiting = Message.objects.filter(dedupe_key__startswith=key_prefix, state=MessageState.PENDING)
    return waiting.update(state=MessageState.CANCELLED, secret="")
