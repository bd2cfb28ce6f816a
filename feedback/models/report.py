"""The monthly health report: written once, read for ever."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from core.errors import DomainError
from feedback.choices import Dimension
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


class FollowUp(models.Model):
    """An action that answers a low dimension of a report."""

    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="follow_up")
    report = models.ForeignKey(HealthReport, on_delete=models.PROTECT, related_name="follow_ups")
    dimension = models.CharField(max_length=20, choices=Dimension)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(dimension__in=Dimension.values), name="follow_up_dimension_known"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} for {self.dimension}"
