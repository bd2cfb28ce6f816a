"""What people say about an indicator, with where it starts and where it should be."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.choices import Direction, Frequency, MeasureKind, ValueSemantics
from goals.forms.fields import DayField, NumberField, dated_value
from goals.models import Indicator
from goals.selectors import IndicatorReading, ValueRow
from goals.services import DatedValue, IndicatorFacts


class IndicatorForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("What do we measure?"),
        max_length=4_000,
        help_text=gettext_lazy("For example: Working days from referral to first appointment."),
    )
    measure = forms.ChoiceField(label=gettext_lazy("Kind of value"), choices=MeasureKind)
    unit = forms.CharField(
        label=gettext_lazy("Unit"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("What is counted: days, people, firms. Leave it empty for a percentage."),
    )
    direction = forms.ChoiceField(label=gettext_lazy("Which way is better?"), choices=Direction)
    hold_low = NumberField(label=gettext_lazy("Range from"), required=False)
    hold_high = NumberField(label=gettext_lazy("Range to"), required=False)
    start_value = NumberField(label=gettext_lazy("Where do we start?"), required=False)
    start_on = DayField(label=gettext_lazy("Starting day"), required=False)
    target_value = NumberField(label=gettext_lazy("Where do we want to be?"), required=False)
    target_on = DayField(label=gettext_lazy("By which day?"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("How often do we add a number?"), choices=Frequency)
    value_semantics = forms.ChoiceField(label=gettext_lazy("What does one number say?"), choices=ValueSemantics)
    source = forms.CharField(label=gettext_lazy("Where do the numbers come from?"), max_length=1_000, required=False)
    description = forms.CharField(
        label=gettext_lazy("How is it counted?"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, reading: IndicatorReading | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"measure": MeasureKind.NUMBER, "value_semantics": ValueSemantics.SNAPSHOT}
        if reading:
            initial |= _facts_of(reading.indicator)
            initial |= _value_of("start", reading.baseline) | _value_of("target", reading.target)
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.reading = reading

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("start", "target"):
            value, on = data.get(f"{name}_value"), data.get(f"{name}_on")
            if value is not None and on is None and f"{name}_on" not in self.errors:
                self.add_error(f"{name}_on", _("Say for which day this number is."))
            if value is None and on is not None and f"{name}_value" not in self.errors and not self._was_words(name):
                self.add_error(f"{name}_value", _("Write the number for this day, or leave both empty."))
        return data

    def facts(self) -> IndicatorFacts:
        data = self.cleaned_data
        holds = data["direction"] == Direction.HOLD
        decimals = self.reading.indicator.decimals if self.reading else 0
        names = ("title", "description", "measure", "unit", "direction", "value_semantics", "frequency", "source")
        return IndicatorFacts(
            **{name: data[name] for name in names},
            decimals=decimals,
            hold_low=data["hold_low"] if holds else None,
            hold_high=data["hold_high"] if holds else None,
        )

    def start(self) -> DatedValue | None:
        """What was typed as the start; None when nothing was, or nothing new."""
        return self._dated("start")

    def target(self) -> DatedValue | None:
        return self._dated("target")

    def _dated(self, name: str) -> DatedValue | None:
        data = self.cleaned_data
        if self.reading and not {f"{name}_value", f"{name}_on"} & set(self.changed_data):
            return None
        return dated_value(
            data[f"{name}_on"], data[f"{name}_value"], self.data.get(self.add_prefix(f"{name}_value"), "")
        )

    def _was_words(self, name: str) -> bool:
        """An imported start or target in words keeps its day, though it has no number to show here."""
        row = self.reading and (self.reading.baseline if name == "start" else self.reading.target)
        return bool(row and not row.is_number)


def _facts_of(indicator: Indicator) -> dict[str, Any]:
    names = ("title", "measure", "unit", "direction", "frequency", "value_semantics", "source", "description")
    held = {
        name: number_format(value.normalize() + 0, use_l10n=True)
        for name in ("hold_low", "hold_high")
        if (value := getattr(indicator, name)) is not None
    }
    return {name: getattr(indicator, name) for name in names} | held


def _value_of(name: str, row: ValueRow | None) -> dict[str, str | date]:
    if row is None or row.value is None:
        return {}
    return {f"{name}_value": number_format(row.value.normalize() + 0, use_l10n=True), f"{name}_on": row.on}
