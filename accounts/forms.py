"""Input of people about themselves, and allauth's forms in our words."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.fields import SetPasswordField
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import zone_choices
from accounts.models import Person

LONGEST_PASSWORD = 128
PASSWORD_HELP = _("At least 12 characters. A sentence is easier to remember than a word.")


class PlainWords:
    """Say what a field is beside it, once: no placeholder repeats or replaces a label."""

    labels: dict[str, Any] = {
        "login": _("E-mail"),
        "email": _("E-mail"),
        "password": _("Password"),
        "oldpassword": _("Password you have now"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
        "code": _("Code"),
    }

    missing: dict[str, Any] = {
        "login": _("Type the address you read your mail at."),
        "email": _("Type the address you read your mail at."),
        "password": _("Type your password."),
        "oldpassword": _("Type the password you have now."),
        "password1": _("Type a new password."),
        "password2": _("Type the new password once more."),
        "code": _("Type the code from the mail."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]  # every host is a form
        for name, field in fields.items():
            field.label = self.labels[name]
            field.error_messages["required"] = self.missing[name]
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = _("Type an address like name@example.org.")
            field.widget.attrs.pop("placeholder", None)
            field.help_text = PASSWORD_HELP if isinstance(field, SetPasswordField) else ""
            if "password" in name and isinstance(field, forms.CharField):
                field.max_length = LONGEST_PASSWORD
                field.widget.attrs["maxlength"] = str(LONGEST_PASSWORD)


class SignInForm(PlainWords, allauth_forms.LoginForm):  # type: ignore[misc]
    """E-mail and password."""


class RequestCodeForm(PlainWords, allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]
    """Where to send a code for signing in."""


class ConfirmCodeForm(PlainWords, allauth_forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code from the mail."""


class ForgottenPasswordForm(PlainWords, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """Where to send the link for a new password."""


class NewPasswordForm(PlainWords, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, after opening the link."""


class ChangePasswordForm(PlainWords, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """A new password in place of the one they have."""


class FirstPasswordForm(PlainWords, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A password for somebody who signed in by codes so far."""


class ConfirmItIsYouForm(PlainWords, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something sensitive."""


class DetailsForm(forms.ModelForm):
    """What people say about themselves."""

    class Meta:
        model = Person
        fields = ["name", "language", "time_zone"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        error_messages = {"name": {"required": _("Tell us how to call you.")}}
        help_texts = {
            "language": _("For pages and for the mails we send you."),
            "time_zone": _("Times are shown as your clock shows them."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(choices=zone_choices(current=self.instance.time_zone))


class LanguageForm(forms.Form):
    """The language somebody picks in the page head."""

    language = forms.ChoiceField(choices=Person._meta.get_field("language").choices or ())
