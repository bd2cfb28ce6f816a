"""People and seats."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM, POST
from core.clock import now
from core.errors import DomainError
from core.http import Request, number_in, render_form, render_page
from core.limits import INVITE_PER_PERSON, TooManyAttempts, spend
from core.once import creates_once
from core.texts import StrOrPromise
from partners import selectors, services
from partners.access import seat_view
from partners.forms import DirectoryForm, InviteForm, RoleForm
from partners.models import Seat
from partners.permissions import ROLE_DESCRIPTIONS, Permission, Role


@seat_view(Permission.PARTNERSHIP_VIEW)
def seat_list(request: Request, seat: Seat) -> HttpResponse:
    after = DirectoryForm(request.GET).wanted().get("after")
    context = {
        "seat": seat,
        "page": selectors.directory(seat.partnership, wanted={}, after=after),
        "after": after,
        "roles": _roles(),
        "may_manage": seat.can(Permission.SEAT_MANAGE),
    }
    return render_page(request, "partners/seat_list.html", context)


@seat_view(Permission.SEAT_MANAGE, methods=PAGE_AND_FORM)
@creates_once
def seat_invite(request: Request, seat: Seat) -> HttpResponse:
    form = InviteForm(request.POST or None, partnership=seat.partnership, initial=_asked_for(request, seat))
    context = {"seat": seat, "form": form, "roles": _roles()}
    if form.is_valid():
        try:
            spend(INVITE_PER_PERSON, str(seat.person_id), now=now())
            invited = _invite(form, seat)
        except TooManyAttempts as refusal:
            form.add_error(None, str(refusal))
            return render_form(request, "partners/seat_invite.html", context, refusal=HTTPStatus.TOO_MANY_REQUESTS)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("An invitation to %(name)s is on its way.") % {"name": invited.name})
            return redirect("partners:seat-list", seat.partnership.slug)
    return render_form(request, "partners/seat_invite.html", context)


@seat_view(Permission.PARTNERSHIP_VIEW, methods=POST)
def seat_take(request: Request, seat: Seat) -> HttpResponse:
    services.take_seat(seat=seat, now=now())
    messages.success(request, _("The seat is yours. The others see your own name now."))
    return redirect("partners:partner-list", seat.partnership.slug)


@seat_view(Permission.SEAT_MANAGE, methods=PAGE_AND_FORM)
def seat_role(request: Request, seat: Seat, pk: int) -> HttpResponse:
    changed = get_object_or_404(seat.partnership.seats.with_people(), pk=pk)
    form = RoleForm(request.POST or None, instance=changed)
    if form.is_valid():
        facts = {"role": Role(form.cleaned_data["role"]), "title": form.cleaned_data["title"]}
        try:
            services.change_role(seat=changed, **facts, by=seat, now=now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("partners:seat-list", seat.partnership.slug)
    context = {"seat": seat, "form": form, "changed": changed, "roles": _roles()}
    return render_form(request, "partners/seat_role.html", context)


@seat_view(Permission.SEAT_MANAGE, methods=PAGE_AND_FORM)
def seat_vacate(request: Request, seat: Seat, pk: int) -> HttpResponse:
    left = get_object_or_404(seat.partnership.seats.with_people(), pk=pk)
    context: dict[str, object] = {"seat": seat, "left": left}
    if request.method != "POST":
        return render_page(request, "partners/seat_vacate.html", context)
    try:
        services.vacate_seat(seat=left, by=seat, now=now())
    except DomainError as refusal:
        context["refusal"] = str(refusal)
        return render_form(request, "partners/seat_vacate.html", context)
    messages.success(request, _("The seat is vacant now. What hangs on it stays with it."))
    is_own = left.pk == seat.pk
    return redirect("partners:partnership-list") if is_own else redirect("partners:seat-list", seat.partnership.slug)


def _roles() -> list[tuple[StrOrPromise, StrOrPromise]]:
    """Every role and what it means, for everybody to read."""
    return [(role.label, ROLE_DESCRIPTIONS[role]) for role in Role]


def _invite(form: InviteForm, seat: Seat) -> Seat:
    facts = form.cleaned_data
    return services.invite_to_seat(
        partnership=seat.partnership,
        organization=facts["partner"].organization,
        name=facts["name"],
        email=facts["email"],
        role=Role(facts["role"]),
        title=facts["title"],
        by=seat,
        now=now(),
        seat=facts["seat"],
    )


def _asked_for(request: Request, seat: Seat) -> dict[str, object]:
    """Prefill the form by what the link said: a vacant seat, or a partner. Anything foreign is ignored."""
    pks = {name: number_in(request.GET.get(name, "")) or 0 for name in ("seat", "partner")}
    vacant = seat.partnership.seats.vacant().filter(pk=pks["seat"]).first()
    if vacant is not None:
        return {"seat": vacant, "partner": vacant.participation_id, "role": vacant.role}
    partner = seat.partnership.participations.filter(pk=pks["partner"]).first()
    return {"partner": partner} if partner is not None else {}
