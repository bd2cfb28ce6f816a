"""What a web process has loaded once it has served."""

import sys

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from bench.inside.calling import Caller


def loaded(*, packages: list[str], cookie: str, link: str) -> list[str]:
    """Which of ``packages`` are in memory after the form and a page of somebody who is signed in."""
    caller = Caller(get_wsgi_application(), cookie)
    caller.get(f"/f/{link}/")
    caller.get(reverse("partners:partnership-list"))
    return sorted(set(packages) & set(sys.modules))
