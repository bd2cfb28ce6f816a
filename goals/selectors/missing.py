"""Which periods are over and still without a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, OuterRef, QuerySet, Subquery

from goals import periods
from goals.models import Indicator, Measurement, Target
from goals.periods import Period
from partners.models import Partnership

GRACE = timedelta(days=7)


@dataclass(frozen=True)
class MissingPeriod:
    """The newest finished period of an indicator for which nobody recorded anything, not even "not available"."""

    indicator: Indicator
    period: Period


def missing_periods(partnerships: Iterable[Partnership], *, on: date) -> list[MissingPeriod]:
    """Indicators whose last period ended at least a week before ``on`` without a value. One query.

    An indicator is not asked about periods that were over when it was made, nor about those after its last target.
    """
    values = Measurement.objects.current().filter(indicator=OuterRef("pk"))
    indicators = (
        Indicator.objects.filter(goal__partnership__in=[one.pk for one in partnerships])
        .select_related("goal__partnership", "goal__lead")
        .annotate(newest=_newest(values), last_target=_newest(Target.objects.filter(indicator=OuterRef("pk"))))
        .order_by("goal__position", "goal_id", "position", "pk")
    )
    found = []
    for indicator in indicators:
        (period,) = periods.finished(indicator.frequency, on=on, count=1)
        is_due = period.end + GRACE <= on and indicator.created_at.date() <= period.end
        wanted = indicator.last_target is None or indicator.last_target >= period.start
        has_value = indicator.newest is not None and indicator.newest >= period.start
        if is_due and wanted and not has_value:
            found.append(MissingPeriod(indicator, period))
    return found


def _newest(rows: QuerySet) -> Subquery:
    return Subquery(rows.order_by().values("indicator").annotate(newest=Max("period_end")).values("newest"))
