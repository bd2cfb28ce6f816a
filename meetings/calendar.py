"""Meetings as iCalendar (RFC 5545, 5546, 7986), for the calendars of the people invited."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText, vUri

from accounts.models import Person
from core.http import absolute_url
from meetings.models import Meeting

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
UNFIT_FOR_PARAMETERS = re.compile(r'[\x00-\x1f\x7f"]')
PRODUCT = "-//Common Thread//Meetings//EN"


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def write_calendar(meeting: Meeting, *, attendee: Person, method: Method, now: datetime) -> str:
    """One event for one recipient, who is the only attendee named: who else was asked is told on the page.

    ``UID`` stays and ``SEQUENCE`` rises with every change, so that a calendar replaces the entry it has. The organiser
    is the address the mails come from: it never changes hands, and a calendar removes an event only for the organiser
    who sent it.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    zone = ZoneInfo(meeting.time_zone)
    if zone.key != "UTC":
        calendar.add_component(_rules_of(zone, around=meeting))
    calendar.add_component(_event(meeting, zone, attendee=attendee, method=method, now=now))
    return str(calendar.to_ical(), "utf-8")


def _event(meeting: Meeting, zone: ZoneInfo, *, attendee: Person, method: Method, now: datetime) -> Event:
    page = absolute_url(reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk]))
    event = Event()
    event.add("uid", f"{meeting.uid}@common-thread")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", _plain(meeting.title))
    event.add("description", _plain("\n\n".join(filter(None, [meeting.purpose, meeting.agenda, page]))))
    event.add("url", vUri(page))
    if meeting.place or meeting.online_link:
        event.add("location", _plain(meeting.place or meeting.online_link))
    if meeting.online_link:
        link = vUri(_plain(meeting.online_link))
        event.add("conference", link, parameters={"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Online"})
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], meeting.partnership.name))
    event.add("attendee", _invited(attendee))
    return event


def _invited(person: Person) -> vCalAddress:
    """Answers would reach a mailbox nobody reads, so none is asked for."""
    address = _address(person.email or "", person.name)
    address.params.update({"CUTYPE": vText("INDIVIDUAL"), "ROLE": vText("REQ-PARTICIPANT")})
    address.params.update({"PARTSTAT": vText("NEEDS-ACTION"), "RSVP": vText("FALSE")})
    return address


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{UNFIT_FOR_PARAMETERS.sub('', email)}")
    address.params["CN"] = vText(UNFIT_FOR_PARAMETERS.sub(" ", name).strip() or email)
    return address


def _plain(text: str) -> str:
    """Line breaks are kept, and escaped by the writer; nothing a person typed can begin a line of its own."""
    return CONTROL_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _rules_of(zone: ZoneInfo, *, around: Meeting) -> Timezone:
    """The clock changes of the meeting's year and of those beside it, so that no calendar needs to know the zone."""
    instant = datetime(around.starts_at.year - 1, 1, 1, tzinfo=UTC)
    end = datetime(around.ends_at.year + 2, 1, 1, tzinfo=UTC)
    rules = Timezone()
    rules.add("tzid", zone.key)
    rules.add_component(_observance(instant, zone, before=_offset(instant, zone)))
    while instant < end:
        before, following = _offset(instant, zone), instant + timedelta(days=1)
        if _offset(following, zone) != before:
            change = _change_between(instant, following, zone)
            rules.add_component(_observance(change, zone, before=before))
        instant = following
    return rules


def _observance(since: datetime, zone: ZoneInfo, *, before: timedelta) -> TimezoneDaylight | TimezoneStandard:
    """What holds from ``since`` on. Its start is written as clocks that were not changed yet would show it."""
    is_summer = (since.astimezone(zone).dst() or timedelta(0)) > timedelta(0)
    observance = TimezoneDaylight() if is_summer else TimezoneStandard()
    observance.add("dtstart", (since + before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", before)
    observance.add("tzoffsetto", _offset(since, zone))
    return observance


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the offset of ``high`` holds; one day has at most one change."""
    before = _offset(low, zone)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)
