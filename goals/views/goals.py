"""Pages of the shared goals."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core import clock
from core.access import PAGE_AND_FORM
from core.http import Request, number_in, render_form, render_page
from core.once import creates_once
from goals import selectors, services
from goals.forms import GoalForm
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission

PAGE_SIZE = 20


@seat_view(Permission.PARTNERSHIP_VIEW)
def goal_list(request: Request, seat: Seat) -> HttpResponse:
    """The goals in the agreed order, each with the indicator that needs us most."""
    partnership = seat.partnership
    goals = partnership.goals.select_related("lead__organization")
    page = Paginator(goals, PAGE_SIZE).get_page(request.GET.get("page"))
    today = clock.today(zone=partnership.time_zone, at=clock.now())
    readings = selectors.goal_readings(
        partnership, today=today, goals=page.object_list, first_number=page.start_index() or 1
    )
    context = {
        "seat": seat,
        "readings": readings,
        "page": page,
        "may_edit": seat.can(Permission.GOAL_EDIT),
    }
    return render_page(request, "goals/goal_list.html", context)


@seat_view(Permission.PARTNERSHIP_VIEW)
def goal_detail(request: Request, seat: Seat, pk: int) -> HttpResponse:
    """One goal: where it stands, whether we will make it, the numbers, and what we do about it."""
    goals = seat.partnership.goals.select_related("lead__organization")
    goal = get_object_or_404(goals, pk=pk)
    today = clock.today(zone=seat.partnership.time_zone, at=clock.now())
    context = {
        "seat": seat,
        "shown": selectors.goal_page(goal, today=today, indicator=number_in(request.GET.get("indicator", ""))),
        "may_edit": seat.can(Permission.GOAL_EDIT),
        "may_record": seat.can(Permission.MEASUREMENT_RECORD),
        "may_plan": seat.can(Permission.ACTION_PLAN),
    }
    return render_page(request, "goals/goal_detail.html", context)


@seat_view(Permission.GOAL_EDIT, methods=PAGE_AND_FORM)
@creates_once
def goal_add(request: Request, seat: Seat) -> HttpResponse:
    form = GoalForm(request.POST or None, partnership=seat.partnership)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        goal = services.add_goal(partnership=seat.partnership, by=seat, now=clock.now(), **facts)
        messages.success(request, _("The goal is there. Next, agree how to measure it."))
        return redirect("goals:goal-detail", seat.partnership.slug, goal.pk)
    return _form_page(request, seat, form, heading=_("Add a goal"))


@seat_view(Permission.GOAL_EDIT, methods=PAGE_AND_FORM)
def goal_edit(request: Request, seat: Seat, pk: int) -> HttpResponse:
    goal = get_object_or_404(seat.partnership.goals, pk=pk)
    form = GoalForm(request.POST or None, instance=goal, partnership=seat.partnership)
    if request.method == "POST" and form.is_valid():
        services.edit_goal(goal=goal, by=seat, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("The goal is saved."))
        return redirect("goals:goal-detail", seat.partnership.slug, goal.pk)
    return _form_page(request, seat, form, heading=_("Edit the goal"))


def _form_page(request: Request, seat: Seat, form: GoalForm, *, heading: str) -> HttpResponse:
    return render_form(request, "goals/goal_form.html", {"seat": seat, "form": form, "heading": heading})
