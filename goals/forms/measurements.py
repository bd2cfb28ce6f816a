"""What was measured: a period that is over, a number or the reason why there is none."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals import periods
from goals.choices import ValueKind
from goals.forms.fields import DayField
from goals.measure.theil_sen import is_a_jump
from goals.models import Indicator
from goals.numbers import read_number, uses_decimal_comma
from goals.periods import Period
from goals.selectors import ValueRow

OTHER = "other"
PERIODS_OFFERED = 12


class MeasurementForm(forms.Form):
    period = forms.ChoiceField(label=gettext_lazy("For which period?"))
    period_start = DayField(label=gettext_lazy("From"), required=False)
    period_end = DayField(label=gettext_lazy("To"), required=False)
    value = forms.CharField(
        label=gettext_lazy("What was it?"),
        error_messages={"required": gettext_lazy("Write the number, or tick that there is none.")},
        max_length=10_000,
        help_text=gettext_lazy("A number. Where there is none, words are kept as words."),
    )
    missing = forms.BooleanField(label=gettext_lazy("There is no number for this period"), required=False)
    comment = forms.CharField(
        label=gettext_lazy("What should others know about it?"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Say here why a number is missing, or what changed an earlier one."),
    )
    group_by = forms.CharField(
        label=gettext_lazy("Counted by"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Only for one part of the whole: age, district."),
    )
    group = forms.CharField(label=gettext_lazy("For this group"), required=False, max_length=120)
    sure = forms.BooleanField(label=gettext_lazy("Yes, the number is right"), required=False)

    def __init__(
        self, *args: Any, indicator: Indicator, values: Sequence[ValueRow], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.values = values
        offered = periods.finished(indicator.frequency, on=today, count=PERIODS_OFFERED)
        known = {Period(row.start, row.on): row for row in values}
        field = self.fields["period"]
        field.choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            *((_key(period), _choice(period, known.get(period))) for period in offered),
            (OTHER, _("Another period")),
        ]
        field.initial = next((_key(period) for period in offered if period not in known), _key(offered[0]))
        self.asks_whether_sure = False

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("period") == OTHER:
            for name in ("period_start", "period_end"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Give the first and the last day of the period."))
        elif data.get("period"):
            start, end = data["period"].split("/")
            data["period_start"], data["period_end"] = date.fromisoformat(start), date.fromisoformat(end)
        if data.get("missing") and data.get("value"):
            self.add_error("value", _("Write the number, or tick that there is none, not both."))
        elif data.get("missing"):
            self.errors.pop("value", None)
            data["value"] = ""
        if data.get("missing") and not data.get("comment"):
            self.add_error("comment", _("Say in a few words why there is no number for this period."))
        if bool(data.get("group_by")) != bool(data.get("group")):
            name = "group" if data.get("group_by") else "group_by"
            self.add_error(name, _("Fill in both, for example: district, Harbour side."))
        if not self.errors and not data.get("group") and not data.get("sure"):
            self._ask_about_a_jump(data)
        return data

    def _ask_about_a_jump(self, data: dict[str, Any]) -> None:
        """A number far from the path of the others may be a slip of the finger; the person decides."""
        number = read_number(data["value"], decimal_comma=uses_decimal_comma()).value
        known = [row for row in self.values if row.on != data["period_end"]]
        points = [(float(row.on.toordinal()), float(row.value)) for row in known if row.value is not None]
        if number is None or len({x for x, _y in points}) < 2:  # noqa: PLR2004 -- no line through fewer
            return
        day = float(data["period_end"].toordinal())
        if not is_a_jump(points, (day, float(number)), resolution=_smallest_step([number, *_numbers(known)])):
            return
        self.asks_whether_sure = True
        self.add_error("value", _("This is far from the other numbers. Is it right? Then tick below and save again."))

    def facts(self) -> dict[str, Any]:
        """What ``record_measurement`` takes, apart from the indicator, the seat and the time."""
        data = self.cleaned_data
        return {
            "period_start": data["period_start"],
            "period_end": data["period_end"],
            "raw_text": "" if data["missing"] else data["value"],
            "comment": data["comment"],
            "dimensions": {data["group_by"]: data["group"]} if data["group"] else {},
        }


def _key(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def _choice(period: Period, row: ValueRow | None) -> str:
    if row is None:
        return str(period)
    known = _("no number") if row.kind == ValueKind.EMPTY else row.raw_text
    return _("%(period)s (so far: %(value)s)") % {"period": period, "value": known}


def _numbers(rows: Sequence[ValueRow]) -> list[Decimal]:
    return [row.value for row in rows if row.value is not None]


def _smallest_step(values: Sequence[Decimal]) -> float:
    """1 for whole numbers, 0.1 where one decimal is given, and so on."""
    exponents = [value.normalize().as_tuple().exponent for value in values]
    return float(10 ** min(0, *(exponent for exponent in exponents if isinstance(exponent, int))))
