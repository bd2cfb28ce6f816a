"""Earlier rounds of feedback: choose a file, look before anything is written, bring in, take back.

The file is read in the request that brings it and never stored. From the page that shows what is in it to the import
only sums travel, signed, in the page itself.
"""

from datetime import date
from pathlib import Path
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import clock
from core.access import PAGE_AND_FORM, POST
from core.errors import DomainError
from core.http import Request, render_form, render_page
from core.limits import IMPORT_PER_PERSON, TooManyAttempts, spend
from exchange.forms import RoundsForm
from exchange.round_page import chosen_meanings, dry_run
from exchange.services.rounds import brought_back
from exchange.survey.odd import MAX_BYTES, FileRefused
from exchange.survey.rounds import Reading, read_rounds
from exchange.survey.words import refusal_sentence
from feedback import past
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission

TEMPLATE: Final = Path(__file__).resolve().parents[1] / "samples" / "earlier-rounds.csv"
UPLOAD = "exchange/round_upload.html"


@seat_view(Permission.PAST_ROUNDS_BRING)
def round_list(request: Request, seat: Seat) -> HttpResponse:
    rounds = seat.partnership.past_rounds.order_by("-held_on")
    return render_page(request, "exchange/round_list.html", {"seat": seat, "rounds": rounds})


@seat_view(Permission.PAST_ROUNDS_BRING, methods=PAGE_AND_FORM)
def round_upload(request: Request, seat: Seat) -> HttpResponse:
    """POST reads the file and shows what is in it; nothing is written but the count of attempts."""
    if request.method != "POST":
        return render_page(request, UPLOAD, {"seat": seat, "form": RoundsForm()})
    is_oversized = int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES
    form = RoundsForm(request.POST, request.FILES, is_oversized=is_oversized)
    reading = _read(request, seat, form) if form.is_valid() else None
    if reading is None:
        return render_form(request, UPLOAD, {"seat": seat, "form": form})
    report = dry_run(reading, partnership=seat.partnership, now=clock.now())
    context = {"seat": seat, "report": report, "file_name": form.cleaned_data["file"].name, "form": RoundsForm()}
    return render_page(request, "exchange/round_report.html", context)


def _read(request: Request, seat: Seat, form: RoundsForm) -> Reading | None:
    now = clock.now()
    meanings = chosen_meanings(request.POST.getlist("question"), request.POST.getlist("meaning"))
    today = clock.today(zone=seat.partnership.time_zone, at=now)
    try:
        spend(IMPORT_PER_PERSON, str(seat.person_id), now=now)
        return read_rounds(form.cleaned_data["file"].read(), today=today, meanings=meanings)
    except TooManyAttempts as error:
        form.add_error("file", str(error))
    except FileRefused as error:
        form.add_error("file", refusal_sentence(error))
    return None


@seat_view(Permission.PAST_ROUNDS_BRING, methods=POST)
def round_apply(request: Request, seat: Seat) -> HttpResponse:
    try:
        rounds = brought_back(request.POST.get("rounds", ""), partnership_id=seat.partnership_id)
        past.bring_rounds(partnership=seat.partnership, rounds=rounds, person_id=seat.person_id, now=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("exchange:round-upload", seat.partnership.slug)
    messages.success(request, _("The earlier rounds are part of your history now."))
    return redirect("exchange:round-list", seat.partnership.slug)


@seat_view(Permission.PAST_ROUNDS_BRING, methods=PAGE_AND_FORM)
def round_undo(request: Request, seat: Seat, month: date) -> HttpResponse:
    rounds = list(past.rounds_of(seat.partnership, month))
    if not rounds:
        raise Http404
    if request.method != "POST":
        return render_page(request, "exchange/round_undo.html", {"seat": seat, "month": month, "rounds": rounds})
    try:
        past.take_back(partnership=seat.partnership, month=month, person_id=seat.person_id, now=clock.now())
    except past.NothingToTakeBack as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The month is taken back."))
    return redirect("exchange:round-list", seat.partnership.slug)


@seat_view(Permission.PAST_ROUNDS_BRING)
def round_template(_request: Request, _seat: Seat) -> HttpResponse:
    """Hand out a small invented file that shows the columns and can be imported."""
    headers = {"Content-Disposition": f'attachment; filename="{TEMPLATE.name}"'}
    return HttpResponse(TEMPLATE.read_bytes(), content_type="text/csv; charset=utf-8", headers=headers)
