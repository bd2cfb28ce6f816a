"""Everything that writes for an import: take a file in, read it, plan it, apply it, take it back."""

from exchange.services.applying import apply_batch
from exchange.services.batches import (
    FileTooLarge,
    NotReady,
    approve_batch,
    purge_files,
    read_batch,
    upload_file,
    work_on_batches,
)
from exchange.services.choices import Choices
from exchange.services.planning import Plan, plan_batch
from exchange.services.undoing import UndoBlocked, undo_batch

__all__ = [
    "Choices",
    "FileTooLarge",
    "NotReady",
    "Plan",
    "UndoBlocked",
    "apply_batch",
    "approve_batch",
    "plan_batch",
    "purge_files",
    "read_batch",
    "undo_batch",
    "upload_file",
    "work_on_batches",
]
