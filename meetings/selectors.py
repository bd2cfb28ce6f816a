"""What pages and reports read about meetings."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from core.clock import today
from core.components import Seen
from core.dates import day_year
from core.panels import Panel
from meetings.choices import CAME, Presence
from meetings.models import Attendance, Decision, Meeting, MeetingAction, MeetingQuerySet, MeetingSeries
from meetings.services import next_plan
from partners.models import Participation, Partnership, Seat
from partners.permissions import Permission

STRIP = 12  # meetings on the page of a partner
BEST_FIRST = (Presence.PRESENT, Presence.DEPUTY, Presence.APOLOGIES, Presence.ABSENT, Presence.UNKNOWN)
MINUTES_AT_THE_END = re.compile(r"(?P<text>.*[^\s,(])[\s,(]+(?P<minutes>\d{1,3})\s?min\.?\)?")
ATTENDED_WITH = Attendance.objects.select_related(
    "seat__participation__organization", "seat__person", "person", "deputy"
).order_by("seat__participation__organization__name", "pk")


@dataclass(frozen=True)
class AgendaItem:
    """``at`` is when it begins, as long as every item before it says how long it takes."""

    text: str
    minutes: int | None
    at: datetime | None


@dataclass(frozen=True)
class Following:
    """What comes after a meeting of a series: one that is planned, else the day to plan, offered to coordinators."""

    after: Meeting
    planned: Meeting | None
    day: datetime | None


@dataclass(frozen=True)
class MeetingPage:
    """Everything the page of one meeting shows.

    ``agenda_first`` before the meeting, decisions first afterwards. ``may_manage`` is about the reader, ``may_change``
    about the meeting as well: nothing about a closed or cancelled meeting can be changed.
    """

    meeting: Meeting
    agenda: Sequence[AgendaItem]
    attendances: Sequence[Attendance]
    decisions: Sequence[Decision]
    actions: Sequence[MeetingAction]
    missing: int
    agenda_first: bool
    has_started: bool
    is_over: bool
    may_manage: bool
    previous: Meeting | None
    following: Following | None

    @property
    def may_change(self) -> bool:
        return self.may_manage and self.meeting.is_open

    @property
    def came(self) -> Sequence[Attendance]:
        return [row for row in self.attendances if row.presence in CAME]

    @property
    def sent_somebody(self) -> Sequence[Attendance]:
        return [row for row in self.attendances if row.presence == Presence.DEPUTY]

    @property
    def stayed_away(self) -> Sequence[Attendance]:
        return [row for row in self.attendances if row.presence in (Presence.APOLOGIES, Presence.ABSENT)]

    @property
    def partners_asked(self) -> int:
        return len({row.seat.participation_id for row in self.attendances})

    @property
    def partners_that_came(self) -> int:
        return len({row.seat.participation_id for row in self.came})


def meeting_page(*, seat: Seat, meeting: Meeting, now: datetime) -> MeetingPage:
    """``meeting`` comes from ``seat.partnership``; three queries whatever its size, and three more in a series."""
    may_manage = seat.can(Permission.MEETING_MANAGE)
    attendances = list(ATTENDED_WITH.filter(meeting=meeting))
    actions = meeting.agreed_actions.select_related(
        "decision", "action__accountable__participation__organization", "action__accountable__person"
    )
    return MeetingPage(
        meeting=meeting,
        agenda=_agenda(meeting),
        attendances=attendances,
        decisions=list(meeting.decisions.all()),
        actions=list(actions.order_by("action__due_on", "pk")),
        missing=sum(row.presence == Presence.UNKNOWN for row in attendances),
        agenda_first=now < meeting.ends_at and meeting.closed_at is None,
        has_started=now >= meeting.starts_at,
        is_over=now >= meeting.ends_at,
        may_manage=may_manage,
        previous=meeting.previous_in_series(),
        following=_following(meeting, may_manage=may_manage, now=now) if meeting.series_id else None,
    )


def _agenda(meeting: Meeting) -> list[AgendaItem]:
    """One item per line; “Good news, 15 min” takes 15 minutes."""
    items: list[AgendaItem] = []
    at: datetime | None = meeting.starts_at
    for line in filter(None, map(str.strip, meeting.agenda.splitlines())):
        timed = MINUTES_AT_THE_END.fullmatch(line)
        minutes = int(timed["minutes"]) if timed else None
        items.append(AgendaItem(timed["text"] if timed else line, minutes, at))
        at = at + timedelta(minutes=minutes) if at and minutes else None
    return items if any(item.minutes for item in items) else [replace(item, at=None) for item in items]


def _following(meeting: Meeting, *, may_manage: bool, now: datetime) -> Following:
    planned = meeting.next_in_series()
    offered = next_plan(meeting, now=now).starts if may_manage and planned is None else None
    return Following(meeting, planned, offered)


def to_be_planned(series: MeetingSeries, *, now: datetime) -> Following | None:
    """The day to plan next, after the last meeting that was not called off."""
    last = series.meetings.not_cancelled().select_related("series").order_by("-starts_at", "-pk").first()
    return Following(last, None, next_plan(last, now=now).starts) if last else None


def asked_last_time(meeting: Meeting) -> set[int]:
    """The seats that were asked to the meeting before it in the series."""
    before = meeting.previous_in_series()
    return set(before.attendances.values_list("seat_id", flat=True)) if before else set()


def upcoming_meetings(partnership: Partnership, *, now: datetime) -> MeetingQuerySet:
    return _meetings(partnership).with_turnout().upcoming(now=now).order_by("starts_at", "pk")


def past_meetings(partnership: Partnership, *, now: datetime) -> MeetingQuerySet:
    return _meetings(partnership).with_turnout().past(now=now).order_by("-starts_at", "-pk")


def seats_to_invite(meeting: Meeting, *, now: datetime) -> QuerySet[Seat]:
    """Every seat that was not asked yet, by organisation; vacant ones too, because somebody has to see the gap.

    Until the meeting starts, a seat that has changed hands since counts as not asked.
    """
    asked = Attendance.objects.filter(meeting=meeting, seat=OuterRef("pk"))
    if now < meeting.starts_at:
        asked = asked.filter(person=OuterRef("person"))
    seats = meeting.partnership.seats.with_people().filter(~Exists(asked))
    return seats.order_by("participation__organization__name", "pk")


def names_at(meeting: Meeting) -> dict[int, str]:
    """What whoever was asked to this meeting, or sent, is called here, by their number."""
    rows = Attendance.objects.filter(meeting=meeting).select_related("seat__person", "person")
    names: dict[int, str] = {}
    for row in rows:
        names[row.person_id] = row.name
        if row.deputy_id is not None:
            names.setdefault(row.deputy_id, row.deputy_name)
    return names


# -- For reports ------------------------------------------------------------------------------------------------------
TURNOUT = ("partners_asked", "partners_that_came", "people_asked", "people_that_came")


@dataclass(frozen=True)
class MeetingTurnout:
    """One closed meeting: how many partners and people were asked, and how many came or sent somebody."""

    meeting: Meeting
    partners_asked: int
    partners_that_came: int
    people_asked: int
    people_that_came: int


def attendance_of_month(partnership: Partnership, *, start: datetime, end: datetime) -> list[MeetingTurnout]:
    """Closed meetings that started from ``start`` until before ``end``, in order. One query.

    The caller says where its month begins and ends in the zone of the partnership.
    """
    meetings = _meetings(partnership).closed().starting_within(start, end).with_turnout().order_by("starts_at", "pk")
    return [MeetingTurnout(row, *(getattr(row, name) for name in TURNOUT)) for row in meetings]


def decisions_of_month(partnership: Partnership, *, start: datetime, end: datetime) -> QuerySet[Decision]:
    """What closed meetings that started in the month decided, in order."""
    meetings = _meetings(partnership).closed().starting_within(start, end)
    return (
        Decision.objects.filter(meeting__in=meetings).select_related("meeting").order_by("meeting__starts_at", "number")
    )


@dataclass(frozen=True)
class AttendanceStrip:
    """One partner and what became of them at the last meetings, oldest first, as the strip component shows it."""

    participation: Participation
    seen: Sequence[Seen]


def attendance_strips(partnership: Partnership, *, last: int, until: datetime) -> list[AttendanceStrip]:
    """The ``last`` closed meetings that started before ``until``, partner by partner, in three queries.

    Where a partner has several seats, the best of them counts: what matters is whether their voice was in the room.
    """
    meetings = list(_meetings(partnership).closed().filter(starts_at__lt=until).order_by("-starts_at", "-pk")[:last])
    meetings.reverse()
    days = {row.pk: day_year(today(zone=partnership.time_zone, at=row.starts_at)) for row in meetings}
    presences: dict[tuple[int, int], set[str]] = defaultdict(set)
    rows = Attendance.objects.filter(meeting__in=days).values_list("seat__participation_id", "meeting_id", "presence")
    for participation_id, meeting_id, presence in rows:
        presences[participation_id, meeting_id].add(presence)
    return [
        AttendanceStrip(row, [Seen(days[pk], _best(presences[row.pk, pk])) for pk in days])
        for row in partnership.participations.select_related("organization").order_by("organization__name", "pk")
    ]


def attendance_panel(seat: Seat, participation: Participation, now: datetime) -> Panel | None:
    """What became of a partner at the last meetings, for their page. Two queries; nothing before the first meeting."""
    held = _meetings(seat.partnership).closed().filter(starts_at__lt=now)
    meetings = list(held.order_by("-starts_at", "-pk")[:STRIP])
    if not meetings:
        return None
    presences: dict[int, set[str]] = defaultdict(set)
    rows = Attendance.objects.filter(meeting__in=meetings, seat__participation=participation)
    for meeting_id, presence in rows.values_list("meeting_id", "presence"):
        presences[meeting_id].add(presence)
    zone = seat.partnership.time_zone
    seen = [Seen(day_year(today(zone=zone, at=row.starts_at)), _best(presences[row.pk])) for row in reversed(meetings)]
    return Panel("meetings/_partner_panel.html", seen)


def _best(presences: set[str]) -> str:
    return next((str(one) for one in BEST_FIRST if one in presences), "none")


def _meetings(partnership: Partnership) -> MeetingQuerySet:
    return Meeting.objects.filter(partnership=partnership)
