"""Input about who sits where."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Participation, Partnership, Seat
from partners.permissions import Role


class PartnerChoice(forms.ModelChoiceField):
    """Partners by the name of their organisation."""

    def label_from_instance(self, participation: Participation) -> str:
        return participation.organization.name


class InviteForm(forms.Form):
    """Whom to invite, for which partner, as what. ``seat`` names a vacant seat to fill."""

    seat = forms.ModelChoiceField(queryset=Seat.objects.none(), required=False, widget=forms.HiddenInput)
    partner = PartnerChoice(
        label=_("Organisation"),
        queryset=Participation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={
            "required": _("Choose the organisation they come from."),
            "invalid_choice": _("Choose one of the partners in this list."),
        },
    )
    name = forms.CharField(
        label=_("Name"), max_length=200, error_messages={"required": _("Type the name of the person.")}
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Type the address they read their mail at."),
            "invalid": _("Type an address like name@example.org."),
        },
    )
    title = forms.CharField(
        label=_("What they do there"),
        max_length=200,
        required=False,
        help_text=_("For example: director, data analyst."),
    )
    role = forms.ChoiceField(label=_("Seat"), choices=Role.choices, initial=Role.REPRESENTATIVE)

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = partnership.participations.in_order().select_related("organization")
        for name, choices in {"seat": partnership.seats.vacant(), "partner": partners}.items():
            cast("forms.ModelChoiceField", self.fields[name]).queryset = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seat, partner = cleaned.get("seat"), cleaned.get("partner")
        if seat and partner and seat.participation_id != partner.pk:
            self.add_error("partner", _("This seat belongs to another organisation."))
        return cleaned


class RoleForm(forms.ModelForm):
    """What a seat may do, and what it is called at the table."""

    title = forms.CharField(
        label=_("Title at the table"),
        max_length=120,
        required=False,
        help_text=_("For example: spokesperson, sponsor. A title changes nothing about what the seat may do."),
    )

    class Meta:
        model = Seat
        fields = ["role", "title"]
        labels = {"role": _("Role")}
