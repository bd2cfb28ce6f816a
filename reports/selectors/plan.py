"""The action plan as it stood at the end of a day, read from dates."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from core.clock import start_of_day
from partners.models import Partnership


@dataclass(frozen=True)
class PlanOnDay:
    """How many actions there were; late ones are counted as late only, so that the parts add up to ``total``.

    ``done_in_month`` were finished since the month began, ``planned`` should have been finished by this day.
    """

    total: int
    done: int
    done_in_month: int
    planned: int
    under_way: int
    late: int
    to_do: int

    @property
    def behind(self) -> int:
        return max(0, self.planned - self.done)


def plan_on(partnership: Partnership, *, day: date, end: datetime, month_start: datetime) -> PlanOnDay:
    """Count with one query. ``end`` is the instant at which the day (or the part of it that is over) ends."""
    done = Q(done_at__lt=end)
    still_open = Q(done_at=None) | Q(done_at__gte=end)
    late = still_open & Q(due_on__lt=day)
    on_time = still_open & Q(due_on__gte=day)
    agreed = partnership.actions.filter(created_at__lt=end).filter(Q(dropped_at=None) | Q(dropped_at__gte=end))
    counts = agreed.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=done),
        done_in_month=Count("pk", filter=done & Q(done_at__gte=month_start)),
        planned=Count("pk", filter=Q(due_on__lt=day)),
        under_way=Count("pk", filter=on_time & Q(started_at__lt=end)),
        late=Count("pk", filter=late),
        to_do=Count("pk", filter=on_time & (Q(started_at=None) | Q(started_at__gte=end))),
    )
    return PlanOnDay(**counts)


def end_of(day: date, *, zone: str, now: datetime) -> datetime:
    """The instant the day is over in ``zone``, or now while it is not."""
    return min(start_of_day(date.fromordinal(day.toordinal() + 1), zone=zone), now)
