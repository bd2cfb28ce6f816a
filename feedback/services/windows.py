"""Opening and closing the window in which people may answer."""

from datetime import datetime, timedelta
from random import SystemRandom

from django.db import transaction
from django.db.models import Q

from accounts.models import Person
from core.models import record
from feedback import form, modes
from feedback.models import FeedbackWindow, Invitation, WindowSector
from feedback.models.window import MINIMUM_GROUP, MOST_INVITED
from feedback.services.room_links import link_prefix
from feedback.services.sectors import break_down
from feedback.services.settings import mode_of, own_question_of
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from notifications.models import OPEN_STATES, Message, MessageState, Unsubscription
from notifications.services import Draft, enqueue

WINDOW_LENGTH = timedelta(days=7)
REMINDERS = (timedelta(days=2), timedelta(days=6))
APART = timedelta(days=1)  # between two mails about one form
REQUEST_KIND = "feedback_request"
REMINDER_KIND = "feedback_reminder"


def people_to_ask(meeting: Meeting) -> list[int]:
    """Ids of those who were in the room, in person or as somebody's deputy, and can be sent a link."""
    rows = Attendance.objects.filter(meeting=meeting)
    came = rows.filter(presence=Presence.PRESENT).values("person")
    stood_in = rows.filter(presence=Presence.DEPUTY).values("deputy")
    unwilling = Unsubscription.objects.filter(kind=REQUEST_KIND).values("person")
    people = Person.objects.reachable().exclude(pk__in=unwilling)
    return sorted((people.filter(pk__in=came) | people.filter(pk__in=stood_in)).values_list("pk", flat=True))


@transaction.atomic
def open_window(*, meeting_id: int, now: datetime) -> FeedbackWindow | None:
    """Ask everybody who came to a closed meeting, once. None when it was done, is too late, or too few came.

    The promise to the people asked is frozen on the window: form, mode, own statement, threshold and closing time.
    Their mails are stored in the same transaction, the same for everybody: whether one is still wanted is asked when it
    is sent.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("partnership").get(pk=meeting_id)
    if meeting.closed_at is None or FeedbackWindow.objects.filter(meeting=meeting).exists():
        return None
    closes_at = meeting.closed_at + WINDOW_LENGTH
    people = people_to_ask(meeting)
    if closes_at <= now or not MINIMUM_GROUP <= len(people) <= MOST_INVITED:
        return None
    window = FeedbackWindow.objects.create(
        meeting=meeting,
        mode=mode_of(meeting.partnership_id),
        form_version=form.CURRENT,
        own_question=own_question_of(meeting.partnership_id),
        opened_at=now,
        closes_at=closes_at,
        invited_count=len(people),
    )
    modes.start(window)
    sectors = break_down(meeting=meeting, people=people, on=now.date())
    WindowSector.objects.bulk_create(sectors.rows_of(window))
    Invitation.objects.bulk_create(
        Invitation(window=window, person_id=person, sector=sectors.sector_of.get(person, "")) for person in people
    )
    _ask(window, partnership_id=meeting.partnership_id, closed_at=meeting.closed_at, now=now)
    record(verb="feedback_window.opened", target=window, at=now, partnership_id=meeting.partnership_id)
    return window


@transaction.atomic
def close_window(*, window_id: int, now: datetime) -> bool:
    """Close a window that is due. False if not due.

    Who was reminded is forgotten, it would tell who had not answered; and so is who asked for a link in the room.
    """
    window = FeedbackWindow.objects.select_related("meeting").get(pk=window_id)
    if not modes.close(window, now=now):
        return False
    for prefix in (_reminder_prefix(window_id), link_prefix(window_id)):
        Message.objects.filter(dedupe_key__startswith=prefix).delete()
    record(verb="feedback_window.closed", target=window, at=now, partnership_id=window.meeting.partnership_id)
    return True


def _ask(window: FeedbackWindow, *, partnership_id: int, closed_at: datetime, now: datetime) -> None:
    """The request at once, and reminders that do not follow on its heels when the window opened late."""
    reminders = [closed_at + after for after in REMINDERS if closed_at + after >= now + APART]
    invitations = list(Invitation.objects.filter(window=window).values_list("pk", "person_id"))
    anybody = SystemRandom()
    drafts = [
        Draft(
            key=f"feedback:{window.pk}:{invitation}",
            kind=REQUEST_KIND,
            recipient_id=person,
            due_at=now,
            expires_at=window.closes_at,
            partnership_id=partnership_id,
            params={"invitation": invitation},
        )
        for invitation, person in invitations
    ]
    drafts += [
        Draft(
            key=f"{_reminder_prefix(window.pk)}{invitation}:{number}",
            kind=REMINDER_KIND,
            recipient_id=person,
            due_at=due_at,
            expires_at=window.closes_at,
            partnership_id=partnership_id,
            params={"invitation": invitation, "number": number},
        )
        for number, due_at in enumerate(reminders, start=1)
        for invitation, person in anybody.sample(invitations, len(invitations))  # the row's number tells nothing
    ]
    enqueue(drafts, now=now)


def was_written_lately(reminder: Message, *, now: datetime) -> bool:
    """Whether an earlier mail about the same form went out within a day, or still waits.

    They come together after an outage, and where somebody wants no mail on some days.
    """
    others = Message.objects.filter(
        kind__in=(REQUEST_KIND, REMINDER_KIND),
        recipient=reminder.recipient_id,
        params__invitation=reminder.params["invitation"],
        due_at__lt=reminder.due_at,
    )
    return others.filter(Q(state=MessageState.SENT, sent_at__gt=now - APART) | Q(state__in=OPEN_STATES)).exists()


def _reminder_prefix(window_id: int) -> str:
    return f"feedback-reminder:{window_id}:"
