"""Pages speak the language of the person who is signed in and show times of their zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import Person
from core.middleware import TOKEN_PREFIXES
from core.outages import admit
from core.patience import NO_DATABASE


def use_own_language_and_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            person = _person_of(request)
        except NO_DATABASE as error:
            return admit(request, error)
        if person is None:
            timezone.deactivate()
            return get_response(request)
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language() or "en"
        timezone.activate(ZoneInfo(person.time_zone))
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware


def _person_of(request: HttpRequest) -> Person | None:
    """Whoever is signed in; on pages opened by a link nobody is asked for."""
    if request.path.startswith(TOKEN_PREFIXES) or not request.user.is_authenticated:
        return None
    return request.user
