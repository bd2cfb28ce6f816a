"""What pages, reports and mails show of goals and actions."""

from goals.selectors.actions import (
    ActionCounts,
    ActionFilter,
    ActionPage,
    ActionRow,
    accountable_partners,
    action_counts,
    action_page,
    action_row,
    numbered_goals,
)
from goals.selectors.commitments import Owed, owed_by, people_who_owe
from goals.selectors.detail import GoalPage, goal_page, history_lines, indicators_of
from goals.selectors.missing import MissingPeriod, missing_periods
from goals.selectors.plan import ActionMonth, Plan, PlanOnDay
from goals.selectors.reading import GoalReading, IndicatorReading
from goals.selectors.readings import goal_readings, indicator_readings
from goals.selectors.values import ValueRow

__all__ = [
    "ActionCounts",
    "ActionFilter",
    "ActionMonth",
    "ActionPage",
    "ActionRow",
    "GoalPage",
    "GoalReading",
    "IndicatorReading",
    "MissingPeriod",
    "Owed",
    "Plan",
    "PlanOnDay",
    "ValueRow",
    "accountable_partners",
    "action_counts",
    "action_page",
    "action_row",
    "goal_page",
    "goal_readings",
    "history_lines",
    "indicator_readings",
    "indicators_of",
    "missing_periods",
    "numbered_goals",
    "owed_by",
    "people_who_owe",
]
