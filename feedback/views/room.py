"""A sheet to hang up in the room, and the page behind its code."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.access import PAGE_AND_FORM, token
from core.clock import now
from core.errors import DomainError
from core.http import Request, client_address, render_page
from feedback import services
from feedback.form_page import LANGUAGES, languages_beside
from feedback.forms import RoomForm
from feedback.rooms import RoomState, code_for, room_behind, room_url
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.MEETING_MANAGE)
def room_sheet(request: Request, seat: Seat, pk: int) -> HttpResponse:
    """To print, or to put on the screen at the end of the meeting."""
    meeting = seat.partnership.meetings.filter(pk=pk, cancelled_at=None).first()
    if meeting is None:
        raise Http404
    url = room_url(meeting)
    context = {"seat": seat, "meeting": meeting, "url": url, "code": code_for(url)}
    return render_page(request, "feedback/room_sheet.html", context)


@token(methods=PAGE_AND_FORM)
def room(request: Request, signed: str) -> HttpResponse:
    """Send me my link. The answer is one sentence, whoever asks."""
    found = room_behind(signed, now=now())
    if found is None:
        raise Http404
    wanted = request.GET.get("lang")
    language = wanted if wanted in LANGUAGES else found.meeting.partnership.language
    with translation.override(language), timezone.override(ZoneInfo(found.meeting.partnership.time_zone)):
        form, status, is_done = RoomForm(request.POST or None), HTTPStatus.OK, False
        if request.method == "POST" and found.state is RoomState.OPEN:
            is_done, status = _send(request, form, found.meeting.pk)
        context = {
            "room": found,
            "form": form,
            "is_done": is_done,
            "language": language,
            "other_languages": languages_beside(language),
        }
        return HttpResponse(render_to_string("feedback/room.html", context), status=status)


def _send(request: Request, form: RoomForm, meeting_id: int) -> tuple[bool, HTTPStatus]:
    """Whether the form was taken, and what the page answers with."""
    if not form.is_valid():
        return False, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        services.send_link(
            meeting_id=meeting_id, email=form.cleaned_data["email"], address=client_address(request), now=now()
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False, HTTPStatus.TOO_MANY_REQUESTS
    return True, HTTPStatus.OK
