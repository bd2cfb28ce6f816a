"""Rounds of feedback from before this partnership worked here: sums only, never a row of a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from feedback.models.response import Sums
from feedback.models.window import MINIMUM_GROUP
from partners.models import Partnership


class PastRound(models.Model):
    """One earlier round, brought in as a file. ``invited`` is empty where nobody knows it any more."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="past_rounds")
    held_on = models.DateField()
    label = models.CharField(max_length=120)
    form_version = models.CharField(max_length=20)
    invited = models.PositiveIntegerField(null=True, blank=True)
    answered = models.PositiveIntegerField()
    alike = models.PositiveIntegerField(default=0, help_text="How many gave the same answer to all eight statements.")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "held_on"], name="past_round_once_per_day"),
            models.CheckConstraint(condition=Q(answered__gte=MINIMUM_GROUP), name="past_round_large_enough"),
            models.CheckConstraint(
                condition=Q(invited=None) | Q(invited__gte=models.F("answered")), name="past_round_asked_who_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class PastSum(Sums):
    """The sums of an earlier round."""

    past_round = models.ForeignKey(PastRound, on_delete=models.CASCADE, related_name="sums")

    class Meta(Sums.Meta):
        constraints = [
            *Sums.Meta.constraints,
            models.UniqueConstraint(fields=["past_round", "item"], name="past_sum_once_per_item"),
            models.CheckConstraint(condition=Q(n=0) | Q(n__gte=MINIMUM_GROUP), name="past_sum_large_enough"),
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.past_round_id}"
