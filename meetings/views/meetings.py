"""Pages about meetings. Every query starts at ``seat.partnership``."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.access import PAGE_AND_FORM
from core.errors import DomainError
from core.http import Request, render_form, render_page
from core.once import creates_once
from core.panels import MEETING, panels_for
from meetings import forms, selectors, services
from meetings.models import Meeting
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission

PAST_PER_PAGE = 20


@seat_view(Permission.PARTNERSHIP_VIEW)
def meeting_list(request: Request, seat: Seat) -> HttpResponse:
    now = clock.now()
    past = Paginator(selectors.past_meetings(seat.partnership, now=now), PAST_PER_PAGE)
    context = {
        "seat": seat,
        "upcoming": selectors.upcoming_meetings(seat.partnership, now=now),
        "past": past.get_page(request.GET.get("page")),
        "every_series": seat.partnership.meeting_series.order_by("title"),
        "may_manage": seat.can(Permission.MEETING_MANAGE),
    }
    return render_page(request, "meetings/meeting_list.html", context)


@seat_view(Permission.PARTNERSHIP_VIEW)
def meeting_detail(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    now = clock.now()
    context = {
        "seat": seat,
        "meeting": meeting,
        "page": selectors.meeting_page(seat=seat, meeting=meeting, now=now),
        "panels": panels_for(MEETING, seat=seat, about=meeting, now=now),
    }
    return render_page(request, "meetings/meeting_detail.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
@creates_once
def meeting_add(request: Request, seat: Seat) -> HttpResponse:
    return _plan(request, seat, initial={"time_zone": seat.partnership.time_zone})


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
@creates_once
def meeting_next(request: Request, seat: Seat, pk: int) -> HttpResponse:
    """The form of a new meeting, filled in like the one before."""
    before = _meeting(seat, pk)
    return _plan(request, seat, initial=asdict(services.next_plan(before, now=clock.now())), before=before)


def _plan(request: Request, seat: Seat, *, initial: dict[str, Any], before: Meeting | None = None) -> HttpResponse:
    form = forms.MeetingForm(_typed(request), partnership=seat.partnership, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = services.plan_meeting(plan=form.plan(), by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The meeting is planned. Nobody has been invited yet."))
            return redirect("meetings:meeting-invite", seat.partnership.slug, meeting.pk)
    context = {"seat": seat, "meeting": None, "before": before, "form": form}
    return render_form(request, "meetings/meeting_form.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_edit(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    form = forms.MeetingForm(_typed(request), partnership=seat.partnership, initial=asdict(services.plan_of(meeting)))
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.edit_meeting(meeting=meeting, plan=form.plan(), by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            told = changed.sequence > meeting.sequence
            saved = _("Saved. Everybody who was invited hears of the change.") if told else _("Saved.")
            messages.success(request, saved)
            return _to_meeting(seat, meeting)
    return render_form(request, "meetings/meeting_form.html", {"seat": seat, "meeting": meeting, "form": form})


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_invite(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    seats = list(selectors.seats_to_invite(meeting, now=clock.now()))
    last_time = selectors.asked_last_time(meeting) if meeting.is_draft else set()
    ticked = [row.pk for row in seats if not row.is_vacant and (row.pk in last_time or not last_time)]
    form = forms.InviteForm(_typed(request), seats=seats, initial={"seats": ticked})
    if request.method == "POST" and form.is_valid():
        try:
            chosen = list(form.cleaned_data["seats"])
            invited = services.invite(meeting=meeting, seats=chosen, by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            _say_who_was_invited(request, invited)
            return _to_meeting(seat, meeting)
    context = {
        "seat": seat,
        "meeting": meeting,
        "form": form,
        "vacant": [row for row in seats if row.is_vacant],
        "as_last_time": bool(last_time),
        "is_over": _is_over(meeting),
    }
    return render_form(request, "meetings/meeting_invite.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_cancel(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    if request.method == "POST":
        try:
            services.cancel_meeting(meeting=meeting, by=seat, now=clock.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The meeting is cancelled."))
        return _to_meeting(seat, meeting)
    context = {"seat": seat, "meeting": meeting, "asked": meeting.attendances.count()}
    return render_page(request, "meetings/meeting_cancel.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_attendance(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    page = selectors.meeting_page(seat=seat, meeting=meeting, now=clock.now())
    form = forms.AttendanceForm(_typed(request), attendances=page.attendances)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_attendance(meeting=meeting, seen=form.seen(), by=seat, now=clock.now())
        except services.AttendanceRefused as error:
            form.add_error(f"presence_{error.attendance_id}", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved who came."))
            return _to_meeting(seat, meeting)
    context = {"seat": seat, "meeting": meeting, "form": form, "page": page}
    return render_form(request, "meetings/meeting_attendance.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_notes(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    form = forms.NotesForm(_typed(request), initial={"notes": meeting.notes})
    if request.method == "POST" and form.is_valid():
        try:
            services.take_notes(meeting=meeting, notes=form.cleaned_data["notes"], by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Notes saved."))
            return _to_meeting(seat, meeting)
    context = {"seat": seat, "meeting": meeting, "form": form}
    return render_form(request, "meetings/meeting_notes.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def meeting_close(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    if request.method == "POST":
        try:
            services.close_meeting(meeting=meeting, by=seat, now=clock.now())
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("meetings:meeting-close", seat.partnership.slug, meeting.pk)
        messages.success(request, _("The meeting is closed. Thank you."))
        return _to_meeting(seat, meeting)
    page = selectors.meeting_page(seat=seat, meeting=meeting, now=clock.now())
    return render_page(request, "meetings/meeting_close.html", {"seat": seat, "meeting": meeting, "page": page})


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
@creates_once
def decision_add(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    form = forms.DecisionForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.record_decision(meeting=meeting, **form.cleaned_data, by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Decision written down."))
            return _to_meeting(seat, meeting)
    return render_form(
        request, "meetings/decision_form.html", {"seat": seat, "meeting": meeting, "form": form, "decision": None}
    )


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
def decision_edit(request: Request, seat: Seat, pk: int, number: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    decision = get_object_or_404(meeting.decisions, number=number)
    form = forms.DecisionForm(_typed(request), initial={"text": decision.text, "reason": decision.reason})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_decision(decision=decision, **form.cleaned_data, by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Decision saved."))
            return _to_meeting(seat, meeting)
    context = {"seat": seat, "meeting": meeting, "form": form, "decision": decision}
    return render_form(request, "meetings/decision_form.html", context)


@seat_view(Permission.MEETING_MANAGE, methods=PAGE_AND_FORM)
@creates_once
def action_agree(request: Request, seat: Seat, pk: int) -> HttpResponse:
    meeting = _meeting(seat, pk)
    asked_for = {"decision": request.GET.get("decision", "")}
    form = forms.AgreeActionForm(_typed(request), meeting=meeting, partnership=seat.partnership, initial=asked_for)
    if request.method == "POST" and form.is_valid():
        try:
            services.agree_action(meeting=meeting, **form.cleaned_data, by=seat, now=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Action agreed."))
            return _to_meeting(seat, meeting)
    return render_form(request, "meetings/action_agree.html", {"seat": seat, "meeting": meeting, "form": form})


def _typed(request: Request) -> QueryDict | None:
    """What was sent, even when every box is empty; None for a page that is only read."""
    return request.POST if request.method == "POST" else None


def _meeting(seat: Seat, pk: int) -> Meeting:
    return get_object_or_404(seat.partnership.meetings.select_related("organizer__person", "series"), pk=pk)


def _to_meeting(seat: Seat, meeting: Meeting) -> HttpResponse:
    return redirect("meetings:meeting-detail", seat.partnership.slug, meeting.pk)


def _is_over(meeting: Meeting) -> bool:
    return meeting.ends_at <= clock.now()


def _say_who_was_invited(request: Request, invited: services.Invited) -> None:
    count = len(invited.asked)
    said = ngettext("%(count)d person is invited.", "%(count)d people are invited.", count) % {"count": count}
    messages.success(request, said)
    if invited.without_mail:
        names = ", ".join(row.name for row in invited.without_mail)
        messages.warning(
            request, _("We have no working address for: %(names)s. Tell them yourself.") % {"names": names}
        )
