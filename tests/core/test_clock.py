"""Wall-clock time in zones whose clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from core import clock, months

ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("posix", "right")) and zone != "localtime"
)


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        (datetime(2026, 3, 4, 9, 0), "Europe/Paris", datetime(2026, 3, 4, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 2, 30), "Europe/Paris", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # skipped
        (datetime(2026, 10, 25, 2, 30), "Europe/Paris", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice
        (datetime(2026, 4, 24, 0, 0), "Africa/Cairo", datetime(2026, 4, 23, 22, 0, tzinfo=UTC)),  # no midnight
    ],
)
def test_local_time_becomes_an_instant(wall, zone, instant):
    assert clock.at_local_time(wall, zone=zone) == instant


@pytest.mark.parametrize("year", [2026, 2027])
def test_every_day_of_every_zone_starts_once_and_on_that_day(year):
    """Days without midnight among them: each start lies on its day, and the moment before lies on the day before."""
    wrong, without_midnight = [], set()
    for zone in ZONES:
        place = ZoneInfo(zone)
        for ordinal in _days_of_change(place, year):
            day = date.fromordinal(ordinal)
            start = clock.start_of_day(day, zone=zone)
            before = (start - timedelta(seconds=1)).astimezone(place)
            if start.astimezone(place).date() != day or before.date() >= day:
                wrong.append((zone, day))
            if start.astimezone(place).hour or start.astimezone(place).minute:
                without_midnight.add(zone)

    assert wrong == []
    assert "Africa/Cairo" in without_midnight


def _days_of_change(place, year):
    """The days around each change of offset; every other day is ordinary."""
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        following = moment + timedelta(days=1)
        if moment.astimezone(place).utcoffset() != following.astimezone(place).utcoffset():
            day = following.astimezone(place).toordinal()
            yield from (day - 1, day, day + 1)
        moment = following


def test_today_is_what_people_there_call_it():
    at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)

    assert clock.today(zone="Europe/Paris", at=at) == date(2026, 4, 1)
    assert clock.today(zone="America/Toronto", at=at) == date(2026, 3, 31)


def test_moved_clock_moves_now(settings):
    settings.CLOCK_OFFSET_SECONDS = 86_400

    assert clock.now() - datetime.now(UTC) > timedelta(hours=23)


@pytest.mark.parametrize(
    ("by", "expected"), [(0, (2026, 1)), (1, (2026, 2)), (12, (2027, 1)), (-1, (2025, 12)), (-13, (2024, 12))]
)
def test_months_are_shifted_over_the_turn_of_the_year(by, expected):
    assert months.shift(date(2026, 1, 1), by) == date(*expected, 1)


def test_leap_february_ends_on_its_last_day():
    assert months.last_day(date(2028, 2, 1)) == date(2028, 2, 29)


def test_month_begins_and_ends_by_the_clocks_of_the_partnership():
    assert months.bounds(date(2026, 3, 1), zone="Europe/Paris") == (
        datetime(2026, 2, 28, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 31, 22, 0, tzinfo=UTC),
    )
