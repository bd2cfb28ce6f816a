"""The one mail of this app: somebody is offered a seat."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.http import absolute_url
from notifications.choices import Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind
from partners import samples
from partners.models import Seat
from partners.permissions import ROLE_DESCRIPTIONS, Role
from partners.services import SEAT_INVITATION


def _compose(message: Message, _now: datetime) -> Letter:
    seat = Seat.objects.with_people().get(pk=message.params["seat"])
    inviting = Seat.objects.with_people().filter(person=message.params["invited_by"], partnership=seat.partnership)
    inviter = inviting.first()
    return Letter(
        {
            "seat": seat,
            "role_means": ROLE_DESCRIPTIONS[Role(seat.role)],
            "invited_by": inviter.name if inviter else _("Someone"),  # gone since, and perhaps never by their own name
            "sign_in_url": absolute_url(f"{reverse('account_request_login_code')}?next={_first_page(seat)}"),
        }
    )


def _first_page(seat: Seat) -> str:
    return reverse("partners:partner-list", args=[seat.partnership.slug])


def _still_seated(message: Message, _now: datetime) -> bool:
    return Seat.objects.filter(pk=message.params["seat"], person=message.recipient_id).exists()


SEAT_INVITATION_KIND = MailKind(
    name=SEAT_INVITATION,
    template="seat_invitation",
    description=_("Invitations to take a seat in a partnership"),
    compose=_compose,
    still_wanted=_still_seated,
    topic=Topic.PARTNERSHIP,
    who=_("Who is offered a seat"),
    when=_("At once"),
    sample=samples.seat_invitation,
)
