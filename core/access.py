"""What a view says about who may enter, where the answer does not depend on a partnership.

Partnership pages use ``partners.access.seat_view``. Every view carries exactly one declaration, readable as
``view.access``; a walk over all routes fails on one without.
"""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.http import Request

View = Callable[..., HttpResponse]
Declared = Callable[[View], View]
READ = ("GET", "HEAD")
POST = ("POST",)
PAGE_AND_FORM = READ + POST
logger = logging.getLogger(__name__)


def note_refusal(request: Request, *, needs: str) -> None:
    """Write down who was refused what, by number and name of route: repeated knocking should be seen."""
    route = request.resolver_match.view_name if request.resolver_match else "?"
    logger.warning("Refused: person %s at %s, which needs %s", request.user.pk, route, needs)


def _declare(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]  # read by the walk over all routes
    return view


def public(*, methods: Sequence[str] = READ) -> Declared:
    """Anyone, signed in or not."""

    def decorate(view: View) -> View:
        return _declare(login_not_required(require_http_methods(list(methods))(view)), "public")

    return decorate


def signed_in(*, methods: Sequence[str] = READ) -> Declared:
    """Anyone with an account; the view itself shows only what is theirs."""

    def decorate(view: View) -> View:
        return _declare(require_http_methods(list(methods))(view), "signed_in")

    return decorate


def staff(*, methods: Sequence[str] = READ) -> Declared:
    """The operators of this installation; everybody else is refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            if not getattr(request.user, "is_staff", False):
                note_refusal(request, needs="staff")
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _declare(require_http_methods(list(methods))(enter), "staff")

    return decorate


def token(*, methods: Sequence[str] = READ) -> Declared:
    """Whoever holds the link. No cookie, no session: there is no ambient authority that CSRF could abuse."""

    def decorate(view: View) -> View:
        return _declare(csrf_exempt(login_not_required(require_http_methods(list(methods))(view))), "token")

    return decorate
