"""A conversation with somebody who is known by a code only, which nobody but they hold."""

import uuid

from django.db import models
from django.db.models import Q

from feedback.models.response import FeedbackComment
from partners.models import Seat


class ThreadMessage(models.Model):
    """One message beneath a comment. ``seat`` is empty for whoever holds the code.

    Days only, and each side counts its own messages: nothing tells what was written first on one day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    comment = models.ForeignKey(FeedbackComment, on_delete=models.CASCADE, related_name="messages")
    position = models.PositiveSmallIntegerField()
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField()
    written_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "position"], condition=Q(seat=None), name="thread_message_has_its_place"
            ),
            models.UniqueConstraint(
                fields=["comment", "position"], condition=Q(seat__isnull=False), name="thread_reply_has_its_place"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="thread_message_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.id)
