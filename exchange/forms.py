"""What a person hands in: the file, and the decisions of the dry-run page."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from core.texts import StrOrPromise
from exchange.iati.limits import MAX_BYTES
from exchange.selectors import organisation_choices
from exchange.services.choices import Choices
from exchange.services.homes import own_organizations
from exchange.services.planning import Plan
from goals.choices import ValueSemantics
from partners.choices import OrganizationKind

TOO_LARGE = _("The file is larger than 5 MB. Ask its publisher for a smaller one, or split it.")
NO_FILE = {
    "required": _("Please choose a file."),
    "empty": _("This file is empty."),
    "missing": _("Please choose a file."),
}


class FileForm(forms.Form):
    """Something with a ``file``. ``is_oversized`` says that the request was too large for its file to arrive."""

    too_large: StrOrPromise = TOO_LARGE

    def __init__(self, *args: Any, is_oversized: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_oversized:
            self.fields["file"].error_messages["required"] = str(self.too_large)


class UploadForm(FileForm):
    """One IATI activity file."""

    file = forms.FileField(
        label=_("IATI activity file"),
        help_text=_("An XML file of version 2.01, 2.02 or 2.03, at most 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
        error_messages=NO_FILE,
    )
    with_persons = forms.BooleanField(
        label=_("Also import the persons named as contacts"),
        help_text=_("Without the tick we read no names or addresses of persons, and cut them out of the file we keep."),
        required=False,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


class RoundsForm(FileForm):
    """Earlier answers as a table. The file is read where it arrives and kept nowhere."""

    too_large = _("The file is larger than 1 MB. Please split it, for example by year.")

    file = forms.FileField(
        label=_("File of answers"),
        help_text=_("A CSV file with one answer on each line, at most 1 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages=NO_FILE,
    )


class ChoicesForm(forms.Form):
    """The decisions of the dry-run page; what may be chosen comes from the plan."""

    activities = forms.MultipleChoiceField(
        label=_("Activities to import"), error_messages={"required": _("Tick at least one activity.")}
    )
    merges = forms.MultipleChoiceField(label=_("These are the same"), required=False)
    backbone = forms.ChoiceField(
        label=_("Who is the backbone?"),
        help_text=_("The organisation that keeps the partnership going. Files do not say it; you can leave it open."),
        required=False,
    )
    home = forms.ChoiceField(
        label=_("Which organisation do you work for?"),
        help_text=_("You will be the coordinator, with a seat of this organisation."),
        required=False,
    )
    semantics = forms.ChoiceField(
        label=_("What does one value say?"),
        help_text=_("Files do not tell whether values add up. You can set it for each indicator later."),
        choices=sorted(ValueSemantics.choices, key=lambda choice: choice[0] != ValueSemantics.UNKNOWN),
    )

    def __init__(self, *args: Any, plan: Plan, person: Person, **kwargs: Any) -> None:
        bodies = list(organisation_choices(plan))
        mine = list(own_organizations(person))
        importable = [str(one.activity.number) for one in plan.activities if not one.activity.repeats]
        at_home = next((f"organization:{o.pk}" for o in mine if o.kind != OrganizationKind.INDIVIDUAL), "")
        initial = {"activities": importable, "home": at_home, "semantics": ValueSemantics.UNKNOWN.value}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self._choices("activities", [(number, number) for number in importable])
        self._choices("merges", [(proposal.id, proposal.id) for proposal in plan.bodies.proposals])
        self._choices("backbone", [("", _("Not decided")), *bodies])
        own = [(f"organization:{o.pk}", o.name) for o in mine if o.kind != OrganizationKind.INDIVIDUAL]
        in_file = [(f"body:{key}", name) for key, name in bodies]
        self._choices("home", [("", _("None of these, only me")), *own, *in_file])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def ticked(self) -> set[str]:
        """Activities that show a tick: those handed in, or all at first."""
        return set(self.data.getlist("activities") if self.is_bound else self.initial["activities"])  # type: ignore[attr-defined]

    @property
    def accepted(self) -> set[str]:
        return set(self.data.getlist("merges")) if self.is_bound else set()  # type: ignore[attr-defined]

    def decided(self) -> Choices:
        return Choices(
            activities=frozenset(int(number) for number in self.cleaned_data["activities"]),
            merges=frozenset(self.cleaned_data["merges"]),
            backbone=self.cleaned_data["backbone"],
            home=self.cleaned_data["home"],
            semantics=self.cleaned_data["semantics"],
        )
