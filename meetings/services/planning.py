"""Plan a meeting, invite to it, move it, call it off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.clock import at_local_time
from meetings import posts
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from meetings.services import letters
from meetings.services.errors import MeetingRefused, NobodyToInvite
from meetings.services.series import forget_if_empty, series_called
from meetings.services.state import locked, refuse_unless_open, write_history
from notifications import reminding
from partners.models import Seat

HEARD_OF = ("starts_at", "ends_at", "title", "place", "online_link")  # what invited people have in their calendars
CAME_OR_NOT = (Presence.PRESENT, Presence.DEPUTY, Presence.ABSENT)


@dataclass(frozen=True)
class MeetingPlan:
    """What a person types: ``starts`` and ``ends`` are naive, as the clock on the wall shows them in ``time_zone``.

    ``series`` is the name of one, or of a new one; empty for a meeting that stands alone.
    """

    title: str
    starts: datetime
    ends: datetime
    time_zone: str
    series: str = ""
    place: str = ""
    online_link: str = ""
    purpose: str = ""
    agenda: str = ""


@dataclass(frozen=True)
class Invited:
    """``asked`` are the new rows; ``vacant`` seats nobody holds; ``without_mail`` were asked and have no address."""

    asked: Sequence[Attendance]
    vacant: Sequence[Seat]
    without_mail: Sequence[Attendance]


def plan_of(meeting: Meeting) -> MeetingPlan:
    """The meeting as somebody would type it again."""
    zone = ZoneInfo(meeting.time_zone)
    return MeetingPlan(
        title=meeting.title,
        starts=meeting.starts_at.astimezone(zone).replace(tzinfo=None),
        ends=meeting.ends_at.astimezone(zone).replace(tzinfo=None),
        time_zone=meeting.time_zone,
        series=meeting.series.title if meeting.series else "",
        place=meeting.place,
        online_link=meeting.online_link,
        purpose=meeting.purpose,
        agenda=meeting.agenda,
    )


@transaction.atomic
def plan_meeting(*, plan: MeetingPlan, by: Seat, now: datetime) -> Meeting:
    """A draft: nobody hears of it before ``invite``."""
    meeting = Meeting(partnership=by.partnership, organizer=by, created_at=now)
    _apply(plan, meeting)
    meeting.series = series_called(plan.series, by=by, now=now)
    meeting.save()
    write_history("meeting.planned", meeting, by=by, now=now)
    return meeting


@transaction.atomic
def edit_meeting(*, meeting: Meeting, plan: MeetingPlan, by: Seat, now: datetime) -> Meeting:
    """A change of title, time or place raises the sequence and tells everybody who was invited, in this transaction."""
    meeting = locked(meeting)
    refuse_unless_open(meeting)
    before = {name: getattr(meeting, name) for name in HEARD_OF}
    _apply(plan, meeting)
    is_news = meeting.invited_at is not None and any(getattr(meeting, name) != was for name, was in before.items())
    if is_news:
        if meeting.starts_at != before["starts_at"]:
            _refuse_impossible_move(meeting, was=before["starts_at"], now=now)
        meeting.sequence += 1
    meeting.save()
    _put_into_series(meeting, plan.series, by=by, now=now)
    if is_news and meeting.ends_at > now:
        meeting.attendances.update(told_at=now)
        letters.announce_change(meeting, was=before["starts_at"], now=now)
        posts.announce(posts.CHANGED, meeting, now=now)
    write_history("meeting.changed", meeting, by=by, now=now, sequence=meeting.sequence)
    return meeting


@transaction.atomic
def invite(*, meeting: Meeting, seats: Collection[Seat], by: Seat, now: datetime) -> Invited:
    """Ask the people on these seats. Seats already asked stay as they are, so asking twice is asking once.

    Works later as well, for more people, and until the start for whoever has taken over a seat. After the end of the
    meeting it only notes who else was asked, without a mail.
    """
    meeting = locked(meeting)
    refuse_unless_open(meeting)
    if any(seat.partnership_id != meeting.partnership_id for seat in seats):
        raise NobodyToInvite(_("Only seats of this partnership can be invited."))
    if now < meeting.starts_at:
        _forget_former_holders(meeting, seats)
    known = list(meeting.attendances.all())
    taken = {person_id for row in known for person_id in (row.person_id, row.deputy_id)}
    asked_before = {row.seat_id for row in known}
    new = [
        Attendance(meeting=meeting, seat=seat, person=seat.person, invited_as=seat.invited_as, told_at=now)
        for seat in seats
        if seat.person is not None and seat.pk not in asked_before and seat.person_id not in taken
    ]
    if not new and not known:
        raise NobodyToInvite(_("Tick at least one seat that somebody holds."))
    Attendance.objects.bulk_create(new)
    if meeting.invited_at is None:
        meeting.invited_at = now
        meeting.save(update_fields=["invited_at"])
    if meeting.ends_at > now:
        letters.send_invitations(meeting, person_ids=[row.person_id for row in new], now=now)
        posts.announce(posts.PLANNED, meeting, now=now)
    write_history("meeting.invited", meeting, by=by, now=now, seats=len(new))
    return Invited(
        asked=new,
        vacant=[seat for seat in seats if seat.is_vacant],
        without_mail=[row for row in new if not (row.person.is_active and row.person.email)],
    )


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, by: Seat, now: datetime) -> Meeting:
    """Call it off. People who have heard of it are told, and their calendars drop it; a draft disappears quietly."""
    meeting = locked(meeting)
    refuse_unless_open(meeting)
    if meeting.attendances.filter(presence__in=CAME_OR_NOT).exists():
        raise MeetingRefused(_("It is already noted who came, so this meeting can no longer be cancelled."))
    meeting.cancelled_at = now
    meeting.sequence += 1
    meeting.save(update_fields=["cancelled_at", "sequence"])
    if meeting.ends_at > now:
        letters.announce_cancellation(meeting, now=now)
        if meeting.invited_at is not None:
            posts.announce(posts.CALLED_OFF, meeting, now=now)
    write_history("meeting.cancelled", meeting, by=by, now=now, sequence=meeting.sequence)
    return meeting


def _apply(plan: MeetingPlan, meeting: Meeting) -> None:
    meeting.starts_at = at_local_time(plan.starts, zone=plan.time_zone)
    meeting.ends_at = at_local_time(plan.ends, zone=plan.time_zone)
    for name in ("title", "time_zone", "place", "online_link", "purpose", "agenda"):
        setattr(meeting, name, getattr(plan, name))
    if meeting.ends_at <= meeting.starts_at:
        raise MeetingRefused(_("The meeting has to end after it starts."))


def _put_into_series(meeting: Meeting, title: str, *, by: Seat, now: datetime) -> None:
    """Nobody is mailed, but reminders come when the new series wants them; the old one goes with its last meeting."""
    left, joined = meeting.series, series_called(title, by=by, now=now)
    if left == joined:
        return
    meeting.series = joined
    meeting.save(update_fields=["series"])
    reminding.plan_anew(letters.REMINDER, partnership_id=meeting.partnership_id)
    if left is not None:
        forget_if_empty(left, by=by, now=now)


def _forget_former_holders(meeting: Meeting, seats: Collection[Seat]) -> None:
    """Where a seat has changed hands since it was asked, the new holder is to be asked instead.

    And whoever was asked on a seat they have left is to be asked on the one they hold now.
    """
    holders = {seat.pk: seat.person_id for seat in seats if seat.person_id is not None}
    former = meeting.attendances.exclude(seat__person=F("person"))
    former.filter(Q(seat__in=holders) | Q(person__in=holders.values())).delete()


def _refuse_impossible_move(meeting: Meeting, *, was: datetime, now: datetime) -> None:
    if meeting.starts_at <= now < was:
        raise MeetingRefused(_("People were invited to a later time, and the new one has passed. Choose a later one."))
    if meeting.starts_at > now and meeting.attendances.filter(presence__in=CAME_OR_NOT).exists():
        raise MeetingRefused(_("It is already noted who came, so this meeting can no longer be moved."))
