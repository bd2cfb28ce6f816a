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
from feedback.selectors import HealthMonth, MonthState, ReportPage, health_month, read_report
from goals.models import Action
from goals.selectors import ActionMonth, GoalReading, MissingPeriod, action_months, goal_readings, missing_periods
from meetings.selectors import attendance_of_month
from partners.models import Partnership
from reports.selectors.plan import PlanOnDay, end_of, plan_on
from reports.selectors.records import Changes, changes_of_month, wins_of_month
from reports.selectors.taking_part import PartnerTurnout, turnout_of_partners

GOING_WELL = ("met", "on_track", "nearly")


@dataclass(frozen=True)
class Progress:
    """Everything the page of one month shows. ``day`` is the last day it counts: the month's end, or today."""

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
    end = min(end, end_of(day, zone=zone, now=now))
    readings = goal_readings(partnership, today=day)
    plan = plan_on(partnership, day=day, end=end, month_start=start)
    health = health_month(partnership, month, now)
    report = read_report(health.report, language=get_language() or "en") if health and health.report else None
    lead, rest = headline(readings)
    return Progress(
        month=month,
        day=day,
        previous=months.shift(month, -1) if month > first_month(partnership) else None,
        following=months.shift(month, 1) if month < this_month else None,
        lead=lead,
        rest=rest,
        facts=_facts(partnership, readings=readings, plan=plan, health=health, start=start, end=end),
        goals=sorted(readings, key=lambda reading: (reading.need, reading.number)),
        plan=plan,
        plan_months=action_months(partnership, on=day),
        health=health,
        report=report,
        turnout=turnout_of_partners(partnership, start=start, end=end),
        changes=changes_of_month(partnership, month=month, readings=readings, start=start, end=end),
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
    health: HealthMonth | None,
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
    if health is not None and health.state is MonthState.PUBLISHED:
        answered = max(window.answered for window in health.windows)
        invited = max(window.invited for window in health.windows)
        facts.append(Fact(_("people gave feedback"), answered, invited))
    return facts


def month_title(month: date) -> str:
    return _("Progress in %(month)s") % {"month": month_in_words(month)}
