"""Imported files: what was in them, what became of it, and how to take it back."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partnership


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("Waiting to be read")
    READ = "read", _("Ready to look at")
    REFUSED = "refused", _("Refused")
    APPROVED = "approved", _("Being imported")
    APPLIED = "applied", _("Imported")
    UNDONE = "undone", _("Taken back")


WAITING = (BatchState.UPLOADED, BatchState.APPROVED)
"""States in which a worker has something to do; everything else waits for a person."""


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def of(self, person: Any) -> Self:
        return self.filter(person=person)

    def waiting(self) -> Self:
        return self.filter(state__in=WAITING)

    def without_files(self) -> Self:
        """Rows for a list: the files themselves are megabytes."""
        return self.defer("content", "document")


class ImportBatch(models.Model):
    """One uploaded file on its way in. The file itself is kept for 30 days.

    ``document`` is what the reader found, packed; ``summary`` what lists and the command line show; ``choices`` what
    the person decided; ``claimed_at`` and ``attempts`` keep two workers apart and stop one file from failing for ever.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="import_batches")
    file_name = models.CharField(max_length=250)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True, blank=True)
    document = models.BinaryField(null=True, blank=True)
    with_persons = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.UPLOADED)
    refusal = models.CharField(max_length=40, blank=True)
    refusal_line = models.PositiveIntegerField(null=True, blank=True)
    refusal_facts = models.JSONField(default=dict, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    choices = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            models.CheckConstraint(
                condition=(Q(state=BatchState.REFUSED) & ~Q(refusal=""))
                | (~Q(state=BatchState.REFUSED) & Q(refusal="")),
                name="batch_refused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BatchState.APPLIED, BatchState.UNDONE], applied_at__isnull=False)
                | (~Q(state__in=[BatchState.APPLIED, BatchState.UNDONE]) & Q(applied_at=None)),
                name="batch_applied_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "claimed_at"], name="batch_by_state")]

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING


class ImportedRow(models.Model):
    """One row a batch created (``before`` is null) or changed, so that undo restores it exactly.

    ``after`` is a digest of the row as the batch left it: a row that no longer matches was edited since.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    label = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True, blank=True)
    after = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "label", "row_id"], name="imported_row_once")]

    def __str__(self) -> str:
        return f"{self.label} {self.row_id}"


class ExternalKey(models.Model):
    """Which of our rows stands for which element of a published activity; titles are no identity.

    ``digest`` is of what the file said: the same digest means the file has nothing new, whatever was edited here since.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="external_keys")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="keys")
    key = models.CharField(max_length=300)
    label = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partnership", "key"], name="external_key_once")]
        indexes = [models.Index(fields=["label", "key"], name="external_key_by_key")]

    def __str__(self) -> str:
        return self.key


class KeptText(models.Model):
    """Something a file said that has no field of its own with us, kept word for word with its place in the file."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="kept_texts")
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="kept_texts")
    line = models.PositiveIntegerField()
    place = models.CharField(max_length=200)
    language = models.CharField(max_length=35, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["line", "pk"]

    def __str__(self) -> str:
        return self.place
