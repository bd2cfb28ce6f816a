from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.choices import ANY_RHYTHM, Rhythm
from notifications.registry import Letter, MailKind, kinds
from notifications.wishes import SETTLING, Hours, Times, Wishes, wishes_of
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MailHoursFactory, PreferenceFactory

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
NIGHT = (time(21, 30), time(7))
ZONES = (
    "UTC",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Santiago",
    "Europe/Paris",
    "Pacific/Apia",
    "Australia/Lord_Howe",
)


def kind(**fields):
    return MailKind("test", "none", "", compose=lambda *_: Letter({}), **fields)


def moment(wishes, mail_kind, *, due_at, expires_at=None, about_at=None, now=None):
    return wishes.moment_for(mail_kind, Times(due_at, expires_at, about_at), now=now or due_at)


def utc(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@given(
    due_at=st.integers(0, 7 * 24 * 60), until=st.integers(-60, 7 * 24 * 60), late=st.integers(0, 48 * 60),
    rhythm=st.sampled_from(ANY_RHYTHM),
    hours=st.sampled_from([Hours(), Hours(quiet=NIGHT, days_off=frozenset({5, 6}))]),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_what_is_urgent_waits_until_it_becomes_so_and_no_longer(due_at, until, late, rhythm, hours):
    """Whatever somebody chose: never before it is due, never later than without, at once within the time named."""
    due, about = (NOON + timedelta(minutes=minutes) for minutes in (due_at, due_at + until))
    now = due + timedelta(minutes=late)
    urgent = kind(rhythms=ANY_RHYTHM, rhythm=rhythm, together="several", urgent_within=timedelta(days=1))
    usual = kind(rhythms=ANY_RHYTHM, rhythm=rhythm, together="several")

    leaves = moment(Wishes(hours), urgent, due_at=due, about_at=about, now=now)

    without = moment(Wishes(hours), usual, due_at=due, about_at=about, now=now)
    assert now <= leaves <= without
    assert leaves == min(without, max(now, about - timedelta(days=1)))


@pytest.mark.parametrize(
    ("at", "leaves"),
    [(utc(4, 12), utc(4, 12)), (utc(4, 21, 30), utc(5, 7)), (utc(4, 3), utc(4, 7)), (utc(4, 7), utc(4, 7))],
)
def test_quiet_hours_end_in_the_morning(at, leaves):
    assert Hours(quiet=NIGHT).open_from(at) == leaves


def test_quiet_hours_are_those_of_the_recipient():
    assert Hours("Asia/Tokyo", quiet=NIGHT).open_from(NOON) == NOON  # nine in the evening there
    assert Hours("Asia/Tokyo", quiet=NIGHT).open_from(NOON + timedelta(hours=1)) == utc(4, 22)


def test_quiet_hours_of_the_afternoon_do_not_touch_the_night():
    siesta = Hours(quiet=(time(13), time(15)))

    assert siesta.open_from(utc(4, 14)) == utc(4, 15)
    assert siesta.open_from(utc(4, 2)) == utc(4, 2)


def test_days_without_mail_end_where_the_quiet_hours_of_the_next_day_end():
    weekend = Hours(quiet=NIGHT, days_off=frozenset({5, 6}))

    assert weekend.open_from(utc(7, 12)) == utc(9, 7)


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)),
    quiet=st.one_of(st.none(), st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1])),
    days_off=st.frozensets(st.integers(0, 6), max_size=6),
    digest=st.tuples(st.times(), st.integers(0, 6)),
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_hours_mail_leaves_within_days_and_never_when_it_is_quiet(zone, start, quiet, days_off, digest):
    moment = start.replace(tzinfo=UTC)
    hours = Hours(zone, *digest, quiet, days_off)

    opens = hours.open_from(moment)
    daily = hours.digest_after(moment, weekly=False)
    weekly = hours.digest_after(moment, weekly=True)

    assert moment <= opens <= moment + timedelta(days=8)
    assert opens.astimezone(ZoneInfo(zone)).weekday() not in days_off
    assert hours.open_from(opens) == opens
    assert moment <= daily <= moment + timedelta(days=8)
    assert moment <= weekly <= moment + timedelta(days=8)
    assert hours.digest_after(daily, weekly=False) == daily


def test_a_mail_comes_at_once_unless_somebody_wants_it_otherwise():
    free = kind(rhythms=ANY_RHYTHM)

    assert moment(Wishes(), free, due_at=NOON) == NOON
    assert moment(Wishes(chosen={"test": Rhythm.DAILY}), free, due_at=NOON) == utc(5, 8)
    assert moment(Wishes(chosen={"test": Rhythm.WEEKLY}), free, due_at=NOON) == utc(9, 8)
    assert moment(Wishes(chosen={"test": Rhythm.WEEKLY}), kind(), due_at=NOON) == NOON  # not offered


def test_what_may_come_together_settles_for_ten_minutes():
    assert moment(Wishes(), kind(together="several"), due_at=NOON) == NOON + SETTLING


def test_after_an_outage_a_digest_leaves_at_once():
    daily = Wishes(chosen={"test": Rhythm.DAILY})

    assert moment(daily, kind(rhythms=ANY_RHYTHM), due_at=NOON, now=utc(7, 15)) == utc(7, 15)


@pytest.mark.parametrize(("hours_left", "waits"), [(19, False), (20, True)])
def test_what_would_be_pointless_by_then_does_not_wait(hours_left, waits):
    """Noon until seven in the morning, and the other way round the same rule for digests."""
    quiet = Wishes(Hours(quiet=(time(9), time(7))))

    leaves = moment(quiet, kind(), due_at=NOON, expires_at=NOON + timedelta(hours=hours_left))

    assert leaves == (utc(5, 7) if waits else NOON)


def test_what_somebody_just_asked_for_never_waits():
    quiet = Wishes(Hours(quiet=(time(9), time(7)), days_off=frozenset(range(6))))

    assert moment(quiet, kind(offers_unsubscribe=False), due_at=NOON) == NOON


@pytest.mark.django_db
def test_wishes_are_read_for_many_people_at_once(django_assert_num_queries):
    robin, sascha = PersonFactory(time_zone="Europe/Paris"), PersonFactory()
    MailHoursFactory(person=robin, quiet_from=time(21), quiet_until=time(7), days_off=0b1100000, digest_on=2)
    PreferenceFactory(person=robin, kind="test", rhythm=Rhythm.WEEKLY)

    with django_assert_num_queries(3):
        wishes = wishes_of({robin.pk, sascha.pk})

    hours = Hours("Europe/Paris", time(8), 2, (time(21), time(7)), frozenset({5, 6}))
    assert wishes == {robin.pk: Wishes(hours, {"test": Rhythm.WEEKLY}), sascha.pk: Wishes(Hours(sascha.time_zone))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"quiet_from": time(8)},
        {"quiet_from": time(8), "quiet_until": time(8)},
        {"digest_on": 7},
        {"days_off": 0b1111111},
    ],
)
def test_hours_that_make_no_sense_are_refused_by_the_database(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        MailHoursFactory(**broken)


@pytest.mark.django_db
def test_never_is_no_rhythm_of_a_preference():
    with pytest.raises(IntegrityError), transaction.atomic():
        PreferenceFactory(rhythm=Rhythm.NEVER)


def test_every_kind_says_all_there_is_to_say():
    choosable = [one for one in kinds() if one.can_be_chosen]

    assert len(choosable) >= 11
    for one in choosable:
        assert one.rhythm in one.rhythms, one.name
        assert one.topic, one.name
        assert one.who, one.name
        assert one.when, one.name
        assert one.sample, one.name
    bundles = {one.name for one in kinds() if one.gathers}
    assert {one.together for one in choosable if one.together} < bundles
