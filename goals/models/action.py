"""Action plans: promised work, one accountable seat, and who else has a part in it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.choices import ActionStatus, Duty
from goals.models.goal import SharedGoal
from partners.models import Partnership, Seat


class ActionQuerySet(models.QuerySet["Action"]):
    def open(self) -> Self:
        return self.filter(done_at=None, dropped_at=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def overdue(self, *, on: date) -> Self:
        return self.open().filter(due_on__lt=on)

    def with_people(self) -> Self:
        """Everything a list shows, in a constant number of queries."""
        seats = Seat.objects.select_related("participation__organization", "person")
        assigned = Assignment.objects.prefetch_related(models.Prefetch("seat", seats))
        return self.select_related(
            "goal", "accountable__participation__organization", "accountable__person"
        ).prefetch_related(models.Prefetch("assignments", assigned))


class Action(models.Model):
    """One promised piece of work. Its status is read from its dates, never stored.

    ``origin_text`` and ``origin_path`` say in plain words where it came from (a decision, a low dimension); the caller
    passes them, because what it came from lives in a higher app.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="actions")
    goal = models.ForeignKey(SharedGoal, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions")
    title = models.CharField(_("what will be done"), max_length=250)
    detail = models.TextField(_("detail"), blank=True)
    accountable = models.ForeignKey(
        Seat, on_delete=models.PROTECT, related_name="accountable_actions", verbose_name=_("accountable")
    )
    due_on = models.DateField(_("due on"))
    started_at = models.DateTimeField(null=True, blank=True)
    waiting_on = models.CharField(_("waiting on"), max_length=250, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    win = models.CharField(_("what we can celebrate"), max_length=280, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    drop_reason = models.CharField(_("why it was dropped"), max_length=280, blank=True)
    origin_text = models.CharField(max_length=280, blank=True)
    origin_path = models.CharField(max_length=280, blank=True)
    created_at = models.DateTimeField()

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="action_has_a_title"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="action_done_at_and_by_together",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(dropped_at=None), name="action_done_or_dropped"),
            models.CheckConstraint(
                condition=Q(dropped_at=None, drop_reason="") | (Q(dropped_at__isnull=False) & ~Q(drop_reason="")),
                name="action_dropped_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(waiting_on="") | Q(done_at=None, dropped_at=None), name="action_waits_only_while_open"
            ),
        ]
        indexes = [models.Index(fields=["partnership", "due_on"], name="action_by_due_date")]

    def __str__(self) -> str:
        return self.title

    @property
    def status(self) -> ActionStatus:
        if self.done_at:
            return ActionStatus.DONE
        if self.dropped_at:
            return ActionStatus.DROPPED
        if self.waiting_on:
            return ActionStatus.WAITING
        return ActionStatus.UNDER_WAY if self.started_at else ActionStatus.TO_DO

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None

    def days_late(self, *, on: date) -> int:
        """How many days the open action is past its date; 0 when it is not late."""
        return max(0, (on - self.due_on).days) if self.is_open else 0


class Assignment(models.Model):
    """A seat's part in an action beside the accountable one."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="assignments")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="assignments")
    duty = models.CharField(max_length=12, choices=Duty)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "seat"], name="assignment_one_duty_per_seat"),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="assignment_duty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.duty}: {self.seat_id} on {self.action_id}"
