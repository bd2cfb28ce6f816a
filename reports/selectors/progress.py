"""The monthly progress page: one sentence first, then goals, plan, how we work together, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import months
from core.clock import today
from core.components import Fact
from core.dates import month as month_in_words
from feedback.reporting import latest_report
from feedback.selectors import HealthMonth, ReportPage, health_month, read_report
from goals.models import Action
from goals.selectors import ActionMonth, GoalReading, MissingPeriod, Plan, PlanOnDay, goal_readings, missing_periods
from meetings.selectors import attendance_of_month
from partners.models import Partnership
from reports.selectors.records import Changes, changes_of_month, wins_of_month
from reports.selectors.taking_part import PartnerTurnout, turnout_of_partners

GOING_WELL = ("met", "on_track", "nearly")


@dataclass(frozen=True)
class Progress:
    """Everything the page of one month shows. ``day`` is the last day it counts: the month's end, or today.

    ``health`` says why there is no ``report`` when there is none.
    """

    month: date
    day: date
    previous: date | None
    following: date | None
    lead: str
    rest: str
    facts: Sequence[Fact]
    goals: Sequence[GoalReading]
    plan: PlanOnDay
    plan_months: Sequence[ActionMonth]
    health: HealthMonth | None
    report: ReportPage | None
    turnout: Sequence[PartnerTurnout]
    changes: Changes
    wins: Sequence[Action]
    missing: Sequence[MissingPeriod]

    @property
    def is_over(self) -> bool:
        return self.day == months.last_day(self.month)


def progress_page(partnership: Partnership, *, month: date, now: datetime) -> Progress:
    """Read the month in a constant number of queries, whatever it holds."""
    zone = partnership.time_zone
    this_month = months.current(zone=zone, at=now)
    day = min(months.last_day(month), today(zone=zone, at=now))
    start, end = months.bounds(month, zone=zone)
    end = min(end, now)
    readings = goal_readings(partnership, today=day)
    actions = Plan(partnership)
    plan = actions.on(day, month_start=start, end=end)
    frozen = latest_report(partnership, month)
    report = read_report(frozen, language=get_language() or "en") if frozen else None
    lead, rest = headline(readings)
    return Progress(
        month=month,
        day=day,
        previous=months.shift(month, -1) if month > first_month(partnership) else None,
        following=months.shift(month, 1) if month < this_month else None,
        lead=lead,
        rest=rest,
        facts=_facts(partnership, readings=readings, plan=plan, report=report, start=start, end=end),
        goals=sorted(readings, key=lambda reading: (reading.need, reading.number)),
        plan=plan,
        plan_months=actions.by_month(on=day),
        health=None if report else health_month(partnership, month, now),
        report=report,
        turnout=turnout_of_partners(
            partnership, finished=actions.finished_by_participation(start=start, end=end), end=end
        ),
        changes=changes_of_month(
            partnership, month=month, readings=readings, became_late=plan.became_late, start=start, end=end
        ),
        wins=wins_of_month(partnership, start=start, end=end),
        missing=missing_periods([partnership], on=day),
    )


def first_month(partnership: Partnership) -> date:
    """The month in which the partnership began, or was entered here."""
    began = partnership.started_on or today(zone=partnership.time_zone, at=partnership.created_at)
    return months.first_of(began)


def latest_month(partnership: Partnership, *, now: datetime) -> date:
    """The month to open first: the last one that is over, unless the partnership is younger than that."""
    this_month = months.current(zone=partnership.time_zone, at=now)
    return max(months.shift(this_month, -1), min(first_month(partnership), this_month))


def headline(readings: Sequence[GoalReading]) -> tuple[str, str]:
    """The finding of the page: how many goals go well, and what can be said of the one that needs us most."""
    if not readings:
        return _("We have not agreed on a shared goal yet."), _("The first one gives everything else a direction.")
    well = sum(reading.status in GOING_WELL for reading in readings)
    total = len(readings)
    lead = ngettext(
        "%(well)s of our %(total)s goals is on track.", "%(well)s of our %(total)s goals are on track.", well
    ) % {"well": well, "total": total}
    if well == total:
        return _("All our goals are on track."), ""
    neediest = min(readings, key=lambda reading: (reading.need, reading.number))
    rest = _("The one that needs us most is “%(goal)s”. %(sentence)s") % {
        "goal": neediest.title,
        "sentence": neediest.sentence,
    }
    return lead, rest


def _facts(
    partnership: Partnership,
    *,
    readings: Sequence[GoalReading],
    plan: PlanOnDay,
    report: ReportPage | None,
    start: datetime,
    end: datetime,
) -> Sequence[Fact]:
    well = sum(reading.status in GOING_WELL for reading in readings)
    facts = [
        Fact(_("goals on track"), well, len(readings)),
        Fact(
            _("actions finished"),
            plan.done,
            plan.total,
            _("%(finished)s this month, %(late)s late") % {"finished": plan.done_in_month, "late": plan.late},
        ),
    ]
    turnout = attendance_of_month(partnership, start=start, end=end)
    if turnout:
        best = max(turnout, key=lambda row: row.partners_that_came)
        facts.append(Fact(_("partners took part"), best.partners_that_came, best.partners_asked))
    if report is not None:
        fullest = max(report.windows, key=lambda window: int(window["answered"]))
        facts.append(Fact(_("people gave feedback"), fullest["answered"], fullest["invited"]))
    return facts


def month_title(month: date) -> str:
    return _("Progress in %(month)s") % {"month": month_in_words(month)}
