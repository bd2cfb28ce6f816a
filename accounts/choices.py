"""The time zones people can choose from, grouped by part of the world."""

from functools import cache
from zoneinfo import available_timezones

AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zone_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """``(area, ((name, words), …))`` for a select; ``UTC`` stands first."""
    groups: dict[str, list[tuple[str, str]]] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(available_timezones()):
        area, _slash, place = name.partition("/")
        if place and area in AREAS:
            groups.setdefault(area, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return tuple((area, tuple(zones)) for area, zones in groups.items())


def zone_choices(*, current: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """All groups, and a zone somebody already has even where it goes by an older name."""
    known = {name for _area, zones in zone_groups() for name, _words in zones}
    kept = [] if current in known else [(current, ((current, current),))]
    return [*kept, *zone_groups()]
