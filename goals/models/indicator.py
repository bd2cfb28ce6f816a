"""Indicators and the three kinds of value they carry: where it started, where it should be, what was measured."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from goals.choices import Direction, Frequency, MeasureKind, ValueKind, ValueSemantics
from goals.models.goal import SharedGoal
from partners.models import Seat


class Indicator(models.Model):
    """One measure of a goal, in one unit. A change of unit is a new indicator."""

    goal = models.ForeignKey(SharedGoal, on_delete=models.CASCADE, related_name="indicators")
    title = models.TextField(_("what we measure"))
    description = models.TextField(_("description"), blank=True)
    measure = models.CharField(_("kind of value"), max_length=12, choices=MeasureKind, default=MeasureKind.NUMBER)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), default=0)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction, default=Direction.UP)
    hold_low = models.DecimalField(_("range from"), max_digits=24, decimal_places=6, null=True, blank=True)
    hold_high = models.DecimalField(_("range to"), max_digits=24, decimal_places=6, null=True, blank=True)
    value_semantics = models.CharField(
        _("what a value says"), max_length=10, choices=ValueSemantics, default=ValueSemantics.SNAPSHOT
    )
    frequency = models.CharField(_("how often"), max_length=12, choices=Frequency, default=Frequency.MONTHLY)
    source = models.TextField(_("source"), blank=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="indicator_has_a_title"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="indicator_direction_known"),
            models.CheckConstraint(condition=Q(measure__in=MeasureKind.values), name="indicator_measure_known"),
            models.CheckConstraint(
                condition=Q(value_semantics__in=ValueSemantics.values), name="indicator_semantics_known"
            ),
            models.CheckConstraint(condition=Q(frequency__in=Frequency.values), name="indicator_frequency_known"),
            models.CheckConstraint(
                condition=~Q(direction=Direction.HOLD) | Q(hold_low__isnull=False, hold_high__gte=F("hold_low")),
                name="indicator_hold_has_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ValueQuerySet(models.QuerySet):
    def of_the_whole(self) -> Self:
        """Not of one group or place: those are never summed up into one."""
        return self.filter(dimensions={}, location="")


class Value(models.Model):
    """A value as it was written, beside the number it means, if it means one. Missing is not zero."""

    raw_text = models.TextField(blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    value_kind = models.CharField(max_length=6, choices=ValueKind)
    dimensions = models.JSONField(default=dict, blank=True, help_text="Disaggregation; empty for the whole.")
    location = models.TextField(blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(value_kind=ValueKind.NUMBER, value__isnull=False)
                | Q(value_kind=ValueKind.TEXT, value=None) & ~Q(raw_text="")
                | Q(value_kind=ValueKind.EMPTY, value=None),
                name="%(class)s_number_has_a_value",
            ),
        ]


class Baseline(Value):
    """Where the indicator stood before."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="baselines")
    year = models.PositiveSmallIntegerField()
    on = models.DateField(null=True, blank=True)

    objects = ValueQuerySet.as_manager()

    def __str__(self) -> str:
        return f"baseline {self.raw_text}"

    @property
    def counts_from(self) -> date:
        return self.on or date(self.year, 1, 1)


class Periodic(Value):
    """A value of a period: two dates and the label people call it by. Periods of one indicator may overlap."""

    period_start = models.DateField()
    period_end = models.DateField()
    period_label = models.CharField(max_length=60, blank=True)

    class Meta(Value.Meta):
        abstract = True
        constraints = [
            *Value.Meta.constraints,
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="%(class)s_period_ends_after_it_begins"
            ),
        ]


class Target(Periodic):
    """Where the indicator should be by the end of the period."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")

    objects = ValueQuerySet.as_manager()

    def __str__(self) -> str:
        return f"target {self.raw_text}"


class MeasurementQuerySet(ValueQuerySet):
    def current(self) -> Self:
        """Without values that were corrected since."""
        return self.filter(corrected_by=None)


class Measurement(Periodic):
    """What was measured. A correction is a new row; the old one points to it and stays readable."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="measurements")
    recorded_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()
    corrected_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrects"
    )

    objects = MeasurementQuerySet.as_manager()

    class Meta(Periodic.Meta):
        # With the correction in it: left to choose, SQLite looks through every value that was never corrected.
        indexes = [models.Index(fields=["indicator", "corrected_by", "period_end"], name="measurement_by_period")]

    def __str__(self) -> str:
        return f"measurement {self.raw_text}"
