"""When this partnership reminds its people."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM
from core.clock import now
from core.http import Request, render_form
from notifications import reminding
from notifications.forms import MomentsForm
from notifications.registry import kinds
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.PARTNERSHIP_EDIT, methods=PAGE_AND_FORM)
def reminder_times(request: Request, seat: Seat) -> HttpResponse:
    movable = reminding.kinds_with_moments(kinds())
    chosen = reminding.moments_in(seat.partnership_id, movable)
    form = MomentsForm(request.POST or None, kinds=movable, chosen=chosen)
    if not form.is_valid():
        return render_form(request, "partners/reminder_times.html", {"seat": seat, "form": form})
    for kind, moments in form.moments().items():
        if sorted(moments) != sorted(chosen[kind]):
            reminding.choose_moments(
                kind=kind, partnership_id=seat.partnership_id, moments=moments, by_id=seat.person_id, now=now()
            )
    messages.success(request, _("Saved."))
    return redirect("partners:reminder-times", seat.partnership.slug)
