"""My partnerships, a new one, and the settings of one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest
from core.access import PAGE_AND_FORM, signed_in
from core.clock import now
from core.http import Request, render_form, render_page
from core.once import creates_once
from partners import selectors, services
from partners.access import seat_view
from partners.forms import PartnershipForm, StartForm
from partners.models import Seat
from partners.permissions import Permission


@signed_in()
def partnership_list(request: SignedInRequest) -> HttpResponse:
    context = {"seats": selectors.seats_of(request.user)}
    return render_page(request, "partners/partnership_list.html", context)


@signed_in(methods=PAGE_AND_FORM)
@creates_once
def partnership_start(request: SignedInRequest) -> HttpResponse:
    if not request.user.may_start_partnerships:
        raise PermissionDenied
    own = {"language": request.user.language, "time_zone": request.user.time_zone}
    form = StartForm(request.POST or None, initial=own)
    if not form.is_valid():
        return render_form(request, "partners/partnership_start.html", {"form": form})
    seat = services.start_partnership(**form.cleaned_data, by=request.user, now=now())
    messages.success(request, _("%(name)s has begun. Who else should be at the table?") % {"name": seat.partnership})
    return redirect("partners:partner-list", seat.partnership.slug)


@seat_view(Permission.PARTNERSHIP_EDIT, methods=PAGE_AND_FORM)
def partnership_edit(request: Request, seat: Seat) -> HttpResponse:
    form = PartnershipForm(request.POST or None, instance=seat.partnership)
    if not form.is_valid():
        if form.is_bound:  # what was typed stands in the form, not in the head of the page
            seat.partnership.refresh_from_db()
        return render_form(request, "partners/partnership_edit.html", {"seat": seat, "form": form})
    services.edit_partnership(partnership=form.instance, by=seat, now=now())
    messages.success(request, _("Saved."))
    return redirect("partners:partnership-edit", seat.partnership.slug)
