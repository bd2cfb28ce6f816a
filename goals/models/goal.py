"""A goal the partners share."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.choices import GoalLevel
from partners.models import Participation, Partnership


class SharedGoal(models.Model):
    """What the partners want to reach together; its indicators say whether they are getting there."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="goals")
    title = models.TextField(_("title"))
    description = models.TextField(_("description"), blank=True)
    level = models.CharField(_("level"), max_length=10, choices=GoalLevel, default=GoalLevel.OUTCOME)
    lead = models.ForeignKey(
        Participation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="led_goals",
        verbose_name=_("lead partner"),
    )
    position = models.PositiveIntegerField(default=0)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="goal_has_a_title"),
            models.CheckConstraint(condition=Q(level__in=GoalLevel.values), name="goal_level_known"),
        ]

    def __str__(self) -> str:
        return self.title
