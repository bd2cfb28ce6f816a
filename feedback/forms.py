"""What a posted form says. Read by hand: this page answers a whole room at once, on a phone, within a minute."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.components import Problem
from feedback.choices import ITEMS
from feedback.form import COMMENT_LENGTH
from feedback.sealed import BLANK, Answers

VALUES = {str(value): value for value in range(1, 6)}
SKIPPED = "0"


@dataclass(frozen=True)
class Posted:
    """What was typed, as typed, and what is wrong with it. ``choices`` holds the value picked per question."""

    choices: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    may_quote: bool = False
    wants_action: bool = False
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
        if self.withdraw and not said.is_blank:
            found.append(Problem(_("Untick “take back”, or leave every line empty."), "withdraw"))
        return found


def read_posted(post: Mapping[str, str]) -> Posted:
    """Unknown fields and values are as if they had not come."""
    known = {*VALUES, SKIPPED}
    return Posted(
        choices={item: post[item] for item in ITEMS if post.get(item) in known},
        comment=post.get("comment", "").replace("\r\n", "\n").replace("\x00", "").strip(),
        may_quote="may_quote" in post,
        wants_action="wants_action" in post,
        withdraw="withdraw" in post,
    )
