"""What one import writes, remembered row by row, so that it can be taken back."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.db import models

from exchange.models import ImportBatch, ImportedRow
from exchange.services.packing import digest, snapshot

INSERTS: Final = 500  # rows of one statement


class Journal:
    """Rows made, and rows changed with what they were before."""

    def __init__(self) -> None:
        self.created: list[models.Model] = []
        self._before: dict[tuple[str, int], dict[str, Any]] = {}
        self._changed: list[models.Model] = []

    def insert(self, model: type[models.Model], rows: Sequence[models.Model]) -> None:
        self.created += model._base_manager.bulk_create(rows, batch_size=INSERTS)

    def touch(self, row: models.Model) -> None:
        """Remember a row as it is; call it before the row is changed."""
        self._before.setdefault((row._meta.label, row.pk), snapshot(row))
        self._changed.append(row)

    def counts(self) -> dict[str, int]:
        """How many rows of each model were made or changed."""
        found = Counter(row._meta.label for row in (*self.created, *self._changed))
        return dict(sorted(found.items()))

    def write(self, batch: ImportBatch) -> None:
        """Store the journal; a row that was made and then changed counts as made."""
        made = {(row._meta.label, row.pk): row for row in self.created}
        changed = {(row._meta.label, row.pk): row for row in self._changed}
        rows = [_entry(batch, key, row, None) for key, row in made.items()]
        rows += [_entry(batch, key, row, self._before[key]) for key, row in changed.items() if key not in made]
        ImportedRow.objects.bulk_create(rows, batch_size=INSERTS)


def _entry(batch: ImportBatch, key: tuple[str, int], row: models.Model, before: dict[str, Any] | None) -> ImportedRow:
    label, pk = key
    return ImportedRow(batch=batch, label=label, row_id=pk, before=before, after=digest(snapshot(row)))
