"""What the menu of every page needs to know about partnerships."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core import clock
from partners.models import Seat
from partners.selectors import seats_with_mail_trouble


def my_seats(request: HttpRequest) -> dict[str, Any]:
    """The reader's seats, for changing from one partnership to another; asked for only where the menu is shown."""
    return {"my_seats": SimpleLazyObject(lambda: _seats_of(request))}


def _seats_of(request: HttpRequest) -> list[Seat]:
    if not request.user.is_authenticated:
        return []
    seats = seats_with_mail_trouble(request.user, now=clock.now())
    return list(seats.select_related("partnership").order_by("partnership__name"))
