"""Input about a partnership itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import zone_choices
from partners.models import Partnership


class PartnershipForm(forms.ModelForm):
    """Name, purpose, language and clock of a partnership."""

    class Meta:
        model = Partnership
        fields = ["name", "summary", "language", "time_zone"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"name": {"required": _("Give the partnership a name.")}}
        help_texts = {
            "summary": _("One sentence is enough. You can change it later."),
            "language": _("For invitations to people who have not chosen one."),
            "time_zone": _("Decides when a day and a month begin, for meetings and reports."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.initial.get("time_zone") or self.instance.time_zone
        self.fields["time_zone"].widget = forms.Select(choices=zone_choices(current=current))


class StartForm(PartnershipForm):
    """A new partnership, and the organisation its first coordinator speaks for."""

    organization_name = forms.CharField(
        label=_("Your organisation"),
        max_length=500,
        help_text=_("It takes part from the start, and supports the others."),
        error_messages={"required": _("Type the name of your organisation.")},
    )
    field_order = ["name", "organization_name", "summary", "language", "time_zone"]
