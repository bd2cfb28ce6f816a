"""Cross-cutting persistence: the audit trail, the rate limiter's counters and the numbers of forms sent."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from core.texts import encoded


class AuditEvent(models.Model):
    """Who did what to which object, by ids only: history must not become a second place where names are kept.

    No foreign keys, so that history never blocks a delete.
    """

    verb = models.CharField(max_length=60, db_index=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    partnership_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    target_label = models.CharField(max_length=80)
    target_id = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    happened_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"#{self.pk} {self.verb} {self.target_label}:{self.target_id}"


def record(
    *,
    verb: str,
    target: models.Model,
    at: datetime,
    actor_id: int | None = None,
    partnership_id: int | None = None,
    **ids: int | str | None,
) -> AuditEvent:
    """Append one event; call it inside the service's transaction. ``ids`` holds numbers and codes, never names."""
    written = event(verb=verb, target=target, at=at, actor_id=actor_id, partnership_id=partnership_id, **ids)
    written.save(force_insert=True)
    return written


def record_all(events: Iterable[AuditEvent]) -> None:
    """Append what :func:`event` built, for services that do one thing to many rows at once."""
    AuditEvent.objects.bulk_create(events, batch_size=500)


def event(
    *,
    verb: str,
    target: models.Model,
    at: datetime,
    actor_id: int | None = None,
    partnership_id: int | None = None,
    **ids: int | str | None,
) -> AuditEvent:
    """Build one event without storing it."""
    return AuditEvent(
        verb=verb,
        actor_id=actor_id,
        partnership_id=partnership_id,
        target_label=target._meta.label,
        target_id=str(target.pk),
        data={name: encoded(code) if isinstance(code, str) else code for name, code in ids.items()},
        happened_at=at,
    )


class RateCount(models.Model):
    """How often one subject did one thing in one window of time. The subject is stored as an HMAC only."""

    scope = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "subject", "window_start"], name="rate_counted_once")]
        indexes = [models.Index(fields=["window_start"], name="rate_window_start")]

    def __str__(self) -> str:
        return f"{self.scope} {self.count}"


class Submission(models.Model):
    """A form that was sent, by the number it carried, and where it led. Written by :mod:`core.once` alone.

    It says who sent something and when, so forms that promise anonymity have none.
    """

    person_id = models.BigIntegerField()
    number = models.CharField(max_length=32)
    path = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "number"], name="submission_once_per_person")]

    def __str__(self) -> str:
        return f"submission {self.pk}"
