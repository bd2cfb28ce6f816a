"""The limiter counts exactly, forgets names, and starts over when its time is over."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F

from core import limits
from core.limits import Limit, TooManyAttempts
from core.models import RateCount

NOW = datetime(2026, 3, 4, 9, 7, tzinfo=UTC)
LIMIT = Limit("test", 3, timedelta(minutes=15))


def attempts(count, subject="robin@example.org", now=NOW):
    """How many of ``count`` attempts were let through."""
    passed = 0
    for _ in range(count):
        try:
            limits.spend(LIMIT, subject, now=now)
        except TooManyAttempts:
            continue
        passed += 1
    return passed


@pytest.mark.django_db
def test_limit_is_reached_exactly_and_says_when_to_come_back():
    assert attempts(5) == 3
    with pytest.raises(TooManyAttempts, match="in 9 minutes"):
        limits.spend(LIMIT, "robin@example.org", now=NOW)


@pytest.mark.django_db
def test_others_are_not_held_up_and_spelling_does_not_help():
    attempts(3)

    assert attempts(1, "kim@example.org") == 1
    assert attempts(1, " ROBIN@example.org ") == 0


@pytest.mark.django_db
def test_next_window_starts_over():
    attempts(3)

    assert attempts(1, now=NOW + timedelta(minutes=15)) == 1


@pytest.mark.django_db
def test_who_has_proven_themselves_starts_over():
    attempts(3)

    limits.forgive(LIMIT, "robin@example.org", now=NOW)

    assert attempts(1) == 1


@pytest.mark.django_db
def test_no_name_is_stored():
    attempts(1)

    assert "robin" not in str(RateCount.objects.values().get())


@pytest.mark.django_db
def test_counters_of_the_past_are_purged():
    attempts(1, now=NOW - timedelta(days=3))
    attempts(1)

    assert limits.purge(before=NOW - timedelta(days=2)) == 1
    assert RateCount.objects.count() == 1


def race(attempt, *, threads):
    """How many of so many attempts were let through that all set out together."""
    start = Barrier(threads)

    def run(_number):
        start.wait(timeout=30)
        try:
            return attempt()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(run, range(threads)))


def check_and_then_count():
    """What the limiter must not be: others count between its look and its count."""
    rows = RateCount.objects.filter(scope=LIMIT.scope, subject="looked", window_start=NOW)
    (row, _is_new) = RateCount.objects.get_or_create(scope=LIMIT.scope, subject="looked", window_start=NOW)
    if row.count >= LIMIT.count:
        return 0
    time.sleep(0.05)
    return rows.update(count=F("count") + 1)


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_do_not_overshoot(tell):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        assert attempts(50) == 3  # one shared connection: there is no "at the same time" here, PostgreSQL shows it
        return
    passed, naively = race(lambda: attempts(1), threads=50), race(check_and_then_count, threads=50)
    tell(threads=50, limit=3, passed=passed, passed_where_the_look_comes_first=naively)
    assert passed == 3
    assert naively > 3  # they do race
