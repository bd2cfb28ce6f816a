"""Input about the chats of a partnership."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.chat.events import offered_events
from notifications.chat.hooks import ChatFacts
from notifications.chat.models import ChatApp, ChatHook


class ChatForm(forms.Form):
    """Where a chat is and what it wants to hear. The address that is kept is never put into the form again."""

    label = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("As your people call it, for example the name of the channel."),
        error_messages={"required": gettext_lazy("Give the chat a name.")},
    )
    app = forms.ChoiceField(label=gettext_lazy("Which chat it is"), choices=ChatApp.choices)
    url = forms.CharField(
        label=gettext_lazy("Address of the webhook"),
        max_length=1000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Copy the address from the chat and enter it here.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the posts"), choices=settings.LANGUAGES)
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What to tell there"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one.")},
    )

    def __init__(self, *args: Any, hook: ChatHook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(event.name, event.description) for event in offered_events()]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]  # known at run time only
        self.fields["url"].help_text = _("It begins with https:// and is as secret as a password.")
        if hook is not None:
            self.initial = {name: getattr(hook, name) for name in ("label", "app", "language", "events")}
            self.fields["url"].required = False
            self.fields["url"].help_text = _(
                "Leave it empty to keep the address at %(host)s that ends in %(ending)s."
            ) % {"host": hook.host, "ending": hook.ending}

    def facts(self) -> ChatFacts:
        return ChatFacts(**self.cleaned_data)
