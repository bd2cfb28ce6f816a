"""A form that creates something creates it once: a double click, a resend and a retry get what the first one made.

The page carries a random number (``{% submission_id %}``), which comes back with the form and stays when the form is
shown again with errors. Whoever sends it first claims it, in the transaction that creates; whoever sends it again waits
for that transaction and is led to the same place. Anonymous forms never use this: nothing may tie answers to people.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.clock import now
from core.http import Request
from core.models import Submission

FIELD: Final = "submission_id"
_SHAPE: Final = re.compile(r"[0-9a-f]{32}")
P = ParamSpec("P")
R = TypeVar("R", bound=Request)


def creates_once(view: Callable[Concatenate[R, P], HttpResponse]) -> Callable[Concatenate[R, P], HttpResponse]:
    """Declare that a view creates on POST and leads on. A form that comes without a number is simply new."""

    @wraps(view)
    def enter(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        number, person_id = submission_id(request), request.user.pk
        if number is None or person_id is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            claim = _claim(person_id, number)
            if claim is None:
                messages.info(request, _("This form was sent already. What you sent first is kept, once."))
                return redirect(Submission.objects.get(person_id=person_id, number=number).path)
            response = view(request, *args, **kwargs)
            if "Location" in response.headers:
                claim.path = response.headers["Location"]
                claim.save(update_fields=["path"])
            else:  # it came back with errors: nothing was made, so the number is still good
                claim.delete()
        return response

    enter.creates_once = True  # type: ignore[attr-defined]  # read by the walk over all routes
    return enter


def submission_id(request: HttpRequest) -> str | None:
    """The number this form was sent with, where it has the shape of ours."""
    sent = request.POST.get(FIELD, "") if request.method == "POST" else ""
    return sent if _SHAPE.fullmatch(sent) else None


def number_for(request: HttpRequest) -> str:
    """What the form carries: its own number again when it comes back, else a new one. Nothing is written."""
    return submission_id(request) or uuid4().hex


def purge(*, before: datetime) -> int:
    """Forget numbers claimed before ``before``; returns how many."""
    return Submission.objects.filter(created_at__lt=before).delete()[0]


def _claim(person_id: int, number: str) -> Submission | None:
    """None when it was claimed before. PostgreSQL makes a second one wait here until the first has ended."""
    try:
        with transaction.atomic():
            return Submission.objects.create(person_id=person_id, number=number, created_at=now())
    except IntegrityError:
        return None
