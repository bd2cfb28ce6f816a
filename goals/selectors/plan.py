"""The action plan as it stood on any day, read from the dates of its actions in one query."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core import months
from partners.models import Partnership

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Dates:
    """What the status of one action is read from, and who answers for it."""

    created_at: datetime
    due_on: date
    started_at: datetime | None
    done_at: datetime | None
    dropped_at: datetime | None
    participation_id: int

    def is_agreed(self, *, at: datetime) -> bool:
        return self.created_at < at and (self.dropped_at is None or self.dropped_at >= at)

    def is_done(self, *, at: datetime) -> bool:
        return self.done_at is not None and self.done_at < at

    def is_under_way(self, *, at: datetime) -> bool:
        return self.started_at is not None and self.started_at < at


@dataclass(frozen=True)
class PlanOnDay:
    """How many actions there were; late ones are counted as late only, so that the parts add up to ``total``.

    ``done_in_month`` were finished since the month began, ``planned`` should have been finished by this day, and
    ``became_late`` were due in the month and are open at its end.
    """

    total: int
    done: int
    done_in_month: int
    planned: int
    under_way: int
    late: int
    to_do: int
    became_late: int

    @property
    def behind(self) -> int:
        return max(0, self.planned - self.done)


@dataclass(frozen=True)
class ActionMonth:
    """``planned`` should be finished by the end of this month and ``done`` were, both counted from the beginning.

    ``done`` is None for months to come.
    """

    first: date
    planned: int
    done: int | None


class Plan:
    """Every action of a partnership, by its dates."""

    def __init__(self, partnership: Partnership) -> None:
        self.zone = partnership.time_zone
        fields = ("created_at", "due_on", "started_at", "done_at", "dropped_at", "accountable__participation_id")
        self.actions = [Dates(*row) for row in partnership.actions.values_list(*fields)]

    def on(self, day: date, *, month_start: datetime, end: datetime) -> PlanOnDay:
        """``end`` is the instant at which ``day``, or the part of it that is over, ends."""
        agreed = [action for action in self.actions if action.is_agreed(at=end)]
        waiting = [action for action in agreed if not action.is_done(at=end)]
        late = [action for action in waiting if action.due_on < day]
        under_way = _count(action.is_under_way(at=end) for action in waiting if action.due_on >= day)
        done = len(agreed) - len(waiting)
        return PlanOnDay(
            total=len(agreed),
            done=done,
            done_in_month=_count(action.is_done(at=end) and not action.is_done(at=month_start) for action in agreed),
            planned=_count(action.due_on < day for action in agreed),
            under_way=under_way,
            late=len(late),
            to_do=len(waiting) - len(late) - under_way,
            became_late=_count(action.due_on >= months.first_of(day) for action in late),
        )

    def by_month(self, *, on: date) -> Sequence[ActionMonth]:
        """The last twelve months up to the one of ``on``, and the next one."""
        kept = [action for action in self.actions if action.dropped_at is None]
        planned = Counter(months.first_of(action.due_on) for action in kept)
        done = Counter(months.current(zone=self.zone, at=action.done_at) for action in kept if action.done_at)
        shown = [months.shift(months.first_of(on), step) for step in range(1 - MONTHS_SHOWN, 2)]
        return [
            ActionMonth(
                first=first,
                planned=_up_to(first, planned),
                done=_up_to(first, done) if first <= on else None,
            )
            for first in shown
        ]

    def finished_by_participation(self, *, start: datetime, end: datetime) -> Counter[int]:
        """How many actions each partner finished from ``start`` until before ``end``."""
        return Counter(
            action.participation_id
            for action in self.actions
            if action.is_done(at=end) and not action.is_done(at=start)
        )


def _count(marks: Iterable[bool]) -> int:
    return sum(marks)


def _up_to(month: date, counted: Counter[date]) -> int:
    return sum(count for first, count in counted.items() if first <= month)
