"""The post that shows whether a chat can be reached at all, and what becomes of chats that nobody has any more."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.http import absolute_url
from notifications.chat.events import ChatEvent, Post, register_event
from notifications.chat.hooks import TEST
from notifications.chat.models import ChatHook
from notifications.models import Message
from notifications.registry import Planner, register_housekeeper
from partners.models import Partnership


def _test(message: Message, _now: datetime) -> Post:
    partnership = Partnership.objects.get(pk=message.params["partnership"])
    return Post(
        title=_("Common Thread can post here for %(partnership)s.") % {"partnership": partnership.name},
        lines=[_("This was a test. Nobody has to do anything.")],
        url=absolute_url(reverse("partners:chat-list", args=[partnership.slug])),
    )


def forget_orphans(_now: datetime) -> None:
    """A partnership that was taken back with its import leaves no address of a chat behind."""
    ChatHook.objects.exclude(partnership_id__in=Partnership.objects.values("pk")).delete()


def register() -> None:
    register_event(ChatEvent(TEST, gettext_lazy("A test"), _test, is_offered=False))
    register_housekeeper(Planner("partners.orphaned_chats", forget_orphans))
