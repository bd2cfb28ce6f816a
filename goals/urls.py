"""Routes under /p/<partnership>/."""

from django.urls import path

from goals.views import actions, goals, indicators, measurements

app_name = "goals"
urlpatterns = [
    path("goals/", goals.goal_list, name="goal-list"),
    path("goals/add/", goals.goal_add, name="goal-add"),
    path("goals/<int:pk>/", goals.goal_detail, name="goal-detail"),
    path("goals/<int:pk>/edit/", goals.goal_edit, name="goal-edit"),
    path("goals/<int:pk>/indicators/add/", indicators.indicator_add, name="indicator-add"),
    path("indicators/<int:pk>/edit/", indicators.indicator_edit, name="indicator-edit"),
    path("indicators/<int:pk>/numbers/", measurements.measurement_list, name="measurement-list"),
    path("indicators/<int:pk>/numbers/add/", measurements.measurement_add, name="measurement-add"),
    path("actions/", actions.action_list, name="action-list"),
    path("actions/add/", actions.action_add, name="action-add"),
    path("actions/<int:pk>/", actions.action_detail, name="action-detail"),
    path("actions/<int:pk>/edit/", actions.action_edit, name="action-edit"),
    path("actions/<int:pk>/start/", actions.action_start, name="action-start"),
    path("actions/<int:pk>/wait/", actions.action_wait, name="action-wait"),
    path("actions/<int:pk>/complete/", actions.action_complete, name="action-complete"),
    path("actions/<int:pk>/drop/", actions.action_drop, name="action-drop"),
    path("actions/<int:pk>/reopen/", actions.action_reopen, name="action-reopen"),
]
