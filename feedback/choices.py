"""Words for feedback."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    ANONYMOUS = "anonymous", _("Anonymous")
    NAMED = "named", _("With names")


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
OWN = "own"  # a partnership's own statement; never part of the index
RATED = (*ITEMS, OWN)
INDEX = "index"


class Cause(models.TextChoices):
    """What a follow-up answers: a low statement, a theme of the comments, or people who want somebody to act."""

    COMMUNICATION = Dimension.COMMUNICATION.value, Dimension.COMMUNICATION.label
    DECISIONS = Dimension.DECISIONS.value, Dimension.DECISIONS.label
    GOALS = Dimension.GOALS.value, Dimension.GOALS.label
    ROLES = Dimension.ROLES.value, Dimension.ROLES.label
    FOLLOW_THROUGH = Dimension.FOLLOW_THROUGH.value, Dimension.FOLLOW_THROUGH.label
    TIME = Dimension.TIME.value, Dimension.TIME.label
    VOICE = Dimension.VOICE.value, Dimension.VOICE.label
    TRUST = Dimension.TRUST.value, Dimension.TRUST.label
    ENERGY = ENERGY, _("Energy")
    THEME = "theme", _("A theme of the comments")
    FLAG = "flag", _("Somebody should act on this")
