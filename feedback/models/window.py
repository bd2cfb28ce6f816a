"""A window in which the people of one meeting may answer, who was asked, and the bag that holds answers meanwhile."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from feedback.choices import Mode
from meetings.models import Meeting

MINIMUM_GROUP = 5  # fewer answers than this are never shown
MOST_INVITED = 500  # every answer rewrites the bag


class FeedbackWindowQuerySet(models.QuerySet["FeedbackWindow"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def due_to_close(self, *, now: datetime) -> Self:
        return self.open().filter(closes_at__lte=now)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)


class FeedbackWindow(models.Model):
    """What was promised to the people asked is frozen here when the window opens.

    Nothing about who answered is kept: only counts remain after closing.
    """

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="feedback_window")
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.ANONYMOUS)
    form_version = models.CharField(max_length=20)
    minimum_group = models.PositiveSmallIntegerField(default=MINIMUM_GROUP)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    invited_count = models.PositiveIntegerField()
    answered_count = models.PositiveIntegerField(null=True, blank=True)

    objects = FeedbackWindowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opened_at")), name="window_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="window_mode_known"),
            models.CheckConstraint(
                condition=Q(minimum_group__gte=MINIMUM_GROUP), name="window_minimum_group_not_lowered"
            ),
            models.CheckConstraint(
                condition=Q(invited_count__gte=F("minimum_group")), name="window_asks_enough_people"
            ),
            models.CheckConstraint(condition=Q(invited_count__lte=MOST_INVITED), name="window_bag_stays_small"),
            models.CheckConstraint(
                condition=Q(closed_at=None, answered_count=None)
                | Q(closed_at__isnull=False, answered_count__isnull=False, answered_count__lte=F("invited_count")),
                name="window_counted_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"window {self.pk}"


class Invitation(models.Model):
    """This person was asked. Whether they answered is not written here, nor anywhere after closing."""

    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feedback_invitations")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["window", "person"], name="invitation_once_per_person")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class InvitationToken(models.Model):
    """One image of a token that exists in a mail only; all of a window go when it closes."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="tokens")
    verifier = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"token {self.pk}"


class FeedbackBag(models.Model):
    """All answers of an open window in one row, in an order that says nothing. Only ``feedback.sealed`` reads it."""

    window = models.OneToOneField(FeedbackWindow, on_delete=models.CASCADE, related_name="bag")
    answered = models.TextField(default="[]")
    sealed = models.TextField(default="{}")

    def __str__(self) -> str:
        return f"bag {self.pk}"
