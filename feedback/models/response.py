"""What was said, after closing: no time, no order, no person, and no key that another table knows.

Answers given with a name are the exception, in a table of their own.
"""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from feedback.choices import INDEX, RATED
from feedback.models.window import WORDS_FROM, FeedbackWindow
from partners.choices import Sector


def scale() -> models.PositiveSmallIntegerField:
    """One answer from 1 (lowest) to 5 (highest); empty when it was skipped or not sure."""
    return models.PositiveSmallIntegerField(null=True, blank=True)


class Ratings(models.Model):
    """One person's answers after one meeting. ``own`` answers the partnership's own statement."""

    communication = scale()
    decisions = scale()
    goals = scale()
    roles = scale()
    follow_through = scale()
    time = scale()
    voice = scale()
    trust = scale()
    energy = scale()
    own = scale()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(**{item: None}) | Q(**{f"{item}__range": (1, 5)}), name=f"%(class)s_{item}_on_scale"
            )
            for item in RATED
        ]


class FeedbackResponse(Ratings):
    """The ratings of one anonymous response. The key is random, so that no order can be read from it.

    ``sector`` is empty unless enough people of it answered, and enough others: see ``feedback.sealed``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="responses")
    sector = models.CharField(max_length=20, choices=Sector, blank=True)

    class Meta(Ratings.Meta):
        constraints = [
            *Ratings.Meta.constraints,
            models.CheckConstraint(condition=Q(sector__in=["", *Sector.values]), name="response_sector_known"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class NamedResponse(Ratings):
    """What one person said in a window that promised names. Only windows with names have such rows."""

    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="named_responses")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="named_responses")
    comment = models.TextField(blank=True)
    may_quote = models.BooleanField(default=False)
    wants_action = models.BooleanField(default=False)

    class Meta(Ratings.Meta):
        constraints = [
            *Ratings.Meta.constraints,
            models.UniqueConstraint(fields=["window", "person"], name="named_response_once_per_person"),
            models.CheckConstraint(
                condition=Q(may_quote=False) | ~Q(comment=""), name="named_response_quote_needs_words"
            ),
        ]

    def __str__(self) -> str:
        return f"named response {self.pk}"


class FeedbackCommentQuerySet(models.QuerySet["FeedbackComment"]):
    def read_on(self, day: date) -> Self:
        """Words that a coordinator may read on this day; what somebody offers is read from the next day on."""
        return self.filter(Q(window__answered_count__gte=WORDS_FROM) | Q(offered_on__lt=day))

    def with_conversation(self) -> Self:
        """Those whose authors asked for a reply, and those whose conversation is over and still kept."""
        return self.filter(Q(thread__isnull=False) | Q(ended_on__isnull=False))


class FeedbackComment(models.Model):
    """The words of one response, kept apart from its ratings: style must not lead to a score.

    ``thread`` is an image of the code by which whoever wrote it reads replies; only they hold the code. ``offered_on``:
    the day they let the coordinator read it although too few people answered. ``ended_on``: the day they ended the
    conversation. Days only: times lead on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(blank=True)
    may_quote = models.BooleanField(default=False)
    wants_action = models.BooleanField(default=False)
    thread = models.CharField(max_length=64, null=True, blank=True, unique=True)
    offered_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = FeedbackCommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | Q(wants_action=True), name="comment_says_something"),
            models.CheckConstraint(condition=Q(may_quote=False) | ~Q(text=""), name="comment_quote_needs_words"),
            models.CheckConstraint(condition=Q(thread=None) | ~Q(text=""), name="comment_thread_needs_words"),
            models.CheckConstraint(condition=Q(offered_on=None) | ~Q(text=""), name="comment_offered_has_words"),
            models.CheckConstraint(condition=Q(ended_on=None) | Q(thread=None), name="comment_ended_has_no_code"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_shared(self) -> bool:
        """Whether anybody but the author reads these words, at the latest from tomorrow on."""
        return self.offered_on is not None or (self.window.answered_count or 0) >= WORDS_FROM


class Sums(models.Model):
    """Everything a score needs of one question: n, the sum, the sum of squares and the five counts.

    For ``index`` the unit is one person's score in eighths (8 to 40): the five counts stay 0, ``eighths`` counts the
    33 scores.
    """

    item = models.CharField(max_length=20)
    n = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    squares = models.PositiveBigIntegerField()
    c1 = models.PositiveIntegerField(default=0)
    c2 = models.PositiveIntegerField(default=0)
    c3 = models.PositiveIntegerField(default=0)
    c4 = models.PositiveIntegerField(default=0)
    c5 = models.PositiveIntegerField(default=0)
    eighths = models.JSONField(default=list)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(item__in=[*RATED, INDEX]), name="%(class)s_item_known"),
        ]


class WindowSum(Sums):
    """The sums of one window. ``sector`` is empty for everybody together; else its responses carry it as well."""

    window = models.ForeignKey(FeedbackWindow, on_delete=models.CASCADE, related_name="sums")
    sector = models.CharField(max_length=20, choices=Sector, blank=True)

    class Meta(Sums.Meta):
        constraints = [
            *Sums.Meta.constraints,
            models.UniqueConstraint(fields=["window", "sector", "item"], name="sum_once_per_item_and_sector"),
            models.CheckConstraint(condition=Q(sector__in=["", *Sector.values]), name="sum_sector_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.window_id}"
