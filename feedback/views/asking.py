"""How a partnership asks, and what people said who were asked with names."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM
from core.clock import now
from core.http import Request, render_form, render_page
from feedback import services
from feedback.choices import Mode
from feedback.forms import HowToAskForm
from feedback.selectors.named import answers_with_names, window_with_names
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.PARTNERSHIP_EDIT, methods=PAGE_AND_FORM)
def how_to_ask(request: Request, seat: Seat) -> HttpResponse:
    """With or without names, and the partnership's own statement."""
    own = services.own_question_of(seat.partnership_id)
    initial = {"mode": str(services.mode_of(seat.partnership_id))}
    if own:
        initial |= {"own_en": own.text_en, "own_fr": own.text_fr}
    form = HowToAskForm(request.POST or None, initial=initial)
    if not form.is_valid():
        return render_form(request, "feedback/how_to_ask.html", {"seat": seat, "form": form, "own": own})
    said = form.cleaned_data
    services.decide_how_to_ask(
        mode=Mode(said["mode"]), own_en=said["own_en"], own_fr=said["own_fr"], by=seat, now=now()
    )
    messages.success(request, _("Saved. It counts from the next meeting that is closed."))
    return redirect("feedback:how-to-ask", seat.partnership.slug)


@seat_view(Permission.NAMED_ANSWERS_READ, methods=PAGE_AND_FORM)
def named_answers(request: Request, seat: Seat, pk: int) -> HttpResponse:
    """Who answered what in a closed window that asked with names. Looking is a deed, and is written down."""
    window = window_with_names(seat.partnership, meeting_id=pk)
    if window is None:
        raise Http404
    answers = None
    if request.method == "POST":
        services.note_look_at_names(window=window, by=seat, now=now())
        answers = answers_with_names(window, language=get_language() or "en")
    context = {"seat": seat, "window": window, "meeting": window.meeting, "answers": answers}
    return render_page(request, "feedback/named_answers.html", context)
