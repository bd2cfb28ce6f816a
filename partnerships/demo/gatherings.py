"""Meetings: invited, held, noted, closed."""

from datetime import date, datetime, time

from meetings import services as meetings
from meetings.choices import Presence
from partners.permissions import Role
from partnerships.demo import calendar, story, voices
from partnerships.demo.world import World

STARTS, ENDS = time(9, 30), time(11, 30)
AGENDA = "A parent speaks first\nNumbers of the month\nPromises: kept, late, new\nDecisions\nRound table"
APOLOGIES = 0.5


def invite(world: World, month: int, day: date, now: datetime) -> None:
    is_extra = month == story.MONTHS
    plan = meetings.MeetingPlan(
        title="Working session" if is_extra else "Partners’ meeting",
        series="" if is_extra else "Partners’ meetings",
        starts=datetime.combine(day, STARTS),
        ends=datetime.combine(day, ENDS),
        time_zone=world.zone,
        place=story.MEETING_PLACE,
        purpose="What moved, what is stuck, what we promise until next time.",
        agenda=AGENDA,
    )
    meeting = meetings.plan_meeting(plan=plan, by=world.coordinator, now=now)
    seats = world.partnership.seats.held().with_people().exclude(role=Role.OBSERVER)
    meetings.invite(meeting=meeting, seats=list(seats), by=world.coordinator, now=now)
    world.meetings[month] = meeting


def decide(world: World, month: int, now: datetime) -> None:
    for decided_in, text, reason in calendar.DECISIONS:
        if decided_in == month:
            meetings.record_decision(
                meeting=world.meetings[month], text=text, reason=reason, by=world.coordinator, now=now
            )


def take_notes(world: World, month: int, now: datetime) -> None:
    meetings.take_notes(meeting=world.meetings[month], notes=voices.NOTES[month], by=world.coordinator, now=now)


def close(world: World, month: int, now: datetime) -> None:
    meeting = world.meetings[month]
    elsewhere = _who_was_not_there(world, month)
    seen = []
    for row in meeting.attendances.select_related("person"):
        email = row.person.email or ""
        presence = elsewhere.get(email, Presence.PRESENT)
        deputy_name = deputy_email = ""
        if presence == Presence.DEPUTY:
            deputy_name, deputy_email = f"Colleague of {row.person.name}", f"for.{email}"
        seen.append(
            meetings.Seen(attendance_id=row.pk, presence=presence, deputy_name=deputy_name, deputy_email=deputy_email)
        )
    meetings.record_attendance(meeting=meeting, seen=seen, by=world.coordinator, now=now)
    meetings.close_meeting(meeting=meeting, by=world.coordinator, now=now)


def _who_was_not_there(world: World, month: int) -> dict[str, Presence]:
    found: dict[str, Presence] = {}
    for partner in story.PARTNERS:
        for number, human in enumerate(partner.people):
            if month in partner.misses:
                sorry = world.chance.random() < APOLOGIES
                found[human.email] = Presence.APOLOGIES if sorry else Presence.ABSENT
            elif month in partner.sends_deputy and number == 0:
                found[human.email] = Presence.DEPUTY
    return found
