"""The charts of the progress page, with their words translated and the numbers behind them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core import charts
from core.charts import Drawing
from core.components import Table
from core.dates import short_month
from feedback.selectors import WindowCount
from goals.selectors import ActionMonth, GoalReading, PlanOnDay
from goals.selectors.wording import spark_words


def goal(reading: GoalReading) -> Drawing | None:
    """The small chart of a goal; None where there is no number to draw."""
    indicator = reading.indicator
    if indicator is None or not any(row.is_number for row in indicator.values):
        return None
    return charts.goal_spark(indicator.series(), spark_words(indicator))


def plan_bar(plan: PlanOnDay) -> Drawing:
    parts = [
        charts.Part(plan.done, "f-1"),
        charts.Part(plan.under_way, "f-3"),
        charts.Part(plan.late, "f-off"),
    ]
    description = _("%(done)s finished, %(under_way)s under way, %(late)s late, %(to_do)s to do, of %(total)s") % {
        "done": plan.done,
        "under_way": plan.under_way,
        "late": plan.late,
        "to_do": plan.to_do,
        "total": plan.total,
    }
    return charts.bar(parts, total=plan.total, description=description)


def burnup(counted: Sequence[ActionMonth]) -> Drawing:
    done = [charts.Count(row.first, row.done) for row in counted if row.done is not None]
    finished = done[-1].total if done else 0
    words = charts.BurnupWords(
        description=_("Actions finished each month against the plan: %(done)s finished so far.") % {"done": finished},
        planned=_("Planned"),
        done=_("%(count)s done") % {"count": finished},
        format_date=short_month,
    )
    return charts.burnup(done, [charts.Count(row.first, row.planned) for row in counted], words)


def burnup_table(counted: Sequence[ActionMonth]) -> Table:
    return Table(
        columns=[_("Month"), _("Should be finished"), _("Finished")],
        rows=[[short_month(row.first), row.planned, "" if row.done is None else row.done] for row in counted],
    )


def replies(window: WindowCount) -> Drawing:
    description = _("%(answered)s of %(invited)s people replied") % {
        "answered": window.answered,
        "invited": window.invited,
    }
    return charts.bar([charts.Part(window.answered, "f-1")], total=window.invited, description=description)
