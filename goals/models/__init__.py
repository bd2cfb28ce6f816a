"""Shared goals with their indicators, what was measured, and the actions that should move them."""

from goals.models.action import Action, Assignment
from goals.models.goal import SharedGoal
from goals.models.indicator import Baseline, Indicator, Measurement, Target

__all__ = ["Action", "Assignment", "Baseline", "Indicator", "Measurement", "SharedGoal", "Target"]
