"""The directory and the profiles."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM
from core.clock import now
from core.errors import DomainError
from core.http import Request, render_form, render_page
from core.once import creates_once
from core.panels import PARTNER, panels_for
from partners import selectors, services
from partners.access import seat_view
from partners.choices import ParticipationRoleName
from partners.forms import AddPartnerForm, DirectoryForm, ProfileForm
from partners.models import Participation, Seat
from partners.permissions import Permission


@seat_view(Permission.PARTNERSHIP_VIEW)
def partner_list(request: Request, seat: Seat) -> HttpResponse:
    form = DirectoryForm(request.GET)
    wanted = form.wanted()
    after = wanted.pop("after", None)
    page = selectors.directory(seat.partnership, wanted=wanted, after=after)
    context = {"seat": seat, "filters": form, "page": page, "is_narrowed": bool(wanted), "after": after}
    return render_page(request, "partners/partner_list.html", context | _may(seat))


@seat_view(Permission.PARTNERSHIP_VIEW)
def partner_detail(request: Request, seat: Seat, pk: int) -> HttpResponse:
    partner = get_object_or_404(selectors.profile(seat.partnership), pk=pk)
    context = {
        "seat": seat,
        "partner": partner,
        "organization": partner.organization,
        "may_edit": _may_edit(seat, partner),
        "panels": panels_for(PARTNER, seat=seat, about=partner, now=now()),
    }
    return render_page(request, "partners/partner_detail.html", context | _may(seat))


@seat_view(Permission.ORGANIZATION_EDIT_OWN, methods=PAGE_AND_FORM)
def partner_edit(request: Request, seat: Seat, pk: int) -> HttpResponse:
    partner = get_object_or_404(selectors.profile(seat.partnership), pk=pk)
    if not _may_edit(seat, partner):
        raise PermissionDenied
    form = ProfileForm(request.POST or None, seat=seat, participation=partner)
    context = {"seat": seat, "form": form, "partner": partner}
    if not form.is_valid():
        return render_form(request, "partners/partner_edit.html", context)
    roles = form.cleaned_data.get("roles")
    services.edit_organization(
        participation=partner,
        organization=form.instance,
        profile=form.profile(),
        roles=None if roles is None else [ParticipationRoleName(role) for role in roles],
        by=seat,
        now=now(),
    )
    messages.success(request, _("Saved, and marked as checked today."))
    return redirect("partners:partner-detail", seat.partnership.slug, partner.pk)


@seat_view(Permission.ORGANIZATION_EDIT, methods=PAGE_AND_FORM)
@creates_once
def partner_add(request: Request, seat: Seat) -> HttpResponse:
    form = AddPartnerForm(request.POST or None, seat=seat)
    if form.is_valid():
        try:
            partner = _add(form, seat)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is at the table.") % {"name": partner.organization})
            return redirect("partners:partner-detail", seat.partnership.slug, partner.pk)
    return render_form(request, "partners/partner_add.html", {"seat": seat, "form": form})


def _add(form: AddPartnerForm, seat: Seat) -> Participation:
    roles = [ParticipationRoleName(role) for role in form.cleaned_data["roles"]]
    known = form.cleaned_data.get("same_as")
    if known is not None:
        return services.join_organization(
            partnership=seat.partnership, organization=known, roles=roles, by=seat, now=now()
        )
    return services.add_organization(
        partnership=seat.partnership, organization=form.instance, roles=roles, by=seat, now=now()
    )


def _may_edit(seat: Seat, partner: Participation) -> bool:
    is_own = partner.pk == seat.participation_id
    return seat.can(Permission.ORGANIZATION_EDIT) or (is_own and seat.can(Permission.ORGANIZATION_EDIT_OWN))


def _may(seat: Seat) -> dict[str, bool]:
    return {
        "may_add": seat.can(Permission.ORGANIZATION_EDIT),
        "may_invite": seat.can(Permission.SEAT_MANAGE),
        "may_see_addresses": seat.can(Permission.ADDRESS_SEE),
    }
