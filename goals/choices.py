"""The field's words for goals, indicators and duties."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GoalLevel(models.TextChoices):
    OUTPUT = "output", _("What we make or do")
    OUTCOME = "outcome", _("What changes for people")
    IMPACT = "impact", _("What changes in the long run")
    PROCESS = "process", _("How we work together")
    OTHER = "other", _("Something else")


class Direction(models.TextChoices):
    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")
    HOLD = "hold", _("Stay within a range")


class MeasureKind(models.TextChoices):
    NUMBER = "number", _("A number")
    PERCENTAGE = "percentage", _("A percentage")
    NOMINAL = "nominal", _("Yes or no, or a name")
    ORDINAL = "ordinal", _("A rank or grade")
    QUALITATIVE = "qualitative", _("A description in words")


class ValueSemantics(models.TextChoices):
    SNAPSHOT = "snapshot", _("The state at the end of the period")
    PER_PERIOD = "per_period", _("What happened within the period")
    CUMULATIVE = "cumulative", _("Everything since the start")
    UNKNOWN = "unknown", _("Not known yet")


class Frequency(models.TextChoices):
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every three months")
    HALF_YEARLY = "half_yearly", _("Twice a year")
    YEARLY = "yearly", _("Every year")


FREQUENCY_DAYS = {Frequency.MONTHLY: 31, Frequency.QUARTERLY: 92, Frequency.HALF_YEARLY: 183, Frequency.YEARLY: 366}


class ValueKind(models.TextChoices):
    NUMBER = "number", _("Number")
    TEXT = "text", _("Text")
    EMPTY = "empty", _("Not available")


class Duty(models.TextChoices):
    """Who is responsible, consulted or informed; the one accountable seat is a column of the action itself."""

    RESPONSIBLE = "responsible", _("Does the work")
    CONSULTED = "consulted", _("Is asked first")
    INFORMED = "informed", _("Is told afterwards")


class ActionStatus(models.TextChoices):
    """Derived from dates and never stored."""

    TO_DO = "to_do", _("To do")
    UNDER_WAY = "under_way", _("Under way")
    WAITING = "waiting", _("Waiting on someone")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")
