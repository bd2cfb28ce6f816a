"""What time it is, for views and tasks; every rule takes ``now`` as an argument."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The current instant in UTC, moved by ``CLOCK_OFFSET_SECONDS`` so that a test can live through a month."""
    return datetime.now(UTC) + timedelta(seconds=settings.CLOCK_OFFSET_SECONDS)


def machine_time() -> datetime:
    """What this machine's clock shows, never moved: to compare with another machine's."""
    return datetime.now(UTC)


def today(*, zone: str, at: datetime) -> date:
    """The calendar day that people in ``zone`` call today at the instant ``at``."""
    return at.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, *, zone: str) -> datetime:
    """The first valid instant of ``day`` in ``zone``, in UTC.

    Some zones skip midnight when clocks go forward: there the day starts after the gap. Where midnight comes twice, it
    starts at the first.
    """
    return at_local_time(datetime(day.year, day.month, day.day), zone=zone)  # noqa: DTZ001 -- a wall-clock time


def at_local_time(wall: datetime, *, zone: str) -> datetime:
    """The instant (UTC) at which clocks in ``zone`` show the naive ``wall`` time.

    A time that is skipped becomes the first valid instant after the gap; a time that comes twice is its first
    occurrence.
    """
    place = ZoneInfo(zone)
    local = wall.replace(tzinfo=place, fold=0)
    instant = local.astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == wall:
        return instant
    # Inside a gap fold=0 counts with the offset before it, fold=1 with the one after; the transition lies between.
    low, high = sorted((instant, wall.replace(tzinfo=place, fold=1).astimezone(UTC)))
    before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
