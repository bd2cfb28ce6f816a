"""The life of an uploaded file: taken in, read, approved, and forgotten after 30 days."""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from core.errors import DomainError
from core.models import record
from exchange.iati.guard import blank_spans
from exchange.iati.limits import MAX_BYTES
from exchange.iati.refusals import FileRefused, Refusal
from exchange.iati.sandbox import read_safely
from exchange.models import BatchState, ImportBatch
from exchange.services.applying import apply_batch
from exchange.services.choices import Choices
from exchange.services.packing import pack
from exchange.services.summaries import summarise

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)
READ_AT_ONCE = 1_000_000  # bytes; a larger file is read by the worker
CLAIM_LASTS = timedelta(minutes=5)
MAX_ATTEMPTS = 3


class FileTooLarge(DomainError):
    """Larger than anything we read; nothing of it was kept."""


class NotReady(DomainError):
    """The file is not in the state this step needs."""


@transaction.atomic
def upload_file(*, person: Person, name: str, content: bytes, with_persons: bool, now: datetime) -> ImportBatch:
    """Take a file in, unread."""
    if len(content) > MAX_BYTES:
        raise FileTooLarge(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000})
    batch = ImportBatch.objects.create(
        person=person,
        file_name=name[-250:],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        with_persons=with_persons,
        uploaded_at=now,
    )
    record(verb="import.uploaded", actor_id=person.pk, target=batch, at=now)
    return batch


def read_batch(*, batch: ImportBatch) -> ImportBatch:
    """Read the file in its child process and remember what was found, or why it is refused.

    Persons are cut out of the stored file here unless they were asked for; a refused file is not kept at all.
    """
    if batch.state != BatchState.UPLOADED or batch.content is None:
        raise NotReady(_("This file has already been read."))
    try:
        document, checked = read_safely(bytes(batch.content), persons=batch.with_persons)
    except FileRefused as refused:
        _refuse(batch, refused.code, line=refused.line, facts=refused.facts)
        return batch
    batch.content = checked if batch.with_persons else blank_spans(checked, document.contact_spans)
    batch.document = pack(document)
    batch.summary = summarise(document)
    batch.state = BatchState.READ
    batch.claimed_at = None
    batch.attempts = 0
    batch.save()
    return batch


def _refuse(batch: ImportBatch, code: Refusal, *, line: int | None = None, facts: dict[str, str] | None = None) -> None:
    batch.content = None
    batch.state = BatchState.REFUSED
    batch.refusal = code
    batch.refusal_line = line
    batch.refusal_facts = facts or {}
    batch.claimed_at = None
    batch.save()


@transaction.atomic
def approve_batch(*, batch: ImportBatch, choices: Choices, now: datetime) -> ImportBatch:
    """Write down what the person decided and that it may now happen; importing itself is one further step."""
    changed = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.READ, document__isnull=False).update(
        state=BatchState.APPROVED, choices=choices.to_json()
    )
    if not changed:
        raise NotReady(_("This file cannot be imported: it was imported already, or its 30 days are over."))
    batch.refresh_from_db()
    record(verb="import.approved", actor_id=batch.person_id, target=batch, at=now)
    return batch


def work_on_batches(*, now: datetime, limit: int = 5) -> int:
    """Read and import what is waiting; returns how many files were worked on. Safe to run anywhere, at any time.

    A file is claimed by compare-and-swap for five minutes. One that brought its worker down three times is refused.
    """
    done = 0
    for pk in list(_claimable(now).values_list("pk", flat=True)[:limit]):
        if not _claim(pk, now=now):
            continue
        batch = ImportBatch.objects.get(pk=pk)
        if batch.attempts > MAX_ATTEMPTS:
            _give_up(batch)
        elif batch.state == BatchState.UPLOADED:
            read_batch(batch=batch)
        else:
            _apply_approved(batch, now=now)
        done += 1
    return done


def _claimable(now: datetime) -> Any:
    waiting = ImportBatch.objects.waiting().order_by("uploaded_at", "pk")
    return waiting.filter(claimed_at=None) | waiting.filter(claimed_at__lt=now - CLAIM_LASTS)


def _claim(pk: int, *, now: datetime) -> bool:
    batch = ImportBatch.objects.filter(pk=pk).values("attempts", "claimed_at", "state").first()
    if batch is None:
        return False
    claim = ImportBatch.objects.waiting().filter(pk=pk, **batch)
    return bool(claim.update(claimed_at=now, attempts=batch["attempts"] + 1))


def _give_up(batch: ImportBatch) -> None:
    if batch.state == BatchState.UPLOADED:
        _refuse(batch, Refusal.READER_FAILED)
    else:
        _back_to_read(batch)


def _apply_approved(batch: ImportBatch, *, now: datetime) -> None:
    try:
        apply_batch(batch=batch, now=now)
    except DomainError:
        logger.exception("Could not import %s", batch)
        _back_to_read(batch)


def _back_to_read(batch: ImportBatch) -> None:
    waiting = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPROVED)
    waiting.update(state=BatchState.READ, claimed_at=None, attempts=0)


def purge_files(*, now: datetime) -> int:
    """Forget files older than 30 days; what they brought and how to take it back stays. Returns how many."""
    old = ImportBatch.objects.filter(uploaded_at__lt=now - KEPT_FOR).exclude(content=None, document=None)
    return old.exclude(state__in=[BatchState.UPLOADED, BatchState.APPROVED]).update(content=None, document=None)
