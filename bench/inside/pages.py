"""Pages of a partnership with more and more behind them, called in turn with a board of as many cards."""

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from bench.floor.handler import beside_the_product
from bench.inside import seeding
from bench.inside.calling import Caller, interleaved, statements

ROUNDS = 9
PAGES = {
    "partners": "partners:partner-list",
    "goals": "goals:goal-list",
    "one goal": "goals:goal-detail",
    "actions": "goals:action-list",
    "meetings": "meetings:meeting-list",
}


def measure(*, size: int) -> dict[str, dict[str, float]]:
    """For every page and for the board: milliseconds of CPU, statements, kB of HTML."""
    there = seeding.partnership(size=size)
    ours, floor = Caller(get_wsgi_application(), str(there["cookie"])), Caller(beside_the_product())
    calls = {name: (ours, _path(route, there)) for name, route in PAGES.items()}
    calls["board"] = (floor, f"/board/{there['board']}/")
    turns = {name: (lambda who=who, path=path: who.get(path)) for name, (who, path) in calls.items()}
    taken = interleaved(turns, rounds=ROUNDS, each=1)
    return {name: {"ms": taken[name], **_weight(*call)} for name, call in calls.items()}


def _path(route: str, there: dict[str, str | int]) -> str:
    slug = there["slug"]
    return reverse(route, args=[slug, there["goal"]] if route == PAGES["one goal"] else [slug])


def _weight(who: Caller, path: str) -> dict[str, float]:
    with statements() as found:
        answer = who.get(path)
    return {"statements": len(found), "kb": len(answer.body) / 1000}
