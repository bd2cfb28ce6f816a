"""Every kind of mail, in every language, as HTML and as plain text, for whoever works on their words and looks."""

from django.conf import settings
from django.http import Http404, HttpResponse

from core.access import staff
from core.http import Request, render_page
from notifications.gallery import catalogue, look_of
from notifications.registry import kind_named

# As in development's mailbox, and shown within our own gallery only.
SAMPLE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@staff()
def mail_gallery(request: Request) -> HttpResponse:
    return render_page(request, "notifications/mail_gallery.html", {"entries": list(catalogue())})


@staff()
def mail_sample(_request: Request, kind: str, language: str) -> HttpResponse:
    known = kind_named(kind)
    if known is None or not (known.sample or known.gathers) or language not in dict(settings.LANGUAGES):
        raise Http404
    headers = {"Content-Security-Policy": SAMPLE_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(look_of(known, language).html, headers=headers)
