"""Who came, and the closing that makes it final."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from accounts.services import know_person
from core.clock import today
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from meetings.services.errors import AttendanceRefused, MeetingNotReadyToClose
from meetings.services.state import locked, refuse_unless_open, write_history
from partners.models import Contact, Seat

KNOWN_BEFOREHAND = (Presence.UNKNOWN, Presence.APOLOGIES)


@dataclass(frozen=True)
class Seen:
    """What became of one invited seat; ``deputy_name`` and ``deputy_email`` only where somebody was sent."""

    attendance_id: int
    presence: Presence
    deputy_name: str = ""
    deputy_email: str = ""


@transaction.atomic
def record_attendance(*, meeting: Meeting, seen: Sequence[Seen], by: Seat, now: datetime) -> None:
    """Note who came, for one seat or for all at once; nothing is kept when one entry is refused.

    A deputy becomes a contact of the organisation they spoke for. They are nobody who was asked themselves, and stand
    in once. Before the meeting starts only apologies can be noted.
    """
    meeting = locked(meeting)
    refuse_unless_open(meeting)
    wanted = [entry.attendance_id for entry in seen]
    rows = meeting.attendances.select_related("seat__participation__organization").in_bulk(wanted)
    _refuse_what_cannot_be_known(meeting, seen, now=now)
    deputies = {
        entry.attendance_id: _deputy(rows[entry.attendance_id], entry, meeting=meeting, now=now)
        for entry in seen
        if entry.presence == Presence.DEPUTY
    }
    _refuse_double_roles(meeting, deputies, seen=seen)
    meeting.attendances.filter(pk__in=wanted).update(presence=Presence.UNKNOWN, deputy=None, deputy_name="")
    for entry in seen:
        row = rows[entry.attendance_id]
        row.presence, row.deputy = entry.presence, deputies.get(entry.attendance_id)
        row.deputy_name = entry.deputy_name.strip() if row.deputy else ""
    Attendance.objects.bulk_update(rows.values(), ["presence", "deputy", "deputy_name"])
    write_history("meeting.attendance_recorded", meeting, by=by, now=now, seats=len(seen))


@transaction.atomic
def close_meeting(*, meeting: Meeting, by: Seat, now: datetime) -> Meeting:
    """Make attendance and decisions final. Only once, after the start, with every invited seat accounted for."""
    meeting = locked(meeting)
    refuse_unless_open(meeting)
    if now < meeting.starts_at:
        raise MeetingNotReadyToClose(_("The meeting has not started yet. Close it when it is over."))
    presences = list(meeting.attendances.values_list("presence", flat=True))
    if not presences:
        raise MeetingNotReadyToClose(_("Nobody was asked to this meeting. Add who took part, then close it."))
    missing = presences.count(Presence.UNKNOWN)
    if missing:
        raise MeetingNotReadyToClose(
            ngettext(
                "For %(count)d person it is not noted yet whether they came.",
                "For %(count)d people it is not noted yet whether they came.",
                missing,
            )
            % {"count": missing}
        )
    meeting.closed_at = now
    meeting.save(update_fields=["closed_at"])
    write_history("meeting.closed", meeting, by=by, now=now)
    return meeting


def _refuse_what_cannot_be_known(meeting: Meeting, seen: Sequence[Seen], *, now: datetime) -> None:
    if now >= meeting.starts_at:
        return
    for entry in seen:
        if entry.presence not in KNOWN_BEFOREHAND:
            raise AttendanceRefused(
                _("The meeting has not started. Until then you can only note apologies."),
                attendance_id=entry.attendance_id,
            )


def _deputy(row: Attendance, entry: Seen, *, meeting: Meeting, now: datetime) -> Person:
    """The person who was sent: found by address, or by the name they go by here, or written down."""
    name, organization = entry.deputy_name.strip(), row.seat.organization
    if not name:
        raise AttendanceRefused(_("Write the name of the person they sent."), attendance_id=row.pk)
    partnership = meeting.partnership
    manners = {"language": partnership.language, "time_zone": partnership.time_zone}
    if entry.deputy_email.strip():
        person = know_person(name=name, email=entry.deputy_email, **manners)
    else:
        person = _known_here(name, row.seat, meeting=meeting) or Person.objects.create_user(name=name, **manners)
    Contact.objects.get_or_create(
        organization=organization,
        person=person,
        defaults={"since": today(zone=partnership.time_zone, at=now)},
    )
    return person


def _known_here(name: str, seat: Seat, *, meeting: Meeting) -> Person | None:
    """Who goes by this name at the organisation and in this partnership, or at the organisation without an address.

    What somebody is called elsewhere finds nobody: else a guessed name would tell an address.
    """
    colleague = seat.participation.seats.called(name).select_related("person").first()
    if colleague is not None:
        return colleague.person
    sent = Attendance.objects.filter(meeting__partnership=meeting.partnership, seat__participation=seat.participation)
    before = sent.filter(deputy_name__iexact=name).select_related("deputy").order_by("pk").first()
    if before is not None:
        return before.deputy
    contacts = seat.organization.contacts.filter(person__name__iexact=name, person__email=None)
    contact = contacts.select_related("person").order_by("pk").first()
    return contact.person if contact else None


def _refuse_double_roles(meeting: Meeting, deputies: Mapping[int, Person], *, seen: Sequence[Seen]) -> None:
    typed = {entry.attendance_id: entry.deputy_name.strip() for entry in seen}
    asked = set(meeting.attendances.values_list("person_id", flat=True))
    others = meeting.attendances.exclude(pk__in=typed).exclude(deputy=None)
    standing_in = set(others.values_list("deputy_id", flat=True))
    for attendance_id, person in deputies.items():
        if person.pk in asked:
            text = _("%(name)s was asked to this meeting themselves. Note them as present there.") % {
                "name": typed[attendance_id]
            }
            raise AttendanceRefused(text, attendance_id=attendance_id)
        if person.pk in standing_in:
            text = _("%(name)s already stands in for somebody else at this meeting.") % {"name": typed[attendance_id]}
            raise AttendanceRefused(text, attendance_id=attendance_id)
        standing_in.add(person.pk)
