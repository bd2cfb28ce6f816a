"""Which mails a meeting owes to whom. The keys are facts, so planning the same thing twice is the same mail.

Every key starts with ``meeting:<id>:``; whatever still waits under it is taken back as soon as the plan changes.
"""

from collections.abc import Iterable
from datetime import datetime

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


def draft(
    kind: str, meeting: Meeting, *, person_id: int, due_at: datetime, expires_at: datetime, part: str = ""
) -> outbox.Draft:
    """``part`` tells apart mails of one kind about the same plan, as the two reminders are."""
    return outbox.Draft(
        key=f"{key_prefix(meeting)}{kind}{part}:{person_id}:{meeting.sequence}",
        kind=kind,
        recipient_id=person_id,
        partnership_id=meeting.partnership_id,
        params={"meeting": meeting.pk, "sequence": meeting.sequence},
        due_at=due_at,
        expires_at=expires_at,
    )


def reminded_after(now: datetime) -> set[tuple[int, int]]:
    """Meetings and people of reminders that were due after ``now``: a clock set back must not remind them again."""
    return set(outbox.sent_after(now, kind=REMINDER).values_list("params__meeting", "recipient_id"))


def send_invitations(meeting: Meeting, *, person_ids: Iterable[int], now: datetime) -> None:
    _send(INVITATION, meeting, person_ids=person_ids, now=now)


def announce_change(meeting: Meeting, *, now: datetime) -> None:
    """Whoever has heard of the old plan hears of the change; whose invitation still waits gets one to the new plan."""
    invited = set(meeting.attendances.values_list("person_id", flat=True))
    heard = invited & _take_back(meeting)
    _send(CHANGE, meeting, person_ids=heard, now=now)
    _send(INVITATION, meeting, person_ids=invited - heard, now=now)


def announce_cancellation(meeting: Meeting, *, now: datetime) -> None:
    """Only people who have heard of the meeting hear that it is off."""
    _send(CANCELLATION, meeting, person_ids=_take_back(meeting), now=now)


def _take_back(meeting: Meeting) -> set[int]:
    """Withdraw what still waits; the people a mail about this meeting has gone out to, or is going out to right now.

    The withdrawal comes first: until this transaction ends, no dispatcher can claim what it touched.
    """
    outbox.withdraw(key_prefix=key_prefix(meeting))
    return outbox.reached(key_prefix=key_prefix(meeting))


def _send(kind: str, meeting: Meeting, *, person_ids: Iterable[int], now: datetime) -> None:
    reachable = Person.objects.reachable().filter(pk__in=list(person_ids)).values_list("pk", flat=True)
    outbox.enqueue(
        [draft(kind, meeting, person_id=pk, due_at=now, expires_at=meeting.ends_at) for pk in reachable.order_by("pk")],
        now=now,
    )
