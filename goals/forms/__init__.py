"""What people type about goals, their numbers and actions, cleaned before a service sees it."""

from goals.forms.actions import ActionForm, CompleteActionForm, DropActionForm, WaitActionForm
from goals.forms.goals import GoalForm
from goals.forms.indicators import IndicatorForm
from goals.forms.measurements import MeasurementForm

__all__ = [
    "ActionForm",
    "CompleteActionForm",
    "DropActionForm",
    "GoalForm",
    "IndicatorForm",
    "MeasurementForm",
    "WaitActionForm",
]
