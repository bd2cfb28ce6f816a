"""The form behind a link and the hand-written floor, called in turn in one process."""

from itertools import cycle

from django.core.wsgi import get_wsgi_application

from bench.answers import fields_of
from bench.floor.handler import beside_the_product
from bench.inside import seeding
from bench.inside.calling import Caller, interleaved, statements

ROUNDS = 60


def measure() -> dict[str, float]:
    """Milliseconds of CPU for GET and POST of both, and the statements of ours. The bag holds a whole room."""
    [links] = seeding.windows(count=1)
    ours, floor = Caller(get_wsgi_application()), Caller(beside_the_product())
    for number, link in enumerate(links):
        ours.post(f"/f/{link}/", fields_of(number))
    turn = cycle(enumerate(links))

    def revise() -> None:
        number, link = next(turn)
        ours.post(f"/f/{link}/", fields_of(number))

    calls = {
        "floor_get": lambda: floor.get("/form/"),
        "ours_get": lambda: ours.get(f"/f/{links[0]}/"),
        "floor_post": lambda: floor.post("/form/", fields_of(1)),
        "ours_post": revise,
    }
    taken = interleaved(calls, rounds=ROUNDS)
    with statements() as of_get:
        calls["ours_get"]()
    with statements() as of_post:
        calls["ours_post"]()
    return {**taken, "get_statements": len(of_get), "post_statements": len(of_post)}
