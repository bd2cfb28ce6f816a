"""Pages about mail: stopping it, watching it, and in development reading it."""

from notifications.views.health import live, ready, work
from notifications.views.mailbox import mail_as_sent, mail_attachment, mail_detail, mail_list
from notifications.views.outbox import outbox
from notifications.views.unsubscribing import unsubscribe

__all__ = [
    "live",
    "mail_as_sent",
    "mail_attachment",
    "mail_detail",
    "mail_list",
    "outbox",
    "ready",
    "unsubscribe",
    "work",
]
