"""Pages about meetings that come back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core import clock
from core.access import PAGE_AND_FORM
from core.errors import DomainError
from core.http import Request, render_form, render_page
from meetings import forms, selectors, services
from meetings.views.meetings import PAST_PER_PAGE
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.PARTNERSHIP_VIEW)
def series_detail(request: Request, seat: Seat, pk: int) -> HttpResponse:
    series = get_object_or_404(seat.partnership.meeting_series, pk=pk)
    now = clock.now()
    may_manage = seat.can(Permission.MEETING_MANAGE)
    past = selectors.past_meetings(seat.partnership, now=now).filter(series=series)
    context = {
        "seat": seat,
        "series": series,
        "upcoming": selectors.upcoming_meetings(seat.partnership, now=now).filter(series=series),
        "past": Paginator(past, PAST_PER_PAGE).get_page(request.GET.get("page")),
        "following": selectors.to_be_planned(series, now=now) if may_manage else None,
        "may_manage": may_manage,
    }
    return render_page(request, "meetings/series_detail.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def series_rename(request: Request, seat: Seat, pk: int) -> HttpResponse:
    series = get_object_or_404(seat.partnership.meeting_series, pk=pk)
    form = forms.SeriesForm(request.POST if request.method == "POST" else None, initial={"title": series.title})
    if form.is_valid():
        try:
            services.rename_series(series=series, title=form.cleaned_data["title"], by=seat, now=clock.now())
        except DomainError as error:
            form.add_error("title", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("meetings:series-detail", seat.partnership.slug, series.pk)
    return render_form(request, "meetings/series_rename.html", {"seat": seat, "series": series, "form": form})
