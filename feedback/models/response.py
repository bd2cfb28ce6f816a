"""What was said, after closing: no time, no order, no person, and no key that another table knows."""

import uuid

from django.db import models
from django.db.models import Q

from feedback.choices import INDEX, ITEMS
from feedback.models.window import FeedbackWindow


def scale() -> models.PositiveSmallIntegerField:
    """One answer from 1 (lowest) to 5 (highest); empty when it was skipped or not sure."""
    return models.PositiveSmallIntegerField(null=True, blank=True)


class FeedbackResponse(models.Model):
    """The ratings of one response. The key is random, so that no order can be read from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="responses")
    communication = scale()
    decisions = scale()
    goals = scale()
    roles = scale()
    follow_through = scale()
    time = scale()
    voice = scale()
    trust = scale()
    energy = scale()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(**{item: None}) | Q(**{f"{item}__range": (1, 5)}), name=f"{item}_on_scale"
            )
            for item in ITEMS
        ]

    def __str__(self) -> str:
        return str(self.id)


class FeedbackComment(models.Model):
    """The words of one response, kept apart from its ratings: style must not lead to a score."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(blank=True)
    may_quote = models.BooleanField(default=False)
    wants_action = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | Q(wants_action=True), name="comment_says_something"),
            models.CheckConstraint(condition=Q(may_quote=False) | ~Q(text=""), name="comment_quote_needs_words"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class WindowSum(models.Model):
    """Everything a score needs of one question in one window: n, the sum, the sum of squares and the five counts.

    For ``index`` the unit is one person's score in eighths (8 to 40) and the five counts stay 0.
    """

    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="sums")
    item = models.CharField(max_length=20)
    n = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    squares = models.PositiveBigIntegerField()
    c1 = models.PositiveIntegerField(default=0)
    c2 = models.PositiveIntegerField(default=0)
    c3 = models.PositiveIntegerField(default=0)
    c4 = models.PositiveIntegerField(default=0)
    c5 = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "item"], name="sum_once_per_item"),
            models.CheckConstraint(condition=Q(item__in=[*ITEMS, INDEX]), name="sum_item_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.window_id}"
