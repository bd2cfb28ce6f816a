"""Bring a file: upload, look before anything is written, import, take back."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.models import Person
from core import clock
from core.access import PAGE_AND_FORM, POST, signed_in
from core.errors import DomainError
from core.http import Request, render_form, render_page
from core.limits import IMPORT_PER_PERSON, TooManyAttempts, spend
from exchange import selectors, services
from exchange.access import importer
from exchange.forms import ChoicesForm, UploadForm
from exchange.iati.limits import MAX_BYTES
from exchange.models import BatchState, ImportBatch
from exchange.services.batches import READ_AT_ONCE
from exchange.services.planning import FileForgotten
from exchange.wording import place_in_words

SAMPLE: Final = Path(__file__).resolve().parents[1] / "samples" / "harbour-youth.xml"


@signed_in()
@importer
def import_list(request: Request, person: Person) -> HttpResponse:
    page = selectors.batch_page(person, request.GET.get("page"))
    rows = [(batch, *selectors.look_of(batch)) for batch in page]
    return render_page(request, "exchange/import_list.html", {"page": page, "rows": rows})


@signed_in(methods=PAGE_AND_FORM)
@importer
def import_upload(request: Request, person: Person) -> HttpResponse:
    if request.method != "POST":
        return render_page(request, "exchange/import_upload.html", {"form": UploadForm()})
    is_oversized = int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES
    form = UploadForm(request.POST, request.FILES, is_oversized=is_oversized)
    batch = _take_in(person, form) if form.is_valid() else None
    if batch is None:
        return render_form(request, "exchange/import_upload.html", {"form": form})
    return redirect("exchange:import-detail", batch.pk)


def _take_in(person: Person, form: UploadForm) -> ImportBatch | None:
    """Small files are read at once, large ones by the worker."""
    now = clock.now()
    file = form.cleaned_data["file"]
    try:
        spend(IMPORT_PER_PERSON, str(person.pk), now=now)
        batch = services.upload_file(
            person=person,
            name=file.name,
            content=file.read(),
            with_persons=form.cleaned_data["with_persons"],
            now=now,
        )
    except (TooManyAttempts, services.FileTooLarge) as error:
        form.add_error("file", str(error))
        return None
    if batch.size <= READ_AT_ONCE:
        services.read_batch(batch=batch)
    return batch


@signed_in()
@importer
def import_detail(request: Request, person: Person, batch: int) -> HttpResponse:
    """One address for the whole life of a file: waiting, to be looked at, refused, imported, taken back."""
    found = get_object_or_404(selectors.batches_of(person), pk=batch)
    if found.is_waiting:
        return render_page(request, "exchange/import_wait.html", {"batch": found}, partial="progress")
    if request.htmx and not request.htmx.boosted:  # the waiting page asked, and the wait is over
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.state == BatchState.READ:
        return _dry_run(request, found)
    context = {"batch": found, "refusal": selectors.refusal_of(found)}
    if found.state == BatchState.APPLIED:
        context |= {
            "partnerships": selectors.imported_partnerships(found),
            "counts": selectors.counts_in_words(found),
            "kept_texts": selectors.kept_text_count(found),
        }
    return render_page(request, "exchange/import_detail.html", context)


def _dry_run(request: Request, batch: ImportBatch, form: ChoicesForm | None = None) -> HttpResponse:
    try:
        plan = selectors.plan_for(batch, services.Choices(), now=clock.now())
    except FileForgotten as error:
        return render_page(request, "exchange/import_detail.html", {"batch": batch, "refusal": str(error)})
    form = form or ChoicesForm(plan=plan, person=batch.person)
    context = {"batch": batch, "form": form, "report": selectors.report_of(plan), "writes": plan.writes}
    return render_form(request, "exchange/import_report.html", context)


@signed_in()
@importer
def import_problems(request: Request, person: Person, batch: int) -> HttpResponse:
    found = get_object_or_404(selectors.batches_of(person).filter(document__isnull=False), pk=batch)
    page = selectors.problem_page(found, request.GET.get("page"))
    return render_page(request, "exchange/import_problems.html", {"batch": found, "page": page})


@signed_in()
@importer
def import_texts(request: Request, person: Person, batch: int) -> HttpResponse:
    """What the file says beside the fields we have, word for word."""
    found = get_object_or_404(selectors.batches_of(person).filter(state=BatchState.APPLIED), pk=batch)
    page = selectors.kept_text_page(found, request.GET.get("page"))
    rows = [(kept, place_in_words(kept.place)) for kept in page]
    return render_page(request, "exchange/import_texts.html", {"batch": found, "page": page, "rows": rows})


@signed_in(methods=POST)
@importer
def import_apply(request: Request, person: Person, batch: int) -> HttpResponse:
    found = get_object_or_404(selectors.batches_of(person), pk=batch)
    try:
        plan = selectors.plan_for(found, services.Choices(), now=clock.now())
        form = ChoicesForm(request.POST, plan=plan, person=found.person)
        if not form.is_valid():
            return _dry_run(request, found, form)
        services.approve_batch(batch=found, choices=form.decided(), now=clock.now())
        if found.size <= READ_AT_ONCE:
            services.apply_batch(batch=found, now=clock.now())
            messages.success(request, _("The file is imported."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("exchange:import-detail", found.pk)


@signed_in(methods=PAGE_AND_FORM)
@importer
def import_undo(request: Request, person: Person, batch: int) -> HttpResponse:
    found = get_object_or_404(selectors.batches_of(person).filter(state=BatchState.APPLIED), pk=batch)
    if request.method != "POST":
        context = {"batch": found, "obstacles": selectors.obstacles_of(found)}
        return render_page(request, "exchange/import_undo.html", context)
    try:
        services.undo_batch(batch=found, now=clock.now())
    except services.UndoBlocked as error:
        context = {"batch": found, "obstacles": [selectors.obstacle_row(one) for one in error.obstacles]}
        return render_form(request, "exchange/import_undo.html", context, refusal=HTTPStatus.CONFLICT)
    messages.success(request, _("The import is taken back."))
    return redirect("exchange:import-detail", found.pk)


@signed_in()
@importer
def sample_file(_request: Request, _person: Person) -> HttpResponse:
    """Hand out a small invented file to try the import with."""
    headers = {"Content-Disposition": f'attachment; filename="{SAMPLE.name}"'}
    return HttpResponse(SAMPLE.read_bytes(), content_type="application/xml", headers=headers)
