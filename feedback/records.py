"""What was promised for a month, as the records stood at its end: nothing done later changes it, a correction does."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from core import clock, months
from core.models import AuditEvent
from feedback.payload import Promise
from goals.models import Action
from partners.models import Partnership

MOVED = "action.due_moved"
LONGEST = timedelta(days=366)  # moves older than this before the month are not followed


def promises_of(partnership: Partnership, month: date) -> list[Promise]:
    """Actions whose date fell into the month.

    A date moved before it came is another promise; moved when it was past, the promise was late all the same. An action
    dropped before its date is no promise any more.
    """
    zone = partnership.time_zone
    start, end = months.bounds(month, zone=zone)
    moves = _moves(partnership, start - LONGEST)
    last = months.last_day(month)
    touched = [pk for pk, of in moves.items() if any(_touches(event.data, month, last) for event in of)]
    actions = Action.objects.filter(partnership=partnership, created_at__lt=end)
    actions = actions.filter(Q(due_on__range=(month, last)) | Q(pk__in=touched))
    found = []
    for pk, due_on, done_at, dropped_at in actions.values_list("pk", "due_on", "done_at", "dropped_at"):
        due, moved = _promised(due_on, moves[pk], until=end, zone=zone)
        dropped = dropped_at is not None and clock.today(zone=zone, at=dropped_at) <= due
        if month <= due <= last and not dropped:
            done = clock.today(zone=zone, at=done_at).isoformat() if done_at and done_at < end else ""
            found.append(Promise(due.isoformat(), done, moved))
    return sorted(found)


def wins_of(partnership: Partnership, month: date) -> list[str]:
    """What was finished in the month and has something to celebrate."""
    start, end = months.bounds(month, zone=partnership.time_zone)
    done = Action.objects.filter(partnership=partnership, done_at__gte=start, done_at__lt=end).exclude(win="")
    return sorted(done.values_list("win", flat=True))


def _moves(partnership: Partnership, since: datetime) -> defaultdict[int, list[AuditEvent]]:
    found: defaultdict[int, list[AuditEvent]] = defaultdict(list)
    events = AuditEvent.objects.filter(partnership_id=partnership.pk, verb=MOVED, happened_at__gte=since)
    for event in events.order_by("pk"):
        found[int(event.target_id)].append(event)
    return found


def _touches(data: dict[str, Any], first: date, last: date) -> bool:
    return any(first.isoformat() <= data[side] <= last.isoformat() for side in ("before", "after"))


def _promised(due_on: date, moves: Iterable[AuditEvent], *, until: datetime, zone: str) -> tuple[date, int]:
    """The date that counts, and how often it was moved in time."""
    events = list(moves)
    due = date.fromisoformat(events[0].data["before"]) if events else due_on
    moved = 0
    for event in events:
        if event.happened_at >= until or clock.today(zone=zone, at=event.happened_at) > due:
            break
        due, moved = date.fromisoformat(event.data["after"]), moved + 1
    return due, moved
