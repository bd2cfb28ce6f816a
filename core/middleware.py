"""Two things every request passes: refusal of malformed text, and plain headers for pages opened by a link."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

GetResponse = Callable[[HttpRequest], HttpResponse]
TOKEN_PREFIXES = ("/f/", "/u/")


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


def keep_token_pages_plain(get_response: GetResponse) -> GetResponse:
    """Pages opened by a link set no cookie, are cached nowhere, found by no search engine and leak no address.

    ``strict-origin`` and not ``no-referrer``: with the latter Chromium sends ``Origin: null`` and posts are refused.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(TOKEN_PREFIXES):
            response.cookies.clear()
            response.headers["Referrer-Policy"] = "strict-origin"
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    return middleware
