"""Input about organisations."""

from typing import Any, cast

from django import forms
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.texts import StrOrPromise
from partners.choices import OrganizationKind, ParticipationRoleName, Sector
from partners.models import Organization, Participation, Seat
from partners.permissions import Permission
from partners.selectors import similar_organizations
from partners.services import Profile

NAME_MISSING = _("Type the name of the organisation.")
LONGEST_LIST = 20_000
KNOWN_SECTORS = [choice for choice in Sector.choices if choice[0] != Sector.UNKNOWN]


class LinesField(forms.CharField):
    """A list typed one per line; blank lines and repetitions mean nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=LONGEST_LIST, widget=forms.Textarea(attrs={"rows": 3}), strip=True, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else "\n".join(value)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return tuple(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))


class WebAddressField(forms.URLField):
    """An address a page may link to."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", required=False, max_length=200, **kwargs)


class DirectoryForm(forms.Form):
    """Narrow the directory. What is not understood narrows nothing."""

    q = forms.CharField(required=False, max_length=200)
    sector = forms.ChoiceField(required=False, choices=[("", _("All sectors")), *KNOWN_SECTORS])
    kind = forms.ChoiceField(required=False, choices=[("", _("All kinds")), *OrganizationKind.choices])
    role = forms.ChoiceField(required=False, choices=[("", _("All roles")), *ParticipationRoleName.choices])
    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def choices_with_labels(self) -> list[tuple[forms.BoundField, StrOrPromise]]:
        return [(self["sector"], _("Sector")), (self["kind"], _("Kind")), (self["role"], _("Role"))]

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AddPartnerForm(forms.ModelForm):
    """A new partner, with a look at the names we know already before anything is written twice."""

    name = forms.CharField(label=_("Name"), max_length=500, error_messages={"required": NAME_MISSING})
    website = WebAddressField(label=_("Website"))
    roles = forms.MultipleChoiceField(
        label=_("Roles in this partnership"),
        choices=ParticipationRoleName.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    same_as = forms.ModelChoiceField(
        label=_("Is it one of these?"),
        queryset=Organization.objects.none(),
        required=False,
        blank=True,
        empty_label=_("No, it is another organisation"),
        widget=forms.RadioSelect,
    )
    looked = forms.BooleanField(required=False, widget=forms.HiddenInput)
    field_order = ["name", "same_as"]

    class Meta:
        model = Organization
        fields = ["name", "short_name", "kind", "main_sector", "website"]

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seat = seat
        # An organisation is known to those who share a partnership with it, and to nobody else.
        known = Organization.objects.visible_to(seat.person).prefetch_related("aliases")
        here = set(seat.partnership.participations.values_list("organization_id", flat=True))
        self.alike = similar_organizations(self.data.get("name", ""), among=known) if self.is_bound else []
        self.already_here = [row for row in self.alike if row.pk in here]
        choices = [row.pk for row in self.alike if row.pk not in here]
        if choices:
            same_as = cast("forms.ModelChoiceField", self.fields["same_as"])
            same_as.queryset = Organization.objects.visible_to(seat.person).filter(pk__in=choices)
        else:
            del self.fields["same_as"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.alike and not cleaned.get("looked"):
            again = cast("QueryDict", self.data).copy()
            again["looked"] = "1"
            self.data = again
            self.add_error(
                "name", _("We know a name like this. Look below, then add it if it is another organisation.")
            )
        return cleaned


class ProfileForm(forms.ModelForm):
    """What an organisation says about itself. Its roles here are shown to those who may change them only."""

    name = forms.CharField(label=_("Name"), max_length=500, error_messages={"required": NAME_MISSING})
    website = WebAddressField(label=_("Website"))
    sectors = forms.MultipleChoiceField(
        label=_("Works in these sectors as well"),
        choices=KNOWN_SECTORS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    aliases = LinesField(label=_("Other names"), help_text=_("One per line: former names, names in other languages."))
    identifiers = LinesField(label=_("Identifiers"), help_text=_("One per line, as the register writes them."))
    roles = forms.MultipleChoiceField(
        label=_("Roles in this partnership"),
        choices=ParticipationRoleName.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Organization
        fields = [
            "name", "short_name", "kind", "main_sector", "website",
            "mandate", "approach", "strengths", "limitations", "political_context", "needs",
        ]  # fmt: skip
        help_texts = {
            "mandate": _("What you are there for, and what you may decide."),
            "approach": _("How you work, day to day."),
            "strengths": _("One per line. What others can count on."),
            "limitations": _("One per line. What you cannot do, so that nobody waits for it."),
            "political_context": _("Elections, budget years, approvals: what sets your pace."),
            "needs": _("What has to come out of this for you."),
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("mandate", "approach", "strengths", "limitations", "political_context", "needs")
        }

    def __init__(self, *args: Any, seat: Seat, participation: Participation, **kwargs: Any) -> None:
        organization = participation.organization
        initial = {
            "sectors": [tag.sector for tag in organization.sector_tags.all()],
            "aliases": [alias.name for alias in organization.aliases.all()],
            "identifiers": [identifier.value for identifier in organization.identifiers.all()],
            "roles": [role.role for role in participation.roles.all()],
        }
        super().__init__(*args, **kwargs | {"instance": organization, "initial": initial})
        if not seat.can(Permission.ORGANIZATION_EDIT):
            del self.fields["roles"]

    def profile(self) -> Profile:
        cleaned = self.cleaned_data
        return Profile(
            sectors=[Sector(value) for value in cleaned["sectors"]],
            identifiers=cleaned["identifiers"],
            aliases=cleaned["aliases"],
        )
