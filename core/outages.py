"""What is answered while the database is away. With DEBUG, too: who tries the product meets no page for programmers."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from core.patience import NO_DATABASE

RETRY_SECONDS = "30"
logger = logging.getLogger(__name__)


class AdmitOutage:
    """Django asks for our page of errors only without DEBUG: so it is given here, and the log has the traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return admit(request, exception) if isinstance(exception, NO_DATABASE) else None


def admit(request: HttpRequest, error: Exception) -> HttpResponse:
    """For code that stands before the views, whose errors no middleware is asked about."""
    logger.error("No database for %s.", request.path, exc_info=error)
    return without_database()


def without_database() -> HttpResponse:
    """Asks the database nothing, and says when to come again."""
    response = HttpResponse(render_to_string("503.html"), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = RETRY_SECONDS
    response.headers["Cache-Control"] = "no-store"
    return response
