"""Pages speak the language of the person who is signed in and show times of their zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from core.middleware import TOKEN_PREFIXES


def use_own_language_and_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(TOKEN_PREFIXES) or not request.user.is_authenticated:
            timezone.deactivate()
            return get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language() or "en"
        timezone.activate(ZoneInfo(request.user.time_zone))
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware
