"""What calendars receive: read back with the library, and once with nothing but the standard's own rules."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from accounts.models import Person
from meetings.calendar import Method, write_calendar
from meetings.models import Meeting
from partners.models import Partnership

NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
START = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)


def meeting(**values):
    defaults = {
        "pk": 7,
        "partnership": Partnership(name="Wrenfield Youth Futures", slug="wrenfield"),
        "title": "March round table",
        "place": "College, room 2.04",
        "online_link": "https://meet.example.org/a;b?x=1,2",
        "purpose": "One form; one door.",
        "agenda": "Good news\nWho does what",
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "time_zone": "Europe/Paris",
        "sequence": 3,
    }
    return Meeting(**(defaults | values))


def written(row, method=Method.REQUEST, person=None):
    person = person or Person(name="Helen Marsh", email="helen@example.org")
    return write_calendar(row, attendee=person, method=method, now=NOW)


def event_of(text):
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def test_a_request_says_what_when_where_and_for_whom(settings):
    settings.SITE_URL = "https://thread.example"
    settings.DEFAULT_FROM_EMAIL = "Common Thread <hello@thread.example>"
    row = meeting()

    calendar = Calendar.from_ical(written(row))
    event = event_of(written(row))

    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert {name: str(event[name]) for name in ("UID", "SUMMARY", "LOCATION", "STATUS", "URL", "CONFERENCE")} == {
        "UID": f"{row.uid}@common-thread",
        "SUMMARY": "March round table",
        "LOCATION": "College, room 2.04",
        "STATUS": "CONFIRMED",
        "URL": "https://thread.example/p/wrenfield/meetings/7/",
        "CONFERENCE": "https://meet.example.org/a;b?x=1,2",
    }
    assert str(event["DESCRIPTION"]) == (
        "One form; one door.\n\nGood news\nWho does what\n\nhttps://thread.example/p/wrenfield/meetings/7/"
    )
    assert (event["SEQUENCE"], event["DTSTAMP"].dt) == (3, NOW)
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["CN"]) == ("mailto:helen@example.org", "Helen Marsh")
    assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == (
        "mailto:hello@thread.example",
        "Wrenfield Youth Futures",
    )


def test_a_cancellation_names_the_same_event_by_the_same_organiser():
    row = meeting()
    request = event_of(written(row))
    row.sequence += 1
    text = written(row, Method.CANCEL)
    cancellation = event_of(text)

    assert Calendar.from_ical(text)["METHOD"] == "CANCEL"
    assert cancellation["STATUS"] == "CANCELLED"
    assert (cancellation["UID"], cancellation["ORGANIZER"]) == (request["UID"], request["ORGANIZER"])
    assert cancellation["SEQUENCE"] == request["SEQUENCE"] + 1


ZONES = ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Africa/Cairo", "America/Santiago", "Africa/Casablanca"]


def days_around_changes(zone):
    """Noon in UTC of every week of a year, and every hour of the days around each change of the clocks."""
    place = ZoneInfo(zone)
    for week in range(52):
        yield datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(weeks=week)
    for hour in range(365 * 24):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        offsets = {(moment + timedelta(days=days)).astimezone(place).utcoffset() for days in (-1, 1)}
        if len(offsets) > 1 and hour % 4 == 0:
            yield moment


@pytest.mark.parametrize("zone", ZONES)
def test_start_and_end_come_back_as_the_same_instants(zone):
    for start in days_around_changes(zone):
        event = event_of(written(meeting(starts_at=start, ends_at=start + timedelta(hours=2), time_zone=zone)))

        assert event["DTSTART"].params["TZID"] == zone
        assert event["DTSTART"].dt.replace(tzinfo=None) == start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize("zone", ZONES)
def test_the_rules_sent_along_give_the_same_instant_without_knowing_the_zone(zone):
    for start in days_around_changes(zone):
        text = written(meeting(starts_at=start, ends_at=start + timedelta(hours=2), time_zone=zone))

        instants = read_with_its_own_rules(text)

        local = start.astimezone(ZoneInfo(zone))
        if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():  # the hour does not come twice
            assert instants == start, (zone, start)


def read_with_its_own_rules(text):
    """RFC 5545, 3.6.5: the observance with the latest onset before the local time tells the offset."""
    text = text.replace("\r\n ", "")
    local = datetime.strptime(re.search(r"DTSTART;TZID=[^:]+:(\w+)", text)[1], "%Y%m%dT%H%M%S")
    rules = re.findall(r"DTSTART:(\d{8}T\d{6})\r\nTZOFFSETFROM:[+-]\d{4}\r\nTZOFFSETTO:([+-])(\d\d)(\d\d)", text)
    _, sign, hours, minutes = max(rule for rule in rules if datetime.strptime(rule[0], "%Y%m%dT%H%M%S") <= local)
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    return (local - offset).replace(tzinfo=UTC)


def test_universal_time_needs_no_rules():
    text = written(meeting(time_zone="UTC"))

    assert "DTSTART:20260327T093000Z" in text
    assert "VTIMEZONE" not in text


HOSTILE = 'Fair; say, "all"\r\nATTENDEE:mailto:spy@example.org\nEND:VEVENT\r\nX-EVIL:1\x00\x0b'


def test_nothing_typed_can_add_a_line_of_its_own():
    row = meeting(title=HOSTILE, place=HOSTILE, agenda=HOSTILE, partnership=Partnership(name=HOSTILE, slug="w"))

    text = written(row, person=Person(name=HOSTILE, email="helen@example.org"))
    event = event_of(text)

    names = [line.split(":")[0].split(";")[0] for line in text.replace("\r\n ", "").split("\r\n") if line]
    assert (names.count("ATTENDEE"), names.count("X-EVIL"), names.count("END")) == (
        1,
        0,
        len(re.findall("BEGIN:", text)),
    )
    assert str(event["ATTENDEE"]) == "mailto:helen@example.org"
    assert str(event["SUMMARY"]) == 'Fair; say, "all"\nATTENDEE:mailto:spy@example.org\nEND:VEVENT\nX-EVIL:1'


def test_no_line_is_longer_than_calendars_accept():
    text = written(meeting(title="Zoë und die große Runde, " * 8, agenda="é" * 2000))

    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_a_meeting_without_place_or_link_has_no_location():
    event = event_of(written(meeting(place="", online_link="")))

    assert ("LOCATION" in event, "CONFERENCE" in event) == (False, False)


def test_a_meeting_online_only_is_at_its_link():
    event = event_of(written(meeting(place="")))

    assert str(event["LOCATION"]) == "https://meet.example.org/a;b?x=1,2"
