"""What people say about a goal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.choices import GoalLevel
from goals.forms.fields import DayField, ParticipationChoiceField, participations_of
from goals.models import SharedGoal
from partners.models import Partnership


class GoalForm(forms.ModelForm):
    title = forms.CharField(
        label=_("What do we want to reach together?"),
        help_text=_(
            "In words that everyone understands, for example: Faster first support when a young person asks for help."
        ),
        max_length=500,
    )
    level = forms.ChoiceField(label=_("What kind of goal is it?"), choices=GoalLevel)
    description = forms.CharField(
        label=_("Why it matters"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    review_on = DayField(label=_("When do we look at it again?"), required=False)

    class Meta:
        model = SharedGoal
        fields = ["title", "level", "description", "lead", "review_on"]

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"] = ParticipationChoiceField(
            participations_of(partnership),
            label=_("Which partner leads?"),
            required=False,
            empty_label=_("Nobody yet"),
            help_text=_("The lead is asked when a number is missing."),
        )
