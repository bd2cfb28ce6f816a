"""What people choose about their mails, on one page: each kind in its rhythm, and the hours and days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from core.texts import StrOrPromise
from notifications.choices import Rhythm, Topic
from notifications.preferences import HoursWanted
from notifications.registry import MailKind, kinds
from notifications.wishes import Wishes, is_within

A_MONDAY = date(2026, 1, 5)


def _weekday(number: int) -> str:
    return date_format(A_MONDAY + timedelta(days=number), "l")


WEEKDAYS = [(number, lazy(_weekday, str)(number)) for number in range(7)]


@dataclass(frozen=True)
class Section:
    """The kinds about one topic, with the field of each."""

    title: StrOrPromise
    rows: list[tuple[MailKind, forms.BoundField]]


class MailChoicesForm(forms.Form):
    """Every kind that can be chosen has a field of its own, named after it."""

    digest_at = forms.TimeField(
        label=_("Daily and weekly e-mails come at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    digest_on = forms.TypedChoiceField(
        label=_("The weekly e-mail comes on"), choices=WEEKDAYS, coerce=int, widget=forms.Select
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    days_off = forms.TypedMultipleChoiceField(
        label=_("Days without e-mails"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    hour_fields = ("digest_at", "digest_on", "quiet_from", "quiet_until", "days_off")

    def __init__(self, *args: Any, wishes: Wishes, stopped: set[str], **kwargs: Any) -> None:
        quiet_from, quiet_until = wishes.hours.quiet or (None, None)
        hours = {
            "digest_at": wishes.hours.digest_at,
            "digest_on": wishes.hours.digest_on,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "days_off": sorted(wishes.hours.days_off),
        }
        super().__init__(*args, **kwargs)
        self.initial = hours
        for kind in self._kinds():
            offered = [*kind.rhythms, Rhythm.NEVER]
            self.fields[f"kind_{kind.name}"] = forms.ChoiceField(
                label=str(kind.title),
                help_text=str(kind.when),
                choices=[(one.value, one.label) for one in offered],
                initial=Rhythm.NEVER if kind.name in stopped else wishes.rhythm_of(kind),
                widget=forms.Select({"class": "form-select"}),
            )

    @staticmethod
    def _kinds() -> list[MailKind]:
        return [kind for kind in kinds() if kind.can_be_chosen]

    def sections(self) -> Iterator[Section]:
        for topic in Topic:
            rows = [(kind, self[f"kind_{kind.name}"]) for kind in self._kinds() if kind.topic == topic]
            if rows:
                yield Section(topic.label, rows)

    def hours(self) -> list[forms.BoundField]:
        return [self[name] for name in self.hour_fields]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if begins and not ends and not self.has_error("quiet_until"):
            self.add_error("quiet_until", _("Say when the quiet hours end."))
        if ends and not begins and not self.has_error("quiet_from"):
            self.add_error("quiet_from", _("Say when the quiet hours begin."))
        if begins and begins == ends:
            self.add_error("quiet_until", _("This is when they begin: choose another time, or leave both empty."))
        if cleaned.get("digest_at") and is_within(cleaned["digest_at"], begins, ends):
            self.add_error("digest_at", _("This lies in your quiet hours."))
        self._check_days(cleaned)
        return cleaned

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        off = cleaned.get("days_off", [])
        if len(off) == len(WEEKDAYS):
            self.add_error("days_off", _("Leave us one day of the week, or choose “Not at all” above."))
        elif cleaned.get("digest_on") in off:
            self.add_error("digest_on", _("You want no e-mails on this day."))

    def rhythms(self) -> dict[str, Rhythm]:
        return {kind.name: Rhythm(self.cleaned_data[f"kind_{kind.name}"]) for kind in self._kinds()}

    def hours_wanted(self) -> HoursWanted:
        return HoursWanted(**{name: self.cleaned_data[name] for name in self.hour_fields})
