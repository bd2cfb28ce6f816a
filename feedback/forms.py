"""What a posted form says. Read by hand: this page answers a whole room at once, on a phone, within a minute.

The forms of signed-in people are Django's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.components import Problem
from feedback.answers import BLANK, Answers
from feedback.choices import ITEMS, RATED, Mode
from feedback.form import COMMENT_LENGTH
from feedback.models import FeedbackComment
from feedback.models.window import OWN_LENGTH
from feedback.services.threads import MESSAGE_LENGTH

VALUES = {str(value): value for value in range(1, 6)}
SKIPPED = "0"


@dataclass(frozen=True)
class Posted:
    """What was typed, as typed, and what is wrong with it. ``choices`` holds the value picked per question."""

    choices: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    may_quote: bool = False
    wants_action: bool = False
    wants_reply: bool = False
    withdraw: bool = False

    @property
    def answers(self) -> Answers:
        """What counts of it. The permission to quote means nothing without words."""
        if self.withdraw:
            return BLANK
        return Answers(
            ratings={item: VALUES[value] for item, value in self.choices.items() if value in VALUES},
            comment=self.comment,
            may_quote=self.may_quote and bool(self.comment),
            wants_action=self.wants_action,
        )

    def problems(self) -> list[Problem]:
        """Why it cannot be sent as it is; each sentence leads to the place where it can be mended."""
        said = Posted(self.choices, self.comment).answers
        found = []
        if said.is_blank and not self.withdraw:
            found.append(Problem(_("Answer at least one line, or write a few words."), f"{ITEMS[0]}-1"))
        if len(self.comment) > COMMENT_LENGTH:
            sentence = _("Your text has %(length)s characters. There is room for %(most)s.")
            found.append(Problem(sentence % {"length": len(self.comment), "most": COMMENT_LENGTH}, "comment"))
        if self.wants_reply and not (self.comment or self.withdraw):
            found.append(Problem(_("Write the words you would like a reply to, or untick the reply."), "comment"))
        if self.withdraw and not said.is_blank:
            found.append(Problem(_("Untick “take back”, or leave every line empty."), "withdraw"))
        return found


def read_posted(post: Mapping[str, str]) -> Posted:
    """Unknown fields and values are as if they had not come."""
    known = {*VALUES, SKIPPED}
    return Posted(
        choices={item: post[item] for item in RATED if post.get(item) in known},
        comment=post.get("comment", "").replace("\r\n", "\n").replace("\x00", "").strip(),
        may_quote="may_quote" in post,
        wants_action="wants_action" in post,
        wants_reply="wants_reply" in post,
        withdraw="withdraw" in post,
    )


class RoomForm(forms.Form):
    """Whose link to send."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Type your e-mail address.")},
    )


class HowToAskForm(forms.Form):
    """Whether a partnership asks with names, and the statement it adds to ours."""

    mode = forms.ChoiceField(
        label=gettext_lazy("How the form asks"),
        choices=[
            (Mode.ANONYMOUS.value, gettext_lazy("Without names. Nobody can find out whose answer is whose.")),
            (
                Mode.NAMED.value,
                gettext_lazy("With names. Coordinators read who answered what, once a form has closed."),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
        help_text=gettext_lazy(
            "Counts from the next meeting that is closed. The form says it before the first question, and a form that "
            "is open keeps what it promised."
        ),
    )
    own_en = forms.CharField(label=gettext_lazy("In English"), max_length=OWN_LENGTH, required=False)
    own_fr = forms.CharField(label=gettext_lazy("In French"), max_length=OWN_LENGTH, required=False)

    def clean(self) -> dict[str, Any]:
        """A form opens in the language of whoever reads it."""
        cleaned = super().clean() or {}
        said = {name: " ".join(cleaned.get(name, "").split()) for name in ("own_en", "own_fr")}
        for name, text in said.items():
            if not text and any(said.values()) and name not in self.errors:
                self.add_error(name, _("Write it in both languages, or leave both empty."))
        return cleaned | said


class ReplyForm(forms.Form):
    """What a coordinator answers somebody nobody knows."""

    text = forms.CharField(
        label=gettext_lazy("Your reply"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write a few words.")},
    )


class WordsField(forms.ModelMultipleChoiceField):
    """Comments to tick, as they were written."""

    def label_from_instance(self, obj: Any) -> str:
        text: str = obj.text
        return text


class ThemeForm(forms.Form):
    """A name, and the words that belong to it."""

    name = forms.CharField(
        label=gettext_lazy("What do they say, in a few words?"),
        max_length=80,
        help_text=gettext_lazy("Everybody in the partnership reads this name. Write it so that it gives nobody away."),
    )

    def __init__(self, *args: Any, words: QuerySet[FeedbackComment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comments"] = WordsField(
            words.order_by("text", "pk"),
            label=gettext_lazy("Which words belong to it?"),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": gettext_lazy("Tick the words that belong to this theme.")},
        )
