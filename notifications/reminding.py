"""When a partnership reminds its people: the usual moments of each kind, unless its coordinators chose others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from notifications.models import Message, MessageState, ReminderTimes
from notifications.registry import MailKind, Moments, kind_named

MINUTE = timedelta(minutes=1)


class NotThen(DomainError):
    """Reminders cannot come at these moments."""


@dataclass(frozen=True)
class Chosen:
    """The moments of one kind for some partnerships; a subject is one thing in it with moments of its own."""

    usual: tuple[timedelta, ...]
    chosen: Mapping[tuple[int, str], tuple[timedelta, ...]]

    def of(self, partnership_id: int, *subjects: str) -> tuple[timedelta, ...]:
        """The longest first. Those of the first subject that has its own, else the partnership's, else the usual."""
        for subject in (*subjects, ""):
            if (partnership_id, subject) in self.chosen:  # none at all is a choice too
                return self.chosen[partnership_id, subject]
        return self.usual

    @property
    def longest(self) -> timedelta:
        return max((one for moments in (self.usual, *self.chosen.values()) for one in moments), default=timedelta(0))


def chosen_moments(kind: str, *, partnerships: Iterable[int] | None = None) -> Chosen:
    """One query, for these partnerships or for all."""
    rows = ReminderTimes.objects.filter(kind=kind)
    if partnerships is not None:
        rows = rows.filter(partnership_id__in=list(partnerships))
    found = {
        (partnership, subject): tuple(minutes * MINUTE for minutes in sorted(offsets, reverse=True))
        for partnership, subject, offsets in rows.values_list("partnership_id", "subject", "minutes")
    }
    return Chosen(_moments(kind).usual, found)


def fitting(moments: Sequence[timedelta], left: timedelta) -> tuple[timedelta, timedelta | None] | None:
    """The reminder whose turn it is when ``left`` remains, and the next one, which takes over from it.

    Each moment has its own span of time, so that after an outage one reminder goes out and not several.
    """
    ahead = [one for one in moments if one >= left]
    if not ahead:
        return None
    mine = min(ahead)
    return mine, max((one for one in moments if one < mine), default=None)


@transaction.atomic
def choose_moments(
    *,
    kind: str,
    partnership_id: int,
    moments: Collection[timedelta],
    by_id: int | None,
    now: datetime,
    subject: str = "",
) -> None:
    """Remind at these moments from now on; none at all is a choice too. What waits by the old ones is planned anew."""
    rule = _moments(kind)
    if len(moments) > rule.most or any(one % rule.step or not rule.shortest <= one <= rule.longest for one in moments):
        raise NotThen(_("Reminders cannot come then."))
    minutes = sorted({one // MINUTE for one in moments}, reverse=True)
    row, _is_new = ReminderTimes.objects.update_or_create(
        kind=kind, partnership_id=partnership_id, subject=subject, defaults={"minutes": minutes}
    )
    record(verb="reminders.chosen", target=row, at=now, actor_id=by_id, partnership_id=partnership_id, kind=kind)
    plan_anew(kind, partnership_id=partnership_id)


@transaction.atomic
def use_usual_moments(*, kind: str, partnership_id: int, by_id: int | None, now: datetime, subject: str = "") -> None:
    """Forget what was chosen here."""
    for row in ReminderTimes.objects.filter(kind=kind, partnership_id=partnership_id, subject=subject):
        record(verb="reminders.reset", target=row, at=now, actor_id=by_id, partnership_id=partnership_id, kind=kind)
        row.delete()
    plan_anew(kind, partnership_id=partnership_id)


def plan_anew(kind: str, *, partnership_id: int) -> None:
    """Let what waits be planned by the moments that hold now.

    Deleted, not withdrawn: the same reminder may still be owed, and its key has to be free for it.
    """
    waiting = Message.objects.filter(kind=kind, partnership_id=partnership_id, state=MessageState.PENDING)
    waiting.filter(attempts=0, carrier=None).delete()


def kinds_with_moments(kinds: Iterable[MailKind]) -> list[tuple[MailKind, Moments]]:
    return [(kind, kind.moments) for kind in kinds if kind.moments]


def moments_in(
    partnership_id: int, kinds: Iterable[tuple[MailKind, Moments]], *, subjects: Sequence[str] = ()
) -> dict[str, tuple[timedelta, ...]]:
    """When this partnership reminds, by kind; the narrowest subject first."""
    return {
        kind.name: chosen_moments(kind.name, partnerships=[partnership_id]).of(partnership_id, *subjects)
        for kind, _rule in kinds
    }


def _moments(kind: str) -> Moments:
    known = kind_named(kind)
    if known is None or known.moments is None:
        raise NotThen(_("Reminders of this kind come at fixed times."))
    return known.moments
