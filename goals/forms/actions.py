"""What people promise: an action with one accountable seat, and what happens to it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.choices import Duty
from goals.forms.fields import DayField, SeatChoiceField, SeatsChoiceField, seats_of
from goals.models import Action
from partners.models import Partnership

DUTY_FIELDS = {"responsible": Duty.RESPONSIBLE, "consulted": Duty.CONSULTED, "informed": Duty.INFORMED}


class ActionForm(forms.Form):
    """Used wherever an action begins: here, from a meeting, from a health report. ``facts`` go to the service."""

    title = forms.CharField(
        label=gettext_lazy("What will be done?"),
        max_length=250,
        help_text=gettext_lazy("Begin with a verb: Agree one referral form."),
    )
    due_on = DayField(label=gettext_lazy("By which day?"))
    detail = forms.CharField(
        label=gettext_lazy("What else should people know?"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, partnership: Partnership, today: date, action: Action | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = (_facts_of(action) if action else {}) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.today = today
        self.action = action
        seats = seats_of(partnership)
        self.fields["accountable"] = SeatChoiceField(
            seats,
            label=gettext_lazy("Who answers for it?"),
            empty_label=gettext_lazy("Choose one"),
            help_text=gettext_lazy("One seat. Whoever sits there holds the promise, also after a change of people."),
            error_messages={"required": gettext_lazy("Choose the one seat that answers for this action.")},
        )
        self.fields["goal"] = forms.ModelChoiceField(
            partnership.goals.all(),
            label=gettext_lazy("For which goal?"),
            required=False,
            empty_label=gettext_lazy("For how we work together"),
        )
        for name, duty in DUTY_FIELDS.items():
            self.fields[name] = SeatsChoiceField(seats, label=duty.label, required=False)
        self.order_fields(["title", "accountable", "due_on", "goal", "detail", *DUTY_FIELDS])

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        is_new = self.action is None or self.action.due_on != due_on
        if is_new and due_on < self.today:
            raise forms.ValidationError(_("This day is over. Choose one from today on."))
        return due_on

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        taken = {data.get("accountable")} - {None}
        for name in DUTY_FIELDS:
            seats = set(data.get(name, ()))
            if taken & seats:
                self.add_error(name, _("Each seat has one part in an action. Choose the strongest one."))
            taken |= seats
        return data

    def facts(self) -> dict[str, Any]:
        """What ``plan_action`` and ``edit_action`` take, apart from the action, the seat and the time."""
        return {name: self.cleaned_data[name] for name in self.fields}


class WaitActionForm(forms.Form):
    waiting_on = forms.CharField(
        label=gettext_lazy("Whom or what are we waiting for?"),
        max_length=250,
        error_messages={"required": gettext_lazy("Say whom or what we are waiting for.")},
    )


class CompleteActionForm(forms.Form):
    win = forms.CharField(label=gettext_lazy("What can we celebrate?"), max_length=280, required=False)


class DropActionForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why do we drop it?"),
        max_length=280,
        error_messages={"required": gettext_lazy("Say in a few words why we drop this action.")},
    )


def _facts_of(action: Action) -> dict[str, Any]:
    duties: dict[str, list[int]] = {name: [] for name in DUTY_FIELDS}
    for assignment in action.assignments.all():
        name = next(name for name, duty in DUTY_FIELDS.items() if duty == assignment.duty)
        duties[name].append(assignment.seat_id)
    return {
        "title": action.title,
        "detail": action.detail,
        "due_on": action.due_on,
        "accountable": action.accountable_id,
        "goal": action.goal_id,
        **duties,
    }
