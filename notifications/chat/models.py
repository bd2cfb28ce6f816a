"""Where the chats of partnerships are, and what became of the last attempt to post there."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ChatApp(models.TextChoices):
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    MATTERMOST = "mattermost", "Mattermost, Rocket.Chat"
    MATRIX = "matrix", "Matrix"
    DISCORD = "discord", "Discord"


class ChatTrouble(models.TextChoices):
    """Why we stopped posting: nothing that passes by itself."""

    GONE = "gone", _("The chat says that this address no longer exists. Make a new one there and enter it here.")
    REFUSED = "refused", _("The chat does not let us post to this address any more. Ask whoever looks after the chat.")
    MOVED = "moved", _("The chat sends us on to another address, and we do not follow. Enter the new address here.")
    NOT_ALLOWED = "not_allowed", _("The operators of this site no longer allow posts to this chat’s host.")
    PRIVATE = "private", _("The chat’s name leads into a private network, and we do not post there.")
    UNREADABLE = "unreadable", _("We can no longer read the address we kept. Enter it again.")


class ChatHook(models.Model):
    """The incoming webhook of one chat channel. Whoever has its address can post there, so it is kept encrypted.

    ``host`` and ``ending`` are all that is shown of it again. ``rests_until`` is a pause that the chat asked for, or
    that its host needs; ``trouble`` is why we stopped.
    """

    partnership_id = models.BigIntegerField(db_index=True)
    app = models.CharField(_("chat"), max_length=12, choices=ChatApp)
    label = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    sealed_url = models.TextField(help_text="Encrypted.")
    host = models.CharField(max_length=253, db_index=True)
    ending = models.CharField(max_length=4)
    events = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    trouble = models.CharField(max_length=12, choices=ChatTrouble, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(app__in=ChatApp.values), name="chat_app_known"),
            models.CheckConstraint(condition=~Q(label="") & ~Q(host=""), name="chat_has_a_name_and_a_host"),
            models.CheckConstraint(
                condition=~Q(sealed_url="") & ~Q(sealed_url__contains="://"), name="chat_url_sealed"
            ),
            models.CheckConstraint(
                condition=Q(trouble="") | Q(trouble__in=ChatTrouble.values, is_active=False),
                name="chat_in_trouble_is_not_posted_to",
            ),
            models.UniqueConstraint(fields=["partnership_id", "label"], name="chat_named_once"),
        ]

    def __str__(self) -> str:
        return self.label
