"""Answers given with a name, for those whom the form named as their readers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback import form
from feedback.choices import Mode
from feedback.form import Question
from feedback.models import FeedbackWindow, NamedResponse
from meetings.selectors import names_at
from partners.models import Partnership


@dataclass(frozen=True)
class NamedAnswers:
    """One person's answers: statement and word of each line they rated, then their words."""

    name: str
    rated: Sequence[tuple[str, str]]
    comment: str
    may_quote: bool
    wants_action: bool


def window_with_names(partnership: Partnership, *, meeting_id: int) -> FeedbackWindow | None:
    """The closed window of this meeting, if its form said that coordinators would read names."""
    windows = FeedbackWindow.objects.closed().filter(mode=Mode.NAMED, meeting__partnership=partnership)
    return windows.filter(meeting=meeting_id).select_related("meeting", "own_question").first()


def answers_with_names(window: FeedbackWindow, *, language: str) -> list[NamedAnswers]:
    """Everybody who answered, by name."""
    text, own = form.text_in(window.form_version, language), window.own_question
    questions = text.with_own(own.in_language(language)) if own else text.questions
    names = names_at(window.meeting)
    rows = NamedResponse.objects.filter(window=window).order_by("pk")
    told = [(names.get(row.person_id) or _("Someone"), row) for row in rows]
    return [
        NamedAnswers(name, _rated(row, questions), row.comment, row.may_quote, row.wants_action)
        for name, row in sorted(told, key=lambda one: one[0])
    ]


def _rated(row: NamedResponse, questions: Sequence[Question]) -> list[tuple[str, str]]:
    given = ((question, getattr(row, question.key)) for question in questions)
    return [(question.text, question.scale[value - 1] if value else question.skip) for question, value in given]
