"""The gallery of components; what checks of accessibility and look are run against."""

from django.http import HttpResponse

from core.access import staff
from core.gallery import gallery_context
from core.http import Request, render_page


@staff()
def gallery(request: Request) -> HttpResponse:
    return render_page(request, "ui/gallery.html", gallery_context())
