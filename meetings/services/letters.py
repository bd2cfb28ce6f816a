"""Which mails a meeting owes to whom. The keys are facts, so planning the same thing twice is the same mail.

Every key starts with ``meeting:<id>:``; whatever still waits under it is taken back as soon as the plan changes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Max

from accounts.models import Person
from meetings.models import Meeting
from notifications import services as outbox

INVITATION = "meeting_invitation"
CHANGE = "meeting_changed"
CANCELLATION = "meeting_cancelled"
REMINDER = "meeting_reminder"


def key_prefix(meeting: Meeting) -> str:
    return f"meeting:{meeting.pk}:"


def subject(meeting: Meeting) -> str:
    """The name under which a meeting may have reminder times of its own."""
    return f"meeting:{meeting.pk}"


def series_subject(pk: int) -> str:
    """The name under which a series may have them."""
    return f"series:{pk}"


def subjects(meeting: Meeting) -> list[str]:
    """Whose reminder times hold for a meeting: its own before those of its series."""
    return [subject(meeting), *([series_subject(meeting.series_id)] if meeting.series_id else [])]


def draft(
    kind: str,
    meeting: Meeting,
    *,
    person_id: int,
    due_at: datetime,
    expires_at: datetime,
    part: str = "",
    starts_at: datetime | None = None,
) -> outbox.Draft:
    """``part`` tells apart mails of one kind about the same plan, as the two reminders are.

    ``starts_at`` is when people have to know it, where that is not the start of the meeting as it is planned now.
    """
    return outbox.Draft(
        key=f"{key_prefix(meeting)}{kind}{part}:{person_id}:{meeting.sequence}",
        kind=kind,
        recipient_id=person_id,
        partnership_id=meeting.partnership_id,
        params={"meeting": meeting.pk, "sequence": meeting.sequence},
        due_at=due_at,
        expires_at=expires_at,
        about_at=starts_at or meeting.starts_at,
    )


def reminded_after(moments: Mapping[int, datetime]) -> set[tuple[int, int]]:
    """Meetings and people of reminders that went out and were due later than these moments of the meetings.

    There are none as a rule. A clock set back, or an earlier moment chosen afterwards, must not remind them again.
    """
    sent = outbox.sent_after(min(moments.values()), kind=REMINDER)
    latest = sent.order_by().values_list("params__meeting").annotate(due_at=Max("due_at"))
    later = [pk for pk, due_at in latest if pk in moments and due_at > moments[pk]]
    if not later:
        return set()
    rows = sent.filter(params__meeting__in=later).values_list("params__meeting", "recipient_id", "due_at")
    return {(pk, person_id) for pk, person_id, due_at in rows if due_at > moments[pk]}


def send_invitations(meeting: Meeting, *, person_ids: Iterable[int], now: datetime) -> None:
    _send(INVITATION, meeting, person_ids=person_ids, now=now)


def announce_change(meeting: Meeting, *, was: datetime, now: datetime) -> None:
    """Whoever knows of the old plan hears of the change; whose invitation still waits gets one to the new plan.

    ``was`` is the start of the old plan: who still has that in the calendar has to know before it.
    """
    invited = set(meeting.attendances.values_list("person_id", flat=True))
    heard = invited & _take_back(meeting)
    _send(CHANGE, meeting, person_ids=heard, now=now, starts_at=min(was, meeting.starts_at))
    _send(INVITATION, meeting, person_ids=invited - heard, now=now)


def announce_cancellation(meeting: Meeting, *, now: datetime) -> None:
    """Only people who know of the meeting hear that it is off."""
    _send(CANCELLATION, meeting, person_ids=_take_back(meeting), now=now)


def _take_back(meeting: Meeting) -> set[int]:
    """Withdraw what still waits; the people who know of this meeting.

    They are those a mail about it has gone out to, or is going out to right now, and those who stopped invitations:
    what is planned they look up, and the page on which they stopped them promised that they hear what becomes of it.

    The withdrawal comes first: until this transaction ends, no dispatcher can claim what it touched.
    """
    outbox.withdraw(key_prefix=key_prefix(meeting))
    invited = meeting.attendances.values_list("person_id", flat=True)
    return outbox.reached(key_prefix=key_prefix(meeting)) | outbox.who_stopped(INVITATION, among=invited)


def _send(
    kind: str, meeting: Meeting, *, person_ids: Iterable[int], now: datetime, starts_at: datetime | None = None
) -> None:
    reachable = Person.objects.reachable().filter(pk__in=list(person_ids)).values_list("pk", flat=True)
    outbox.enqueue(
        [
            draft(kind, meeting, person_id=pk, due_at=now, expires_at=meeting.ends_at, starts_at=starts_at)
            for pk in reachable.order_by("pk")
        ],
        now=now,
    )
