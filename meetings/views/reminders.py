"""When people are reminded of one meeting or one series, where that differs from the others."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM
from core.clock import now
from core.http import Request, render_form
from meetings import services
from meetings.mails import KINDS
from meetings.models import Meeting, MeetingSeries
from meetings.services import letters
from notifications import reminding
from notifications.forms import MomentsForm
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_reminders(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = get_object_or_404(seat.partnership.meetings.select_related("series"), pk=pk)
    refused = _choose(request, seat, meeting, letters.subjects(meeting), kind="meeting")
    return refused or redirect("meetings:meeting-detail", seat.partnership.slug, pk)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def series_reminders(request: Request, seat: Seat, pk: int) -> HttpResponse:
    series = get_object_or_404(seat.partnership.meeting_series, pk=pk)
    refused = _choose(request, seat, series, [letters.series_subject(pk)], kind="series")
    return refused or redirect("meetings:series-detail", seat.partnership.slug, pk)


def _choose(
    request: Request, seat: Seat, of: Meeting | MeetingSeries, subjects: Sequence[str], *, kind: str
) -> HttpResponse | None:
    """The form, as long as it is not filled in; None once what was chosen is saved."""
    kinds = reminding.kinds_with_moments(KINDS)
    chosen = reminding.moments_in(seat.partnership_id, kinds, subjects=subjects)
    form = MomentsForm(request.POST or None, kinds=kinds, chosen=chosen)
    if "usual" in request.POST:
        services.remind_as_usual(of=of, by=seat, now=now())
    elif form.is_valid():
        services.remind_at(of=of, moments=form.moments()[letters.REMINDER], by=seat, now=now())
    else:
        return render_form(request, "meetings/reminder_times.html", {"seat": seat, "form": form, kind: of})
    messages.success(request, _("Saved."))
    return None
