"""Imported files: what was in them, what became of it, and how to take it back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partnership


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("Waiting to be read")
    READ = "read", _("Ready to look at")
    REFUSED = "refused", _("Refused")
    APPLIED = "applied", _("Imported")
    UNDONE = "undone", _("Taken back")


class ImportBatch(models.Model):
    """One uploaded file on its way in. The file itself is kept for 30 days."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="import_batches")
    file_name = models.CharField(max_length=250)
    content = models.BinaryField(null=True, blank=True)
    sha256 = models.CharField(max_length=64)
    with_persons = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.UPLOADED)
    refusal = models.TextField(blank=True)
    refusal_line = models.PositiveIntegerField(null=True, blank=True)
    summary = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            models.CheckConstraint(
                condition=Q(state=BatchState.REFUSED) & ~Q(refusal="") | ~Q(state=BatchState.REFUSED) & Q(refusal=""),
                name="batch_refused_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class ImportedRow(models.Model):
    """One row a batch created or changed, with what it was before, so that undo restores it exactly."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    label = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "label", "row_id"], name="imported_row_once")]

    def __str__(self) -> str:
        return f"{self.label} {self.row_id}"


class ExternalKey(models.Model):
    """Which of our rows stands for which element of a published activity; titles are no identity."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="external_keys")
    key = models.CharField(max_length=300)
    label = models.CharField(max_length=60)
    row_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partnership", "key"], name="external_key_once")]

    def __str__(self) -> str:
        return self.key
