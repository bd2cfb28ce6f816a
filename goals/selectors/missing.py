"""Which periods are over and still without a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, OuterRef, QuerySet, Subquery

from core.clock import today
from goals import periods
from goals.models import Indicator, Measurement, Target
from goals.periods import Period
from partners.models import Partnership, Seat
from partners.permissions import Permission, Role

GRACE = timedelta(days=7)


@dataclass(frozen=True)
class MissingPeriod:
    """A period of an indicator for which nobody recorded anything, not even "not available"."""

    indicator: Indicator
    period: Period

    @property
    def due_on(self) -> date:
        """The day by which the number is wanted; from then on it counts as missing."""
        return self.period.end + GRACE

    def is_asked_of(self, seat: Seat) -> bool:
        """The partner that leads the goal; where nobody leads, the coordinators."""
        lead = self.indicator.goal.lead_id
        is_theirs = lead == seat.participation_id if lead else seat.role == Role.COORDINATOR
        is_here = self.indicator.goal.partnership_id == seat.partnership_id
        return is_here and is_theirs and seat.can(Permission.MEASUREMENT_RECORD)


def missing_periods(partnerships: Iterable[Partnership], *, on: date, until: date | None = None) -> list[MissingPeriod]:
    """Indicators whose last period ended at least a week before ``on`` without a value. One query.

    With ``until`` also what will be asked for up to that day: the last period and the running one. An indicator is not
    asked about periods that were over when it was made, nor about those after its last target.
    """
    values = Measurement.objects.current().filter(indicator=OuterRef("pk"))
    indicators = (
        Indicator.objects.filter(goal__partnership__in=[one.pk for one in partnerships])
        .select_related("goal__partnership", "goal__lead__organization")
        .annotate(newest=_newest(values), last_target=_newest(Target.objects.filter(indicator=OuterRef("pk"))))
        .order_by("goal__position", "goal_id", "position", "pk")
    )
    found = []
    for indicator in indicators:
        made_on = today(zone=indicator.goal.partnership.time_zone, at=indicator.created_at)
        last, running = periods.finished_and_running(indicator.frequency, on=on)
        for period in (last, running) if until else (last,):
            missing = MissingPeriod(indicator, period)
            is_due = missing.due_on <= (until or on) and made_on <= period.end
            wanted = indicator.last_target is None or indicator.last_target >= period.start
            has_value = indicator.newest is not None and indicator.newest >= period.start
            if is_due and wanted and not has_value:
                found.append(missing)
    return found


def _newest(rows: QuerySet) -> Subquery:
    return Subquery(rows.order_by().values("indicator").annotate(newest=Max("period_end")).values("newest"))
