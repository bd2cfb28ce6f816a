"""Pages about mail: choosing and stopping it, watching it, and in development reading it."""

from notifications.views.choosing import mail_preferences
from notifications.views.gallery import mail_gallery, mail_sample
from notifications.views.health import live, ready, work
from notifications.views.mailbox import mail_as_sent, mail_attachment, mail_detail, mail_list
from notifications.views.outbox import outbox, outbox_log, outbox_settle, outbox_wake
from notifications.views.unsubscribing import unsubscribe

__all__ = [
    "live",
    "mail_as_sent",
    "mail_attachment",
    "mail_detail",
    "mail_gallery",
    "mail_list",
    "mail_preferences",
    "mail_sample",
    "outbox",
    "outbox_log",
    "outbox_settle",
    "outbox_wake",
    "ready",
    "unsubscribe",
    "work",
]
