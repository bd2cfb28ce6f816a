"""Every change of clocks in every zone, 2024 to 2030: what is due exists once, in order, never early, never lost."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from core import clock, months

ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("posix", "right")) and zone != "localtime"
)
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
# Shorter than the month between the two changes of a Ramadan.
STRIDE = timedelta(days=5)
OFFSETS = [timedelta(minutes=minutes) for minutes in (-90, -30, -1, 0, 30, 90)]


def changes(zone):
    """(instant, offset before, offset after) of each change, to the second."""
    place, low = ZoneInfo(zone), FIRST
    while low < LAST:
        high = low + STRIDE
        before, after = low.astimezone(place).utcoffset(), high.astimezone(place).utcoffset()
        if before != after:
            yield _turn(place, low, high, before), before, after
        low = high


def _turn(place, low, high, before):
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


@pytest.fixture(scope="module")
def every_change():
    return [(zone, *change) for zone in ZONES for change in changes(zone)]


def shows(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_what_is_due_around_a_change_comes_once_in_order_and_not_early(every_change, tell):
    wrong, skipped, twice = [], 0, 0
    for zone, instant, before, after in every_change:
        gap = max(after - before, timedelta(0))
        asked = [instant.replace(tzinfo=None) + before + offset for offset in OFFSETS]
        due = [clock.at_local_time(wall, zone=zone) for wall in asked]
        late = [shows(at, zone) - wall for at, wall in zip(due, asked, strict=True)]
        skipped += sum(delay > timedelta(0) for delay in late)
        twice += sum(shows(at + (before - after), zone) == wall for at, wall in zip(due, asked, strict=True) if not gap)
        if due != sorted(due) or min(late) < timedelta(0) or max(late) > gap:
            wrong.append((zone, instant, late))
        # Of an hour that comes twice it is the first: the clocks do not show the same once more before it.
        if not gap and any(shows(at - (before - after), zone) == wall for at, wall in zip(due, asked, strict=True)):
            wrong.append((zone, instant, "second"))

    tell(zones=len(ZONES), changes=len(every_change), skipped=skipped, twice=twice, wrong=len(wrong))
    assert wrong == []
    assert len({zone for zone, *_ in every_change}) > 200
    assert min(skipped, twice) > 1000


def test_months_follow_each_other_without_gap_or_overlap_in_every_zone():
    wrong = []
    for zone in ZONES:
        all_bounds = [months.bounds(months.shift(date(2024, 1, 1), by), zone=zone) for by in range(84)]
        ends, starts = [end for _, end in all_bounds[:-1]], [start for start, _ in all_bounds[1:]]
        firsts = [shows(start, zone) for start in starts]
        if ends != starts or starts != sorted(set(starts)) or any(first.day != 1 for first in firsts):
            wrong.append(zone)

    assert wrong == []


def test_days_begin_after_the_gap_where_clocks_skip_midnight(every_change):
    seen, wrong = set(), []
    for zone, instant, before, after in every_change:
        day = shows(instant, zone).date()
        midnight = datetime(day.year, day.month, day.day)
        if not instant.replace(tzinfo=None) + before <= midnight < instant.replace(tzinfo=None) + after:
            continue
        seen.add(zone)
        if clock.start_of_day(day, zone=zone) != instant:
            wrong.append((zone, instant))

    assert wrong == []
    assert len(seen) >= 5
    assert seen >= {"Africa/Cairo", "America/Santiago"}
