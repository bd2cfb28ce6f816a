"""Input about meetings: clean data in, one service call out of the view."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import zone_choices
from goals.forms.fields import DayField, SeatChoiceField, seats_of
from goals.models import SharedGoal
from meetings.choices import Presence
from meetings.models import Attendance, Decision, Meeting
from meetings.services import MeetingPlan, Seen
from partners.models import Partnership, Seat

YEARS = range(1990, 2100)


class WallTimeField(forms.DateTimeField):
    """What the clock on the wall shows, without a zone: which one is meant is another field of the same form."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):  # a zone without gaps: no time of day is refused for not existing
            moment = super().to_python(value)
        if moment is not None and moment.year not in YEARS:
            raise ValidationError(_("Check the year."))
        return moment.replace(tzinfo=None) if moment else None


class MeetingForm(forms.ModelForm):
    series = forms.CharField(
        label=_("Series"),
        required=False,
        max_length=200,
        help_text=_("For meetings that come back. Choose a series you have, or write the name of a new one."),
        widget=forms.TextInput({"list": "series-names", "autocomplete": "off"}),
    )
    starts = WallTimeField(label=_("Starts"))
    ends = WallTimeField(label=_("Ends"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    online_link = forms.URLField(label=_("Link to join online"), max_length=200, required=False, assume_scheme="https")

    class Meta:
        model = Meeting
        fields = ["title", "starts", "ends", "time_zone", "place", "online_link", "purpose", "agenda"]
        labels = {"title": _("What shall we call it?")}
        help_texts = {
            "agenda": _(
                "One item on each line. End it with minutes, as in “Good news, 15 min”, to show when each begins."
            )
        }
        widgets = {"purpose": forms.Textarea({"rows": 3}), "agenda": forms.Textarea({"rows": 7})}

    field_order = ["title", "series", "starts", "ends", "time_zone", "place", "online_link", "purpose", "agenda"]

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series_names = list(partnership.meeting_series.order_by("title").values_list("title", flat=True))
        self.fields["time_zone"].choices = zone_choices(  # type: ignore[attr-defined]  # the stubs know only plain fields
            current=self.initial["time_zone"]
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The meeting has to end after it starts."))
        return cleaned

    def plan(self) -> MeetingPlan:
        return MeetingPlan(**{name: self.cleaned_data[name] for name in self.field_order})


class SeriesForm(forms.Form):
    title = forms.CharField(label=_("What shall we call it?"), max_length=200)


class InviteForm(forms.Form):
    """Only seats that somebody holds can be ticked; the vacant ones are listed beside."""

    seats = forms.ModelMultipleChoiceField(
        Seat.objects.none(),
        label=_("Who shall we invite?"),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": _("Tick at least one person.")},
    )

    def __init__(self, *args: Any, seats: Sequence[Seat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [seat.pk for seat in seats if not seat.is_vacant]
        rows = Seat.objects.filter(pk__in=held).with_people().order_by("participation__organization__name", "pk")
        self.fields["seats"].queryset = rows  # type: ignore[attr-defined]  # the stubs know only plain fields


ANSWERS = [choice for choice in Presence.choices if choice[0] != Presence.UNKNOWN]


@dataclass(frozen=True)
class AttendanceRow:
    attendance: Attendance
    presence: forms.BoundField
    deputy_fields: Sequence[forms.BoundField]


class AttendanceForm(forms.Form):
    """One question per invited seat, all on one page. No answer means that it is not noted yet."""

    def __init__(self, *args: Any, attendances: Sequence[Attendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attendances = attendances
        for row in attendances:
            deputy = row.deputy
            self.fields[f"presence_{row.pk}"] = forms.ChoiceField(
                choices=ANSWERS,
                widget=forms.RadioSelect,
                required=False,
                initial=row.presence,
                label=row.name,
            )
            self.fields[f"deputy_name_{row.pk}"] = forms.CharField(
                label=_("Who came instead of %(name)s?") % {"name": row.name},
                max_length=200,
                required=False,
                initial=row.deputy_name,
                widget=forms.TextInput({"class": "form-control"}),
            )
            self.fields[f"deputy_email_{row.pk}"] = forms.EmailField(
                label=_("Their e-mail, so that we can ask them how it went"),
                required=False,
                initial=(deputy.email or "") if deputy else "",
                widget=forms.EmailInput({"class": "form-control"}),
            )

    def rows(self) -> Iterator[AttendanceRow]:
        for row in self.attendances:
            deputy_fields = [self[f"deputy_name_{row.pk}"], self[f"deputy_email_{row.pk}"]]
            yield AttendanceRow(row, self[f"presence_{row.pk}"], deputy_fields)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.attendances:
            sent_someone = cleaned.get(f"presence_{row.pk}") == Presence.DEPUTY
            if sent_someone and not cleaned.get(f"deputy_name_{row.pk}"):
                self.add_error(f"deputy_name_{row.pk}", _("Write the name of the person they sent."))
        return cleaned

    def seen(self) -> list[Seen]:
        return [
            Seen(
                attendance_id=row.pk,
                presence=Presence(self.cleaned_data[f"presence_{row.pk}"] or Presence.UNKNOWN),
                deputy_name=self.cleaned_data[f"deputy_name_{row.pk}"],
                deputy_email=self.cleaned_data[f"deputy_email_{row.pk}"],
            )
            for row in self.attendances
        ]


class NotesForm(forms.ModelForm):
    class Meta:
        model = Meeting
        fields = ["notes"]
        widgets = {"notes": forms.Textarea({"rows": 14})}


class DecisionForm(forms.ModelForm):
    class Meta:
        model = Decision
        fields = ["text", "reason"]
        widgets = {"text": forms.Textarea({"rows": 3}), "reason": forms.Textarea({"rows": 3})}


class AgreeActionForm(forms.Form):
    title = forms.CharField(label=_("What will be done?"), max_length=250)
    accountable = SeatChoiceField(
        Seat.objects.none(), label=_("Who makes sure it happens?"), empty_label=_("Choose one")
    )
    due_on = DayField(label=_("By when?"))
    decision = forms.ModelChoiceField(
        Decision.objects.none(), label=_("Which decision does it follow from?"), required=False, empty_label=_("None")
    )
    goal = forms.ModelChoiceField(
        SharedGoal.objects.none(), label=_("Which goal does it help?"), required=False, empty_label=_("None")
    )
    detail = forms.CharField(label=_("Detail"), required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, meeting: Meeting, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "accountable": seats_of(partnership),
            "decision": meeting.decisions.all(),
            "goal": partnership.goals.all(),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]  # the stubs know only plain fields

    def clean_due_on(self) -> Any:
        due_on = self.cleaned_data["due_on"]
        if due_on.year not in YEARS:
            raise ValidationError(_("Check the year."))
        return due_on
