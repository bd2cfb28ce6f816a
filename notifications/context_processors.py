"""What operators are told on every page: mail that does not move."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core import clock
from notifications.selectors import vitals_at


def vitals(_request: HttpRequest) -> dict[str, Any]:
    """Asked for only where the page is shown to an operator."""
    return {"vitals": SimpleLazyObject(lambda: vitals_at(clock.now()))}
