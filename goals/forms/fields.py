"""Fields that several forms share: days, numbers as people write them, seats by the name of who holds them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from goals.numbers import read_number, uses_decimal_comma
from goals.services import DatedValue
from partners.models import Participation, Partnership, Seat


class DayField(forms.DateField):
    """A day, with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class NumberField(forms.CharField):
    """A number as people write it; cleans to a Decimal, or None when left empty. The typed words stay in the form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = read_number(text, decimal_comma=uses_decimal_comma())
        if number.value is None:
            example = number_format(Decimal("1234.5"), use_l10n=True)
            raise ValidationError(_("Write a number, like this: %(example)s") % {"example": example})
        return number.value


class SeatChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return seat_label(obj)


class SeatsChoiceField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return seat_label(obj)


class ParticipationChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.organization)


def seat_label(seat: Seat) -> str:
    """Who holds it and for which partner; a vacant seat says so."""
    holder = seat.name or _("vacant seat")
    return _("%(partner)s: %(holder)s") % {"partner": seat.organization, "holder": holder}


def seats_of(partnership: Partnership) -> Any:
    seats = Seat.objects.filter(partnership=partnership).with_people().with_names()
    return seats.order_by("participation__organization__name", "shown_name", "pk")


def participations_of(partnership: Partnership) -> Any:
    rows = Participation.objects.filter(partnership=partnership).select_related("organization")
    return rows.order_by("organization__name", "pk")


def dated_value(on: date | None, value: Decimal | None, raw_text: str) -> DatedValue | None:
    return DatedValue(on, value, raw_text) if on and value is not None else None
