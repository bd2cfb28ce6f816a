"""Pages of the action plan, and the buttons that move an action along."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.access import PAGE_AND_FORM, POST
from core.http import Request, number_in, render_form, render_page, swap_or_redirect
from core.once import creates_once
from goals import selectors, services
from goals.forms import ActionForm, CompleteActionForm, DropActionForm, WaitActionForm
from goals.models import Action
from goals.selectors.actions import SHOWN
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission

LIST = "goals/action_list.html"
DETAIL = "goals/action_detail.html"


@seat_view(Permission.PARTNERSHIP_VIEW)
def action_list(request: Request, seat: Seat) -> HttpResponse:
    """What we promised each other, late first, and who is holding it."""
    return render_page(request, LIST, _list_context(request, seat), partial="list")


@seat_view(Permission.PARTNERSHIP_VIEW)
def action_detail(request: Request, seat: Seat, pk: int) -> HttpResponse:
    action = get_object_or_404(seat.partnership.actions.with_people(), pk=pk)
    return _detail_page(request, seat, action)


@seat_view(Permission.ACTION_PLAN, methods=PAGE_AND_FORM)
@creates_once
def action_add(request: Request, seat: Seat) -> HttpResponse:
    now = clock.now()
    today = clock.today(zone=seat.partnership.time_zone, at=now)
    initial = {"goal": number_in(request.GET.get("goal", ""))}
    form = ActionForm(request.POST or None, partnership=seat.partnership, today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            action = services.plan_action(**form.facts(), by=seat, now=now)
        except services.ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The action is planned."))
            return redirect("goals:action-detail", seat.partnership.slug, action.pk)
    return _form_page(request, seat, form, heading=_("Plan an action"))


@seat_view(Permission.ACTION_UPDATE, methods=PAGE_AND_FORM)
def action_edit(request: Request, seat: Seat, pk: int) -> HttpResponse:
    action = get_object_or_404(seat.partnership.actions.with_people(), pk=pk)
    if not services.may_update(action, seat):
        raise PermissionDenied
    now = clock.now()
    today = clock.today(zone=seat.partnership.time_zone, at=now)
    form = ActionForm(request.POST or None, partnership=seat.partnership, today=today, action=action)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_action(action=action, **form.facts(), by=seat, now=now)
        except services.ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The action is saved."))
            return redirect("goals:action-detail", seat.partnership.slug, action.pk)
    return _form_page(request, seat, form, heading=_("Edit the action"), action=action)


@seat_view(Permission.ACTION_UPDATE, methods=POST)
def action_start(request: Request, seat: Seat, pk: int) -> HttpResponse:
    return _move(request, seat, pk, forms.Form(request.POST), services.start_action, said=_("Under way: %(title)s"))


@seat_view(Permission.ACTION_UPDATE, methods=POST)
def action_wait(request: Request, seat: Seat, pk: int) -> HttpResponse:
    form = WaitActionForm(request.POST)
    return _move(request, seat, pk, form, services.wait_action, said=_("Waiting on someone: %(title)s"))


@seat_view(Permission.ACTION_UPDATE, methods=POST)
def action_complete(request: Request, seat: Seat, pk: int) -> HttpResponse:
    form = CompleteActionForm(request.POST)
    return _move(request, seat, pk, form, services.complete_action, said=_("Done: %(title)s"))


@seat_view(Permission.ACTION_UPDATE, methods=POST)
def action_drop(request: Request, seat: Seat, pk: int) -> HttpResponse:
    form = DropActionForm(request.POST)
    return _move(request, seat, pk, form, services.drop_action, said=_("Dropped: %(title)s"))


@seat_view(Permission.ACTION_UPDATE, methods=POST)
def action_reopen(request: Request, seat: Seat, pk: int) -> HttpResponse:
    return _move(request, seat, pk, forms.Form(request.POST), services.reopen_action, said=_("Open again: %(title)s"))


def _move(
    request: Request, seat: Seat, pk: int, form: forms.Form, service: Callable[..., Action], *, said: str
) -> HttpResponse:
    """Do what the button says, and go back to where it was pressed: the list with its filters, or the action's page."""
    action = get_object_or_404(seat.partnership.actions.with_people(), pk=pk)
    if not form.is_valid():
        return _detail_page(request, seat, action, invalid=form)
    try:
        service(action=action, by=seat, now=clock.now(), **form.cleaned_data)
    except services.NotYourAction as error:
        raise PermissionDenied(str(error)) from error
    except services.ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said % {"title": action.title})
    if "list" not in request.GET:
        return redirect("goals:action-detail", seat.partnership.slug, action.pk)
    context = _list_context(request, seat)
    return swap_or_redirect(request, f"{LIST}#swapped", context, to=context["list_url"])


def _list_context(request: Request, seat: Seat) -> dict[str, Any]:
    partnership = seat.partnership
    goals = selectors.numbered_goals(partnership)
    wanted = _wanted(request.GET)
    on = clock.today(zone=partnership.time_zone, at=clock.now())
    shown = selectors.action_page(
        seat,
        wanted,
        on=on,
        number=request.GET.get("page", ""),
        goal_numbers={goal.pk: goal.number for goal in goals},
    )
    filters = {
        name: value
        for name, value in (
            ("mine", "1" if wanted.mine else ""),
            ("partner", wanted.participation),
            ("goal", wanted.goal),
        )
        if value
    }
    kept = filters | ({"show": wanted.show} if wanted.show != "open" else {})
    kept |= {"page": shown.page.number} if shown.page.number > 1 else {}
    list_url = reverse("goals:action-list", args=[partnership.slug])
    return {
        "seat": seat,
        "wanted": wanted,
        "shown": shown,
        "goals": [goal for goal in goals if goal.in_use],
        "partners": selectors.accountable_partners(partnership),
        "may_plan": seat.can(Permission.ACTION_PLAN),
        "filters": urlencode(filters),
        "kept": urlencode({"list": 1, **kept}),
        "actions_url": list_url,
        "add_url": reverse("goals:action-add", args=[partnership.slug]),
        "list_url": f"{list_url}?{urlencode(kept)}" if kept else list_url,
    }


def _wanted(query: Mapping[str, str]) -> selectors.ActionFilter:
    """Filters out of the address; what makes no sense is passed over."""
    show = query.get("show", "")
    return selectors.ActionFilter(
        show=show if show in SHOWN else "open",
        mine=query.get("mine") == "1",
        participation=number_in(query.get("partner", "")),
        goal=number_in(query.get("goal", "")),
    )


def _detail_page(request: Request, seat: Seat, action: Action, *, invalid: forms.Form | None = None) -> HttpResponse:
    on = clock.today(zone=seat.partnership.time_zone, at=clock.now())
    empty: list[forms.Form] = [CompleteActionForm(), WaitActionForm(), DropActionForm()]
    complete, wait, drop = (invalid if isinstance(invalid, type(form)) else form for form in empty)
    context = {
        "seat": seat,
        "row": selectors.action_row(action, seat, on=on, goal_numbers={}),
        "complete_form": complete,
        "wait_form": wait,
        "drop_form": drop,
        "form": invalid or forms.Form(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if invalid else HTTPStatus.OK
    return render_page(request, DETAIL, context, status=status)


def _form_page(
    request: Request, seat: Seat, form: ActionForm, *, heading: str, action: Action | None = None
) -> HttpResponse:
    context = {"seat": seat, "form": form, "heading": heading, "action": action}
    return render_form(request, "goals/action_form.html", context)
