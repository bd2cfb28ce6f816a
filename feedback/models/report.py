"""The monthly health report: written once, read for ever."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from core.errors import DomainError
from feedback.choices import Cause
from feedback.models.response import FeedbackComment
from feedback.models.window import MINIMUM_GROUP
from goals.models import Action
from partners.models import Partnership


class ReportIsFrozen(DomainError):
    """A published report is never changed; a correction is a new revision."""


class HealthReportQuerySet(models.QuerySet["HealthReport"]):
    def update(self, **_values: Any) -> NoReturn:
        raise ReportIsFrozen("A health report is never changed.")

    def delete(self) -> NoReturn:
        raise ReportIsFrozen("A health report is never deleted.")


class HealthReport(models.Model):
    """One partnership, one month, one revision. ``payload`` is the exact text whose hash is ``sha256``."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="health_reports")
    month = models.DateField(help_text="First day of the month, in the partnership's zone.")
    revision = models.PositiveSmallIntegerField(default=1)
    payload = models.TextField()
    sha256 = models.CharField(max_length=64)
    algorithm_version = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64, help_text="Hash of the inputs: same inputs, same report.")
    built_at = models.DateTimeField()

    objects = HealthReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "month", "revision"], name="health_report_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="health_report_month_starts_on_the_first"),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} {self.month:%Y-%m} r{self.revision}"

    def save(self, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ReportIsFrozen("A health report is never changed.")
        super().save(**kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:  # noqa: FBT001, FBT002, ARG002 -- Django's signature
        raise ReportIsFrozen("A health report is never deleted.")


class ReportFailure(models.Model):
    """A month that could not be built, so that one partnership never holds up the others."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="report_failures")
    month = models.DateField()
    error = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=1)
    next_attempt_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partnership", "month"], name="report_failure_once")]

    def __str__(self) -> str:
        return f"{self.partnership_id} {self.month:%Y-%m}"


class PublishedSet(models.Model):
    """One line of the ledger of releases: a number was shown for these atoms (window x sector) together, for ever.

    ``period`` is a month ("2026-10") or a quarter ("2026-Q3"); ``label`` is empty for its total, else the row's name.
    """

    report = models.ForeignKey(HealthReport, on_delete=models.CASCADE, related_name="published_sets")
    period = models.CharField(max_length=7)
    question = models.CharField(max_length=20)
    label = models.CharField(max_length=20, blank=True)
    atoms = models.JSONField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "period", "question", "label"], name="published_set_once"),
            models.CheckConstraint(condition=Q(n__gte=MINIMUM_GROUP), name="published_set_large_enough"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.question} {self.label}"


class ReportFile(models.Model):
    """A report as a printed document in one language, made by the worker; the report itself never changes."""

    report = models.ForeignKey(HealthReport, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(max_length=10)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    built_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "language"], name="report_file_once_per_language")]

    def __str__(self) -> str:
        return f"file {self.pk}"


class CommentTheme(models.Model):
    """A name that a coordinator gave to comments of one month that say the same."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="comment_themes")
    month = models.DateField(help_text="First day of the month of the report.")
    name = models.CharField(max_length=80)
    comments = models.ManyToManyField(FeedbackComment, related_name="themes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "month", "name"], name="comment_theme_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="comment_theme_has_a_name"),
            models.CheckConstraint(condition=Q(month__day=1), name="comment_theme_month_starts_on_the_first"),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUp(models.Model):
    """An action that answers something a report showed."""

    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="follow_up")
    report = models.ForeignKey(HealthReport, on_delete=models.PROTECT, related_name="follow_ups")
    cause = models.CharField(max_length=20, choices=Cause)
    theme = models.ForeignKey(CommentTheme, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="follow_up_cause_known"),
            models.CheckConstraint(
                condition=Q(cause=Cause.THEME, theme__isnull=False) | (~Q(cause=Cause.THEME) & Q(theme=None)),
                name="follow_up_theme_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} for {self.cause}"
