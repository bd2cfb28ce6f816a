"""Take an import back: rows it made go, rows it changed become what they were. What was edited since is never lost."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from exchange.models import BatchState, ExternalKey, ImportBatch, ImportedRow, KeptText
from exchange.services.packing import digest, restored, snapshot
from exchange.services.planning import chunks
from partners.models import Seat

BACKWARDS: Final = (
    "exchange.ExternalKey",
    "goals.Measurement",
    "goals.Target",
    "goals.Baseline",
    "goals.Indicator",
    "goals.SharedGoal",
    "partners.Seat",
    "partners.ParticipationRole",
    "partners.Participation",
    "partners.Contact",
    "partners.Partnership",
    "partners.OrganizationAlias",
    "partners.OrganizationIdentifier",
    "partners.Organization",
    "accounts.Person",
)
"""Children before parents."""

PEOPLE: Final = ("partners.Contact", "accounts.Person")
"""What hangs on these may belong to any partnership, not only to the one a file was for."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One row that stands in the way: edited since, gone since, added since by somebody else, or somebody in use."""

    label: str
    row_id: int
    why: str
    text: str


class UndoBlocked(DomainError):
    """People have worked on what was imported; ``obstacles`` lists where."""

    def __init__(self, message: str, obstacles: list[Obstacle]) -> None:
        super().__init__(message)
        self.obstacles = obstacles


class NotImported(DomainError):
    """Only an import that stands can be taken back."""


@transaction.atomic
def undo_batch(*, batch: ImportBatch, now: datetime) -> ImportBatch:
    """Restore partners and goals to what they were before this batch. The batch itself stays, marked as taken back."""
    changed = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPLIED).update(
        state=BatchState.UNDONE, undone_at=now
    )
    if not changed:
        raise NotImported(_("This import was already taken back, or never happened."))
    rows = _rows_by_label(batch)
    obstacles = list(_obstacles(batch, rows))
    if obstacles:
        message = _("This import cannot be taken back: people have worked on what it brought.")
        raise UndoBlocked(message, obstacles)
    ExternalKey.objects.filter(batch=batch).delete()
    KeptText.objects.filter(batch=batch).delete()
    for label in BACKWARDS:
        _restore(label, [row for row in rows[label] if row.before is not None])
    for label in BACKWARDS:
        _remove(label, [row.row_id for row in rows[label] if row.before is None])
    batch.refresh_from_db()
    record(verb="import.undone", actor_id=batch.person_id, target=batch, at=now)
    return batch


def find_obstacles(batch: ImportBatch) -> list[Obstacle]:
    """List what would stand in the way of taking this import back. Reads only."""
    return list(_obstacles(batch, _rows_by_label(batch)))


def _rows_by_label(batch: ImportBatch) -> dict[str, list[ImportedRow]]:
    rows: dict[str, list[ImportedRow]] = defaultdict(list)
    for row in batch.rows.order_by("pk"):
        rows[row.label].append(row)
    return rows


def _model(label: str) -> type[models.Model]:
    return apps.get_model(label)


def _obstacles(batch: ImportBatch, rows: dict[str, list[ImportedRow]]) -> Iterator[Obstacle]:
    """What stands in the way; by number only once the importing person has left one of the partnerships."""
    is_there = _still_takes_part(batch)
    for obstacle in _in_the_way(batch, rows):
        yield obstacle if is_there else replace(obstacle, text="")


def _still_takes_part(batch: ImportBatch) -> bool:
    touched = batch.rows.filter(label=ExternalKey._meta.label).values("row_id")
    keys = ExternalKey.objects.filter(models.Q(batch=batch) | models.Q(pk__in=touched))
    seats = Seat.objects.held_by(batch.person).values("partnership")
    return not keys.exclude(partnership__in=seats).exists()


def _in_the_way(batch: ImportBatch, rows: dict[str, list[ImportedRow]]) -> Iterator[Obstacle]:
    """Of people no more than that they are in use: neither what they are called by now, nor what they do where."""
    for label in BACKWARDS:
        stored = {row.row_id: row for row in rows[label]}
        present: dict[int, models.Model] = {}
        for chunk in chunks(sorted(stored)):
            present |= _model(label)._base_manager.in_bulk(list(chunk))
        yield from (Obstacle(label, pk, "gone", "") for pk in stored if pk not in present)
        edited = [pk for pk, row in present.items() if digest(snapshot(row)) != stored[pk].after]
        made = sorted(pk for pk, row in stored.items() if row.before is None)
        added = list(_added(batch, _model(label), made, rows))
        if label in PEOPLE:
            in_use = {*edited, *(parent for parent, _row in added)}
            yield from (Obstacle(label, pk, "used", "") for pk in sorted(in_use))
        else:
            yield from (Obstacle(label, pk, "edited", str(present[pk])) for pk in edited)
            yield from (Obstacle(row._meta.label, row.pk, "added", str(row)) for _parent, row in added)


def _added(
    batch: ImportBatch, model: type[models.Model], made: list[int], rows: dict[str, list[ImportedRow]]
) -> Iterator[tuple[int, models.Model]]:
    """Rows of other people that hang on a row this batch made, each with that row's number."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.many_to_many:
            continue
        child: Any = relation.related_model
        field = relation.field
        ours = {row.row_id for row in rows[child._meta.label]}
        for chunk in chunks(made):
            hanging = child._base_manager.filter(**{f"{field.name}__in": list(chunk)})
            if child in (ExternalKey, KeptText):
                hanging = hanging.exclude(batch=batch)
            for row in hanging:
                if row.pk not in ours:
                    yield getattr(row, field.attname), row


def _restore(label: str, rows: list[ImportedRow]) -> None:
    for row in rows:
        values = restored(_model(label), row.before or {})
        _model(label)._base_manager.filter(pk=row.row_id).update(**values)


def _remove(label: str, pks: list[int]) -> None:
    """Delete without cascading: a row added in this very moment makes the whole undo fail instead of vanishing."""
    for chunk in chunks(pks):
        queryset = _model(label)._base_manager.filter(pk__in=list(chunk))
        queryset._raw_delete(queryset.db)  # noqa: SLF001 -- delete() would cascade
