"""Who may import: importing starts partnerships, which is a right of the account."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Person
from core.http import Request

P = ParamSpec("P")
PersonView = Callable[Concatenate[Request, Person, P], HttpResponse]
View = Callable[..., HttpResponse]


def importer(view: PersonView[P]) -> View:
    """Hand the person to the view, or refuse an account that may not start partnerships; stands below ``signed_in``."""

    @wraps(view)
    def enter(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = request.user
        if not (isinstance(person, Person) and person.may_start_partnerships):
            raise PermissionDenied(
                _("Bringing a file starts partnerships, and your account may not do that. Ask whoever runs this site.")
            )
        return view(request, person, *args, **kwargs)

    return enter
