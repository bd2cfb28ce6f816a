"""The gallery of components, what checks of accessibility and look are run against; and the page for when all fails."""

import sys

from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

from core.access import staff
from core.gallery import gallery_context
from core.http import Request, render_page
from core.outages import without_database
from core.patience import NO_DATABASE


@staff()
def gallery(request: Request) -> HttpResponse:
    return render_page(request, "ui/gallery.html", gallery_context())


def failed(request: HttpRequest) -> HttpResponse:
    """For an error nobody expected. While the database is away, asks it nothing and says when to come again."""
    if not isinstance(sys.exc_info()[1], NO_DATABASE):
        return server_error(request)
    return without_database()
