"""When reminders come, typed as people say it: 3 days before a meeting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.texts import StrOrPromise
from notifications.registry import MailKind, Moments

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Unit(models.TextChoices):
    HOURS = "hours", gettext_lazy("hours")
    DAYS = "days", gettext_lazy("days")


SIZES = {Unit.HOURS: HOUR, Unit.DAYS: DAY}


@dataclass(frozen=True)
class Row:
    """One reminder: a number, a unit where there is a choice, and what it comes before."""

    number: forms.BoundField
    unit: forms.BoundField | None


@dataclass(frozen=True)
class Group:
    """The reminders of one kind."""

    title: StrOrPromise
    who: StrOrPromise
    before: StrOrPromise
    rows: list[Row]
    may_be_zero: bool


class MomentsForm(forms.Form):
    """Up to three reminders of each kind. An empty number is no reminder."""

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[tuple[MailKind, Moments]],
        chosen: Mapping[str, Sequence[timedelta]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = kinds
        for kind, rule in kinds:
            moments = [*chosen[kind.name]]
            for place in range(rule.most):
                moment = moments[place] if place < len(moments) else None
                self._add_row(kind, rule, place, moment)

    def _add_row(self, kind: MailKind, rule: Moments, place: int, moment: timedelta | None) -> None:
        unit = Unit.DAYS if moment is None or not moment % DAY else Unit.HOURS
        self.fields[_name(kind, place)] = forms.IntegerField(
            label=_("Reminder %(number)d: how long before") % {"number": place + 1},
            required=False,
            min_value=0,
            max_value=9999,
            initial=None if moment is None else moment // SIZES[unit],
            widget=forms.NumberInput({"class": "form-control"}),
        )
        if rule.step < DAY:
            self.fields[_name(kind, place, "unit")] = forms.ChoiceField(
                label=_("Reminder %(number)d: hours or days") % {"number": place + 1},
                choices=Unit.choices,
                initial=unit,
                widget=forms.Select({"class": "form-select"}),
            )

    def groups(self) -> Iterator[Group]:
        for kind, rule in self._kinds:
            rows = [
                Row(
                    self[_name(kind, place)],
                    self[_name(kind, place, "unit")] if _name(kind, place, "unit") in self.fields else None,
                )
                for place in range(rule.most)
            ]
            yield Group(kind.title, kind.who, rule.before, rows, not rule.shortest)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for kind, rule in self._kinds:
            seen: set[timedelta] = set()
            for place in range(rule.most):
                moment = self._moment(kind, place)
                if moment is None:
                    continue
                if not rule.shortest <= moment <= rule.longest:
                    self.add_error(
                        _name(kind, place),
                        _("Choose from %(shortest)s to %(longest)s.")
                        % {"shortest": spoken(rule.shortest), "longest": spoken(rule.longest)},
                    )
                elif moment in seen:
                    self.add_error(_name(kind, place), _("This reminder is there already."))
                seen.add(moment)
        return cleaned

    def _moment(self, kind: MailKind, place: int) -> timedelta | None:
        number = self.cleaned_data.get(_name(kind, place))
        unit = self.cleaned_data.get(_name(kind, place, "unit"), Unit.DAYS)
        return None if number is None else number * SIZES[Unit(unit)]

    def moments(self) -> dict[str, list[timedelta]]:
        """The moments of each kind, where none is left out."""
        return {
            kind.name: [one for place in range(rule.most) if (one := self._moment(kind, place)) is not None]
            for kind, rule in self._kinds
        }


def _name(kind: MailKind, place: int, part: str = "number") -> str:
    return f"{kind.name}-{place}-{part}"


def spoken(span: timedelta) -> str:
    """As in: 2 hours, 3 days."""
    if span % DAY:
        hours = span // HOUR
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    return ngettext("%(days)d day", "%(days)d days", span.days) % {"days": span.days}
