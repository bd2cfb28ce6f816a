"""Meetings as iCalendar (RFC 5545, 5546, 7986): one for the calendar of somebody invited, or many to subscribe to."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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


REFRESH = timedelta(hours=1)


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
    for rules in _rules_for([meeting]):
        calendar.add_component(rules)
    event = _event(meeting, stamp=now)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], meeting.partnership.name))
    event.add("attendee", _invited(attendee))
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


@dataclass(frozen=True)
class WholeDay:
    """Something with a day and no hour. ``uid`` never changes; ``stamp`` is when it last did."""

    uid: str
    day: date
    title: str
    text: str
    url: str
    stamp: datetime


def write_feed(days: Iterable[WholeDay], meetings: Iterable[tuple[Meeting, datetime]], *, name: str) -> str:
    """A calendar to subscribe to; with each meeting comes when its plan last changed. Same facts, same text.

    Nobody is named as organiser or attendee: this is a copy to look at, and no invitation to answer.
    """
    told = list(meetings)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", _plain(name))
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for rules in _rules_for([meeting for meeting, _stamp in told]):
        calendar.add_component(rules)
    for one in days:
        calendar.add_component(_whole_day(one))
    for meeting, stamp in told:
        event = _event(meeting, stamp=stamp)
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def _whole_day(one: WholeDay) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", one.stamp)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", _plain(one.title))
    event.add("description", _plain(f"{one.text}\n\n{one.url}"))
    event.add("url", vUri(one.url))
    event.add("transp", "TRANSPARENT")  # nobody is busy all day because something is due
    return event


def _event(meeting: Meeting, *, stamp: datetime) -> Event:
    zone = ZoneInfo(meeting.time_zone)
    page = absolute_url(reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk]))
    event = Event()
    event.add("uid", f"{meeting.uid}@common-thread")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", stamp)
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


def _rules_for(meetings: Iterable[Meeting]) -> Iterable[Timezone]:
    """The rules of every zone but UTC that these meetings are planned in."""
    by_zone: defaultdict[str, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        by_zone[meeting.time_zone].append(meeting)
    for key, own in sorted(by_zone.items()):
        if key != "UTC":
            first, last = min(one.starts_at for one in own), max(one.ends_at for one in own)
            yield _rules_of(ZoneInfo(key), since=first.year - 1, until=last.year + 2)


def _rules_of(zone: ZoneInfo, *, since: int, until: int) -> Timezone:
    """The clock changes of the meetings' years and of those beside them, so that no calendar needs to know the zone."""
    instant = datetime(since, 1, 1, tzinfo=UTC)
    end = datetime(until, 1, 1, tzinfo=UTC)
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
