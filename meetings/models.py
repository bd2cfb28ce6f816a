"""Meetings: who was asked, who came, what was decided."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from goals.models import Action
from meetings.choices import CAME, Presence
from partners.models import Partnership, Seat


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def upcoming(self, *, now: datetime) -> Self:
        return self.filter(ends_at__gte=now, cancelled_at=None, closed_at=None)

    def past(self, *, now: datetime) -> Self:
        """What lies behind us, and what was called off: everything that is not upcoming."""
        return self.exclude(ends_at__gte=now, cancelled_at=None, closed_at=None)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def not_cancelled(self) -> Self:
        return self.filter(cancelled_at=None)

    def invited(self) -> Self:
        """Invitations are out, and the meeting is neither called off nor closed."""
        return self.filter(invited_at__isnull=False, cancelled_at=None, closed_at=None)

    def with_turnout(self) -> Self:
        """How many partners and people were asked and came or sent somebody, and how much was decided."""
        came = Q(attendances__presence__in=CAME)
        return self.annotate(
            partners_asked=Count("attendances__seat__participation", distinct=True),
            partners_that_came=Count("attendances__seat__participation", filter=came, distinct=True),
            people_asked=Count("attendances", distinct=True),
            people_that_came=Count("attendances", filter=came, distinct=True),
            decision_count=Count("decisions", distinct=True),
        )

    def starting_within(self, start: datetime, end: datetime) -> Self:
        """``start`` belongs to the span, ``end`` does not."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)


class MeetingSeries(models.Model):
    """Meetings that come back under one name, such as a monthly review; gone with the last of them."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="meeting_series")
    title = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="series_has_a_title"),
            models.UniqueConstraint("partnership", Lower("title"), name="series_named_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Meeting(models.Model):
    """One gathering. A draft until invitations go out; closed once attendance is recorded.

    ``sequence`` rises with every change that invited people must hear of; ``uid`` never changes: together they let a
    calendar replace the old entry. A series is joined by its name within the partnership, in ``services.series`` alone.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="meetings")
    series = models.ForeignKey(MeetingSeries, on_delete=models.SET_NULL, null=True, blank=True, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    purpose = models.TextField(_("what it is for"), blank=True)
    agenda = models.TextField(_("agenda"), blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    place = models.CharField(_("place"), max_length=250, blank=True)
    online_link = models.URLField(_("link to join online"), blank=True)
    organizer = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="organized_meetings")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    notes = models.TextField(_("notes"), blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="meeting_has_a_title"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(cancelled_at=None), name="meeting_closed_or_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(invited_at__isnull=False), name="meeting_closed_with_people_asked"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("starts_at")), name="meeting_closed_after_it_started"
            ),
        ]
        indexes = [models.Index(fields=["partnership", "starts_at"], name="meeting_by_start")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.invited_at is None and self.cancelled_at is None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.cancelled_at is None

    def previous_in_series(self) -> "Meeting | None":
        """The one before this, of those that were not called off."""
        before = Q(starts_at__lt=self.starts_at) | Q(starts_at=self.starts_at, pk__lt=self.pk)
        return self._others_in_series().filter(before).order_by("-starts_at", "-pk").first()

    def next_in_series(self) -> "Meeting | None":
        """The one after this, of those that were not called off."""
        after = Q(starts_at__gt=self.starts_at) | Q(starts_at=self.starts_at, pk__gt=self.pk)
        return self._others_in_series().filter(after).order_by("starts_at", "pk").first()

    def _others_in_series(self) -> MeetingQuerySet:
        others = Meeting.objects.not_cancelled().exclude(pk=self.pk)
        return others.filter(series=self.series_id) if self.series_id else others.none()


class Attendance(models.Model):
    """A seat that was asked to a meeting, the person holding it then, and what became of it.

    ``told_at`` is when they were last told time and place: a reminder that was due before would only repeat it.
    ``invited_as`` is what they were called where they had not taken their seat yet, ``deputy_name`` what was typed:
    the people behind may be called otherwise elsewhere.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attendances")
    presence = models.CharField(max_length=10, choices=Presence, default=Presence.UNKNOWN)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="deputized_attendances"
    )
    invited_as = models.CharField(max_length=200, blank=True)
    deputy_name = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "seat"], name="attendance_once_per_seat"),
            models.UniqueConstraint(fields=["meeting", "person"], name="attendance_once_per_person"),
            models.UniqueConstraint(fields=["meeting", "deputy"], name="attendance_deputy_once"),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("person")), name="attendance_deputy_is_somebody_else"
            ),
            models.CheckConstraint(condition=Q(presence__in=Presence.values), name="attendance_presence_known"),
            models.CheckConstraint(
                condition=Q(presence=Presence.DEPUTY, deputy__isnull=False)
                | (~Q(presence=Presence.DEPUTY) & Q(deputy=None)),
                name="attendance_deputy_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} at {self.meeting_id}: {self.presence}"

    @property
    def name(self) -> str:
        """What the others call the person asked, also when somebody else holds the seat by now."""
        if self.seat.person_id == self.person_id:
            return self.seat.name
        return self.invited_as or self.person.name or str(_("Someone"))


class Decision(models.Model):
    """What the meeting agreed, numbered within it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("what we decided"))
    reason = models.TextField(_("why"), blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="decision_number_once"),
            models.CheckConstraint(condition=~Q(text=""), name="decision_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text


class MeetingAction(models.Model):
    """An action a meeting agreed on, through one of its decisions where there was one."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agreed_actions")
    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions")
    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="agreed_at")

    def __str__(self) -> str:
        return f"{self.action_id} agreed at {self.meeting_id}"
