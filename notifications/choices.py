"""How often somebody wants mails of one kind, and what the kinds are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", pgettext_lazy("e-mails", "At once")
    DAILY = "daily", pgettext_lazy("e-mails", "Once a day, together")
    WEEKLY = "weekly", pgettext_lazy("e-mails", "Once a week, together")
    NEVER = "never", pgettext_lazy("e-mails", "Not at all")


class Topic(models.TextChoices):
    """The sections of the page on which people choose."""

    MEETINGS = "meetings", _("Meetings")
    FEEDBACK = "feedback", _("Feedback on meetings")
    ACTIONS = "actions", _("Actions")
    NUMBERS = "numbers", _("Numbers")
    PARTNERSHIP = "partnership", _("The partnership")


ANY_RHYTHM = (Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY)
