"""Our request type, the client's address, and the only places that choose between a page and an HTMX fragment."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """What views receive once HtmxMiddleware has run."""

    htmx: HtmxDetails


def render_page(
    request: Request, template: str, context: dict[str, Any], *, partial: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    """GET: the page, or only ``template#partial`` when HTMX asked for a swap."""
    wants_partial = bool(partial) and bool(request.htmx) and not request.htmx.boosted
    response = render(request, f"{template}#{partial}" if wants_partial else template, context, status=status)
    if partial:
        patch_vary_headers(response, ["HX-Request"])
    return response


def render_form(
    request: Request, template: str, context: dict[str, Any], *, refusal: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> HttpResponse:
    """A page with a form: as it is opened, or as it comes back with what was typed and why it was refused."""
    status = refusal if request.method == "POST" else HTTPStatus.OK
    return render_page(request, template, context, status=status)


def swap_or_redirect(request: Request, template: str, context: dict[str, Any], *, to: str) -> HttpResponse:
    """POST: the changed fragment for HTMX, a redirect for a browser without JavaScript."""
    return render(request, template, context) if request.htmx else redirect(to)


def number_in(text: str) -> int | None:
    """The number an address names, where a database can hold it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None


def client_address(request: HttpRequest) -> str:
    """The address of the client, for rate limits.

    Behind ``TRUSTED_PROXIES`` proxies it is that many entries from the right of X-Forwarded-For; everything further
    left was written by the client and proves nothing.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return direct
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return forwarded[-settings.TRUSTED_PROXIES] if len(forwarded) >= settings.TRUSTED_PROXIES else direct


def absolute_url(path: str) -> str:
    """A link for a mail or a calendar, built from ``SITE_URL`` only: a Host header is the visitor's word, not ours."""
    return f"{settings.SITE_URL}{path}"
