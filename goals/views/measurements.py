"""Adding numbers and reading their history."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.access import PAGE_AND_FORM
from core.http import Request, render_form, render_page
from core.once import creates_once
from goals import selectors, services
from goals.choices import MeasureKind, ValueKind
from goals.forms import MeasurementForm
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission

PREVIOUS_SHOWN = 3
PAGE_SIZE = 50
NUMERIC = (MeasureKind.NUMBER, MeasureKind.PERCENTAGE)


@seat_view(Permission.MEASUREMENT_RECORD, methods=PAGE_AND_FORM)
@creates_once
def measurement_add(request: Request, seat: Seat, pk: int) -> HttpResponse:
    """Add a number, or say why there is none; the last three stand beside it."""
    indicator = get_object_or_404(selectors.indicators_of(seat.partnership), pk=pk)
    now = clock.now()
    today = clock.today(zone=seat.partnership.time_zone, at=now)
    (reading,) = selectors.indicator_readings([indicator], today=today)
    form = MeasurementForm(request.POST or None, indicator=indicator, values=reading.values, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.record_measurement(indicator=indicator, by=seat, now=now, **form.facts())
        except (services.MeasurementError, services.IndicatorError) as error:
            form.add_error("value", str(error))
        else:
            if saved.value_kind == ValueKind.TEXT and indicator.measure in NUMERIC:
                messages.warning(request, _("Saved as words. It is not a number, so the chart does not show it."))
            else:
                messages.success(request, _("Saved for %(period)s.") % {"period": saved.period_label})
            path = reverse("goals:goal-detail", args=[seat.partnership.slug, indicator.goal_id])
            return redirect(f"{path}?indicator={indicator.pk}")
    context = {"seat": seat, "reading": reading, "form": form, "previous": reading.newest(PREVIOUS_SHOWN)}
    return render_form(request, "goals/measurement_form.html", context)


@seat_view(Permission.PARTNERSHIP_VIEW)
def measurement_list(request: Request, seat: Seat, pk: int) -> HttpResponse:
    """Every value ever recorded, of the whole and of groups, corrected ones included."""
    indicator = get_object_or_404(selectors.indicators_of(seat.partnership), pk=pk)
    rows = indicator.measurements.select_related("recorded_by__participation__organization", "recorded_by__person")
    page = Paginator(rows.order_by("-period_end", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "indicator": indicator,
        "lines": selectors.history_lines(indicator, page),
        "page": page,
        "may_record": seat.can(Permission.MEASUREMENT_RECORD),
    }
    return render_page(request, "goals/measurement_list.html", context)
