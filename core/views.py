"""The gallery of components, what checks of accessibility and look are run against; and the page for when all fails."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from core.access import staff
from core.gallery import gallery_context
from core.http import Request, render_page
from core.patience import NO_DATABASE

RETRY_SECONDS = "30"


@staff()
def gallery(request: Request) -> HttpResponse:
    return render_page(request, "ui/gallery.html", gallery_context())


def failed(request: HttpRequest) -> HttpResponse:
    """For an error nobody expected. While the database is away, asks it nothing and says when to come again."""
    if not isinstance(sys.exc_info()[1], NO_DATABASE):
        return server_error(request)
    response = HttpResponse(render_to_string("503.html"), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = RETRY_SECONDS
    response.headers["Cache-Control"] = "no-store"
    return response
