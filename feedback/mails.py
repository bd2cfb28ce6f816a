"""The mails that ask for feedback: one link each, made at the moment of sending, and never an answer in it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.http import absolute_url
from feedback import sealed, services
from feedback.models import Invitation
from notifications.models import Message
from notifications.registry import Letter, MailKind, register_kind


def register() -> None:
    register_kind(
        MailKind(
            name=services.REQUEST_KIND,
            template="feedback_request",
            description=_("The request to say how a meeting went"),
            compose=compose,
            still_wanted=still_wanted,
        )
    )
    register_kind(
        MailKind(
            name=services.REMINDER_KIND,
            template="feedback_reminder",
            description=_("The reminder to say how a meeting went"),
            compose=compose,
            still_wanted=still_wanted,
        )
    )


def still_wanted(message: Message, _now: datetime) -> bool:
    """Only while the window is open, and only to those who have not answered."""
    return sealed.has_answered(invitation_id=message.params["invitation"]) is False


def compose(message: Message, _now: datetime) -> Letter:
    invitation = Invitation.objects.select_related("window__meeting__partnership").get(pk=message.params["invitation"])
    window = invitation.window
    partnership = window.meeting.partnership
    token = sealed.mint_token(invitation_id=invitation.pk)
    link = absolute_url(reverse("feedback:window-answer", kwargs={"token": token}))
    return Letter(
        context={
            "partnership": partnership,
            "meeting": window.meeting,
            "window": window,
            "link": f"{link}?lang={message.recipient.language}",
        },
    )
