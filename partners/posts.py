"""The post that shows whether a chat can be reached at all."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.http import absolute_url
from notifications.chat.events import ChatEvent, Post, register_event
from notifications.chat.hooks import TEST
from notifications.models import Message
from partners.models import Partnership


def _test(message: Message, _now: datetime) -> Post:
    partnership = Partnership.objects.get(pk=message.params["partnership"])
    return Post(
        title=_("Common Thread can post here for %(partnership)s.") % {"partnership": partnership.name},
        lines=[_("This was a test. Nobody has to do anything.")],
        url=absolute_url(reverse("partners:chat-list", args=[partnership.slug])),
    )


def register() -> None:
    register_event(ChatEvent(TEST, gettext_lazy("A test"), _test, is_offered=False))
