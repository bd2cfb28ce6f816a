"""Two things every request passes: refusal of malformed text, and plain headers for pages opened by a link."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import Resolver404, resolve

from core.outages import admit
from core.patience import NO_DATABASE

GetResponse = Callable[[HttpRequest], HttpResponse]
TOKEN_PREFIXES = ("/c/", "/f/", "/u/", "/talk/")


def refuse_malformed_input(get_response: GetResponse) -> GetResponse:
    """NUL cannot be stored by PostgreSQL and means nothing to a person: answer 400 before any view sees it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest()
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if request.method == "POST" and is_form and b"%00" in request.body:
            return HttpResponseBadRequest()
        return get_response(request)

    return middleware


def serve_token_pages_plainly(get_response: GetResponse) -> GetResponse:
    """Pages opened by a link stop here: no session, no cookie, no user, no language guessed from the browser.

    They are cached nowhere, found by no search engine and leak no address. ``strict-origin`` and not ``no-referrer``:
    with the latter Chromium sends ``Origin: null`` and form posts are refused.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(TOKEN_PREFIXES):
            return get_response(request)
        response = _token_page(request) or get_response(request)
        response.cookies.clear()
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        return response

    return middleware


def _token_page(request: HttpRequest) -> HttpResponse | None:
    """What a view for token holders answers; None where there is none, as for a missing slash at the end."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    if getattr(match.func, "access", "") != "token":
        return None
    request.resolver_match = match
    try:
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except NO_DATABASE as error:
        return admit(request, error)
    if response.status_code != HTTPStatus.NOT_MODIFIED:  # whose length would be that of the page it does not repeat
        response.headers.setdefault("Content-Length", str(len(response.content)))
    return response
