"""The outbox: one row per message, written in the same transaction as its cause. Knows people, no domain."""

from datetime import datetime, time, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from notifications.chat.models import ChatHook
from notifications.choices import ANY_RHYTHM

LEASE = timedelta(seconds=120)  # more than three mail timeouts of 15 s and a minute to spare
MAX_ATTEMPTS = 8
LONGEST_PAUSE = timedelta(minutes=10)
EVERY_DAY = 0b1111111


class MessageState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    CANCELLED = "cancelled", _("Cancelled")
    OBSOLETE = "obsolete", _("No longer needed")


class Channel(models.TextChoices):
    MAIL = "mail", _("E-mail")
    CHAT = "chat", _("Chat")


OPEN_STATES = (MessageState.PENDING, MessageState.SENDING)


class MessageQuerySet(models.QuerySet["Message"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def claimable(self, *, now: datetime) -> Self:
        """Due and waiting, or left behind by a dispatcher whose lease ran out. What goes with another one is not."""
        return self.filter(carrier=None).filter(
            Q(state=MessageState.PENDING, next_attempt_at__lte=now)
            | Q(state=MessageState.SENDING, lease_until__lt=now)
            | Q(state=MessageState.SENDING, lease_until__gt=now + 2 * LEASE)  # taken before the clock was set back
        )

    def waiting(self, *, since: datetime) -> Self:
        """Open mail that its recipient waits for since then or longer; what goes with another one is not counted."""
        mails = self.open().filter(channel=Channel.MAIL, carrier=None)
        return mails.filter(Q(held_until__lte=since) | Q(held_until=None, due_at__lte=since))

    def dead(self) -> Self:
        """What could not be sent; a digest stands for all that it carries."""
        return self.filter(state=MessageState.FAILED, carrier=None)


class Message(models.Model):
    """A message to one person, or to one chat. ``dedupe_key`` is built from facts, so planning twice gives one row.

    ``params`` holds ids only: the text is rendered when it is sent, from what is true then, and is never stored.
    ``held_until`` is when the recipient wants it, where that is later than ``due_at``. ``carrier`` is the digest it
    goes out with: from then on it shares the fate of that message, and its lease.
    """

    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=4, choices=Channel, default=Channel.MAIL)
    partnership_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    hook = models.ForeignKey(ChatHook, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    params = models.JSONField(default=dict)
    secret = models.TextField(blank=True, help_text="Encrypted one-time code; cleared when sent or given up.")
    priority = models.SmallIntegerField(default=0, help_text="Account mail goes first.")
    due_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    carrier = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="carried")
    expires_at = models.DateTimeField(null=True, blank=True)
    about_at = models.DateTimeField(null=True, blank=True, help_text="When what it tells of begins.")
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=120)
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()
    at_hand: Any = None  # what ``still_wanted`` has just read, for ``compose``, which follows at once

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(channel=Channel.MAIL, recipient__isnull=False, hook=None)
                | Q(channel=Channel.CHAT, recipient=None, hook__isnull=False, expires_at__isnull=False),
                name="message_to_a_person_or_to_a_chat",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at=None)),
                name="message_sent_at_when_sent",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENDING, lease_until__isnull=False)
                | (~Q(state=MessageState.SENDING) & Q(lease_until=None)),
                name="message_leased_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES) | Q(secret=""), name="message_keeps_no_secret_afterwards"
            ),
            models.CheckConstraint(condition=~Q(carrier=F("pk")), name="message_does_not_carry_itself"),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "next_attempt_at"], condition=Q(state__in=OPEN_STATES), name="message_open_due"
            ),
            # The delivery log: newest first; rows due at one moment in an order that nobody can read people from.
            models.Index(fields=["-due_at", "message_id"], name="message_log"),
            models.Index(
                fields=["partnership_id", "due_at"],
                condition=Q(state__in=(*OPEN_STATES, MessageState.FAILED)),
                name="message_not_there",
            ),
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def person(self) -> Person:
        """Whom a mail goes to. A message to a chat goes to nobody in particular."""
        if self.recipient is None:
            raise LookupError(self.channel)
        return self.recipient


class Unsubscription(models.Model):
    """This person does not want mails of this kind."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="unsubscriptions")
    kind = models.CharField(max_length=60)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="unsubscribed_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class Preference(models.Model):
    """How this person wants mails of this kind, where that is not how they come anyway."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences")
    kind = models.CharField(max_length=60)
    rhythm = models.CharField(max_length=10, choices=[(one.value, one.label) for one in ANY_RHYTHM])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_once_per_kind"),
            models.CheckConstraint(condition=Q(rhythm__in=ANY_RHYTHM), name="preference_rhythm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}: {self.rhythm}"


class MailHours(models.Model):
    """When this person wants mail, by their own clock. ``days_off`` has one bit for each weekday, Monday the lowest."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_hours")
    digest_at = models.TimeField(default=time(8))
    digest_on = models.PositiveSmallIntegerField(default=0)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    days_off = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="mail_hours_quiet_has_two_ends",
            ),
            models.CheckConstraint(condition=Q(digest_on__lte=6), name="mail_hours_digest_on_a_weekday"),
            models.CheckConstraint(condition=Q(days_off__lt=EVERY_DAY), name="mail_hours_leave_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.digest_at}"


class ReminderTimes(models.Model):
    """How many minutes before something this partnership reminds its people, where that is not the usual.

    ``subject`` is one thing with times of its own, as ``meeting:7`` or ``series:3``; empty for the whole partnership.
    """

    kind = models.CharField(max_length=60)
    partnership_id = models.BigIntegerField()
    subject = models.CharField(max_length=60, blank=True)
    minutes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "partnership_id", "subject"], name="reminder_times_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.partnership_id} {self.subject}".strip()


class Heartbeat(models.Model):
    """When a loop last did its work: the only proof of life we trust. ``alarmed_at`` since its silence was noticed."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class PauseQuerySet(models.QuerySet["Pause"]):
    def over(self, *, now: datetime) -> Self:
        """Ended, or reaching further ahead than any pause may: then the clock was set back meanwhile."""
        return self.filter(Q(until__lte=now) | Q(until__gt=now + LONGEST_PAUSE))


class Pause(models.Model):
    """A channel rests because its server cannot be reached or does not accept us. The row goes when it is back."""

    channel = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="Then one message tries first.")
    failures = models.PositiveSmallIntegerField(default=1)
    error = models.CharField(max_length=200)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel"], name="channel_rests_once")]

    def __str__(self) -> str:
        return self.channel
