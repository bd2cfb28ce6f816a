"""Mail somebody in the room their link. What the asker sees never depends on whether it was done."""

from datetime import datetime

from django.db import transaction

from accounts.models import PersonManager
from core import limits
from feedback.models import Invitation
from notifications.services import Draft, enqueue

LINK_KIND = "feedback_link"


@transaction.atomic
def send_link(*, meeting_id: int, email: str, address: str, now: datetime) -> None:
    """A fresh link for somebody who was asked, while the form is open. TooManyAttempts for a busy address only."""
    limits.spend(limits.ROOM_LINK_PER_ADDRESS, address, now=now)
    email = PersonManager.normalize_email(email)
    try:
        limits.spend(limits.ROOM_LINK_PER_PERSON, f"{meeting_id}:{email}", now=now)
    except limits.TooManyAttempts:
        return
    asked = Invitation.objects.filter(
        window__meeting=meeting_id, window__closed_at=None, window__closes_at__gt=now, person__email=email
    ).select_related("window__meeting")
    invitations = asked.filter(person__is_active=True)
    enqueue([_draft(invitation, now) for invitation in invitations], now=now)


def link_prefix(window_id: int) -> str:
    return f"feedback-link:{window_id}:"


def _draft(invitation: Invitation, now: datetime) -> Draft:
    window = invitation.window
    return Draft(
        key=f"{link_prefix(window.pk)}{invitation.pk}:{now:%Y%m%d%H%M}",
        kind=LINK_KIND,
        recipient_id=invitation.person_id,
        due_at=now,
        expires_at=window.closes_at,
        partnership_id=window.meeting.partnership_id,
        params={"invitation": invitation.pk},
    )
