"""A window in which the people of one meeting may answer, who was asked, and the bag that holds answers meanwhile."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from feedback.choices import Mode
from meetings.models import Meeting
from partners.choices import Sector
from partners.models import Partnership

MINIMUM_GROUP = 5  # fewer answers than this are never shown
OWN_LENGTH = 140
WORDS_FROM = 10  # with fewer answers after a meeting nobody reads words, unless whoever wrote them offers them
MOST_INVITED = 500  # every answer rewrites the bag


class OwnQuestion(models.Model):
    """A partnership's own statement, rated like the others. Its words never change; a new one replaces it."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="own_questions")
    text_en = models.CharField(max_length=OWN_LENGTH)
    text_fr = models.CharField(max_length=OWN_LENGTH)
    asked_from = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partnership"], condition=Q(retired_at=None), name="own_question_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(text_en="") & ~Q(text_fr=""), name="own_question_in_every_language"),
        ]

    def __str__(self) -> str:
        return self.text_en

    def in_language(self, language: str) -> str:
        return self.text_fr if language == "fr" else self.text_en


class FeedbackSettings(models.Model):
    """How a partnership asks from the next meeting on; open windows keep what they promised."""

    partnership = models.OneToOneField(Partnership, on_delete=models.CASCADE, related_name="feedback_settings")
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.ANONYMOUS)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mode__in=Mode.values), name="feedback_settings_mode_known")]

    def __str__(self) -> str:
        return f"feedback settings of {self.partnership_id}"


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
    own_question = models.ForeignKey(
        OwnQuestion, on_delete=models.PROTECT, null=True, blank=True, related_name="windows"
    )
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
    sector = models.CharField(max_length=20, choices=Sector, blank=True, help_text="Only where it may be reported on.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "person"], name="invitation_once_per_person"),
            models.CheckConstraint(condition=Q(sector__in=["", *Sector.values]), name="invitation_sector_known"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class WindowSector(models.Model):
    """How many people of a sector were asked, from how many organisations; the row without a sector is all the others.

    Rows exist only where a sector could be reported on at all, and are frozen when the window opens.
    """

    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="sectors")
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    invited = models.PositiveIntegerField()
    organizations = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "sector"], name="window_sector_once"),
            models.CheckConstraint(condition=Q(sector__in=["", *Sector.values]), name="window_sector_known"),
            models.CheckConstraint(condition=Q(invited__gte=MINIMUM_GROUP), name="window_sector_large_enough"),
        ]

    def __str__(self) -> str:
        return f"{self.sector} in {self.window_id}"


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
