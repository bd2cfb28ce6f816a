"""What became of every message, for the operators: newest first, page by page, by key and not by number of page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext

from core.http import number_in
from notifications.chat.events import offered_events
from notifications.models import Message, MessageState
from notifications.registry import kinds, partnership_names
from notifications.selectors import recipient_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class Entry:
    """One message: what it was and what became of it, nothing of what it says."""

    message: Message
    recipient: str
    partnership: str


@dataclass(frozen=True)
class Filter:
    """One thing to narrow the log by, with what was chosen."""

    name: str
    label: str
    chosen: str
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class LogPage:
    """``next_after`` is the key the next page begins behind, None on the last."""

    entries: list[Entry]
    filters: list[Filter]
    next_after: int | None


def log_page(wanted: Mapping[str, str]) -> LogPage:
    """Narrowed by ``state``, ``kind`` and ``partnership``, behind the message ``after``; what nobody knows is ignored.

    Messages due at one moment follow each other in an order from which nobody can read whose they are.
    """
    names = partnership_names()
    filters = _filters(wanted, names)
    found = Message.objects.select_related("recipient", "hook").order_by("-due_at", "message_id", "pk")
    for each in filters:
        if each.chosen:
            found = found.filter(**{FIELDS[each.name]: each.chosen})
    after = number_in(wanted.get("after", ""))
    if last := Message.objects.filter(pk=after).first() if after else None:
        found = found.filter(Q(due_at__lt=last.due_at) | Q(due_at=last.due_at, message_id__gt=last.message_id))
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    entries = [Entry(row, recipient_of(row), names.get(row.partnership_id or 0, "")) for row in shown]
    return LogPage(entries, filters, shown[-1].pk if len(rows) > PAGE_SIZE else None)


FIELDS = {"state": "state", "kind": "kind", "partnership": "partnership_id"}


def names_of_kinds() -> list[str]:
    return [*(kind.name for kind in kinds()), *(event.kind for event in offered_events())]


def _filters(wanted: Mapping[str, str], names: Mapping[int, str]) -> list[Filter]:
    known = [
        ("state", gettext("Every state"), [(state.value, str(state.label)) for state in MessageState]),
        ("kind", gettext("Every kind"), [(name, name) for name in sorted(names_of_kinds())]),
        ("partnership", gettext("Every partnership"), [(str(number), name) for number, name in names.items()]),
    ]
    return [
        Filter(name, label, chosen if (chosen := wanted.get(name, "")) in dict(options) else "", options)
        for name, label, options in known
    ]
