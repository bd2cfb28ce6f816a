"""Words for feedback."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    ANONYMOUS = "anonymous", _("Anonymous")


class Dimension(models.TextChoices):
    """The eight statements that make the index; their wording belongs to the form's version."""

    COMMUNICATION = "communication", _("Communication")
    DECISIONS = "decisions", _("Clear decisions")
    GOALS = "goals", _("Shared goals")
    ROLES = "roles", _("Clear roles")
    FOLLOW_THROUGH = "follow_through", _("Promises kept")
    TIME = "time", _("Good use of time")
    VOICE = "voice", _("A fair say")
    TRUST = "trust", _("Trust")


ENERGY = "energy"
ITEMS = (*Dimension.values, ENERGY)
INDEX = "index"
