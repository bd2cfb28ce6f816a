"""Pages on which people agree how a goal is measured."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core import clock
from core.access import PAGE_AND_FORM
from core.http import Request, render_form
from core.once import creates_once
from goals import selectors, services
from goals.forms import IndicatorForm
from goals.models import SharedGoal
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.GOAL_EDIT, methods=PAGE_AND_FORM)
@creates_once
def indicator_add(request: Request, seat: Seat, pk: int) -> HttpResponse:
    goal = get_object_or_404(seat.partnership.goals, pk=pk)
    form = IndicatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_indicator(
                goal=goal, facts=form.facts(), start=form.start(), target=form.target(), by=seat, now=clock.now()
            )
        except services.IndicatorError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("We know how to measure this now."))
            return redirect("goals:goal-detail", seat.partnership.slug, goal.pk)
    return _form_page(request, seat, goal, form, heading=_("Add an indicator"))


@seat_view(Permission.GOAL_EDIT, methods=PAGE_AND_FORM)
def indicator_edit(request: Request, seat: Seat, pk: int) -> HttpResponse:
    indicators = selectors.indicators_of(seat.partnership)
    indicator = get_object_or_404(indicators, pk=pk)
    today = clock.today(zone=seat.partnership.time_zone, at=clock.now())
    (reading,) = selectors.indicator_readings([indicator], today=today)
    form = IndicatorForm(request.POST or None, reading=reading)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_indicator(
                indicator=indicator,
                facts=form.facts(),
                start=form.start(),
                target=form.target(),
                replaces_start=indicator.baselines.filter(pk=reading.baseline.pk).first() if reading.baseline else None,
                replaces_target=indicator.targets.filter(pk=reading.target.pk).first() if reading.target else None,
                by=seat,
                now=clock.now(),
            )
        except services.IndicatorError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The indicator is saved."))
            return redirect("goals:goal-detail", seat.partnership.slug, indicator.goal_id)
    return _form_page(request, seat, indicator.goal, form, heading=_("Edit the indicator"))


def _form_page(request: Request, seat: Seat, goal: SharedGoal, form: IndicatorForm, *, heading: str) -> HttpResponse:
    context = {"seat": seat, "goal": goal, "form": form, "heading": heading}
    return render_form(request, "goals/indicator_form.html", context)
