"""Pages of a partnership with more and more behind them, called in turn with a board of as many cards."""

from functools import partial

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from bench.floor.handler import beside_the_product
from bench.inside import seeding
from bench.inside.calling import Caller, interleaved, statements
from core import clock

ROUNDS = 5
PAGES = {
    "partners": ("partners:partner-list", "partners"),
    "goals": ("goals:goal-list", "goals"),
    "one goal, its numbers": ("goals:goal-detail", "numbers"),
    "actions": ("goals:action-list", "actions"),
    "meetings": ("meetings:meeting-list", "meetings"),
    "progress of this month, actions": ("reports:progress-month", "actions"),
    "progress of this month, goals": ("reports:progress-month", "goals"),
}


def measure(*, size: int) -> dict[str, dict[str, float]]:
    """For every page and for the board: milliseconds of CPU, statements, kB of HTML."""
    handler = get_wsgi_application()
    calls = {name: _page(handler, route, **{grows: size}) for name, (route, grows) in PAGES.items()}
    calls["board"] = (Caller(beside_the_product()), f"/board/{seeding.board(size=size)}/")
    turns = {name: partial(who.get, path) for name, (who, path) in calls.items()}
    taken = interleaved(turns, rounds=ROUNDS, each=1, warm_up=1)
    return {name: {"ms": taken[name], **_weight(*call)} for name, call in calls.items()}


def _page(handler: WSGIHandler, route: str, **sizes: int) -> tuple[Caller, str]:
    there = seeding.partnership(**sizes)
    more = {"goals:goal-detail": [there["goal"]], "reports:progress-month": [clock.now().date().replace(day=1)]}
    path = reverse(route, args=[there["slug"], *more.get(route, [])])
    return Caller(handler, str(there["cookie"])), path


def _weight(who: Caller, path: str) -> dict[str, float]:
    with statements() as found:
        answer = who.get(path)
    return {"statements": len(found), "kb": len(answer.body) / 1000}
