"""The doorway: every partnership view declares its permission here, once."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from core.access import READ, note_refusal
from core.http import Request
from partners.models import Seat
from partners.permissions import Permission

P = ParamSpec("P")
SeatView = Callable[Concatenate[Request, Seat, P], HttpResponse]
View = Callable[..., HttpResponse]


def seat_view(permission: Permission, *, methods: Sequence[str] = READ) -> Callable[[SeatView[P]], View]:
    """Hand the caller's seat to the view. Outsiders get 404; a seat without the permission gets 403.

    A view that starts at ``seat.partnership`` cannot forget whose data it shows.
    """

    def decorate(view: SeatView[P]) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def enter(request: Request, partnership: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            seats = Seat.objects.held_by(request.user).with_people()
            seat = seats.filter(partnership__slug=partnership).first()
            if seat is None:
                note_refusal(request, needs="a seat")
                raise Http404
            if not seat.can(permission):
                note_refusal(request, needs=permission)
                raise PermissionDenied
            return view(request, seat, *args, **kwargs)

        enter.access = permission  # type: ignore[attr-defined]  # read by the walk over all routes
        return enter

    return decorate
