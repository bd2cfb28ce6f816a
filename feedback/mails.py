"""The mails that ask for feedback: one link each, made at the moment of sending, and never an answer in it.

And the one that tells a coordinator of conversations, without a word of them.
"""

from dataclasses import replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.http import absolute_url
from feedback import links, modes, samples, services
from feedback.choices import Mode
from feedback.models import Invitation
from feedback.selectors import SHOWN_ON_FORM, follow_through
from feedback.selectors.threads import waiting_for_reply
from notifications.choices import Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, register_kind
from partners.models import Partnership, Seat
from partners.permissions import Permission

NEWS_KIND = "conversation_news"

AT_ONCE = 10  # somebody stands there and waits


def still_wanted(message: Message, now: datetime) -> bool:
    """While the window is open; reminders only to those who have not answered, and not on the heels of another mail.

    A request whose first copy may have arrived goes out again even when it was answered meanwhile: dropped instead, its
    row would tell for months that this person answered. The rows of reminders are deleted when the window closes.
    """
    answered = modes.has_answered(invitation_id=message.params["invitation"])
    if message.kind == services.REQUEST_KIND:
        return answered is not None
    return answered is False and not services.was_written_lately(message, now=now)


def link_is_wanted(message: Message, _now: datetime) -> bool:
    """Whoever answered without a name can change that with the link they used, and with no other."""
    invitation = Invitation.objects.select_related("window").get(pk=message.params["invitation"])
    answered = modes.has_answered(invitation_id=invitation.pk)
    return answered is False or (answered is True and invitation.window.mode == Mode.NAMED)


def compose(message: Message, _now: datetime) -> Letter:
    """Mint a link of its own for this copy; it is kept nowhere but in the mail."""
    invitation = Invitation.objects.select_related("window__meeting__partnership").get(pk=message.params["invitation"])
    meeting = invitation.window.meeting
    token = links.mint_token(invitation_id=invitation.pk)
    link = absolute_url(reverse("feedback:window-answer", kwargs={"token": token}))
    return Letter(
        context={
            "partnership": meeting.partnership,
            "meeting": meeting,
            "window": invitation.window,
            "changed": follow_through(meeting.partnership_id, limit=SHOWN_ON_FORM),
            "link": f"{link}?lang={message.person.language}",
        },
        from_name=meeting.partnership.name,
        take_back=lambda: links.discard_token(token),
    )


def somebody_waits(message: Message, now: datetime) -> bool:
    """While the recipient may read conversations, and one of them waits for a reply."""
    partnership = Partnership.objects.get(pk=message.params["partnership"])
    seat = Seat.objects.filter(partnership=partnership, person=message.recipient_id).first()
    if seat is None or not seat.can(Permission.COMMENT_READ):
        return False
    return waiting_for_reply(partnership, now) > 0


def compose_news(message: Message, _now: datetime) -> Letter:
    """That there is something to read, and where."""
    partnership = Partnership.objects.get(pk=message.params["partnership"])
    url = absolute_url(reverse("feedback:conversation-list", args=[partnership.slug]))
    return Letter({"partnership": partnership, "list_url": url}, from_name=partnership.name)


REQUEST = MailKind(
    name=services.REQUEST_KIND,
    template=services.REQUEST_KIND,
    description=_("You came to a meeting of this partnership and may say how it went."),
    label=_("The form after a meeting"),
    compose=compose,
    still_wanted=still_wanted,
    names_recipient=False,
    topic=Topic.FEEDBACK,
    sample=samples.request,
    who=_("Who came to the meeting, and who stood in for somebody"),
    when=_("When the meeting is closed; the form is open for seven days"),
)
REMINDER = replace(
    REQUEST,
    name=services.REMINDER_KIND,
    template=services.REMINDER_KIND,
    description=_("You were asked how a meeting went and may still say it."),
    label=_("Reminders of an open form"),
    tells_coordinators=False,
    who=_("Who was asked and has not answered; nobody is shown who that is"),
    when=_("Two days after the meeting and on the sixth day; the same everywhere, as promised to the people asked"),
)
LINK = MailKind(
    name=services.LINK_KIND,
    template=services.LINK_KIND,
    description=_("Your link to a form, which you asked for"),
    compose=compose,
    still_wanted=link_is_wanted,
    who=_("Who came to the meeting and asks for the link again, as with the code in the room"),
    when=_("At once, whatever the hour"),
    sample=samples.request,
    offers_unsubscribe=False,
    priority=AT_ONCE,
    names_recipient=False,
    tells_coordinators=False,
)


NEWS = MailKind(
    name=NEWS_KIND,
    template=NEWS_KIND,
    description=_("You coordinate a partnership, and somebody who sent the form waits for a reply."),
    label=_("Conversations under a code"),
    compose=compose_news,
    still_wanted=somebody_waits,
    sample=samples.news,
    topic=Topic.FEEDBACK,
    who=_("Whoever coordinates the partnership"),
    when=_("On the morning after somebody wrote, once a day at most"),
)


def register() -> None:
    for kind in (REQUEST, REMINDER, LINK, NEWS):
        register_kind(kind)
