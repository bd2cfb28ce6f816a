"""Words for meetings."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Presence(models.TextChoices):
    UNKNOWN = "unknown", _("Not noted yet")
    PRESENT = "present", _("Came")
    DEPUTY = "deputy", _("Sent someone")
    APOLOGIES = "apologies", _("Sent apologies")
    ABSENT = "absent", pgettext_lazy("somebody at a meeting", "Missed")


CAME = (Presence.PRESENT, Presence.DEPUTY)  # the partner's voice was in the room
