"""Answers given with a name, for those whom the form named as their readers."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback import form
from feedback.choices import Mode
from feedback.form import Question
from feedback.models import FeedbackWindow, NamedResponse
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
    rows = NamedResponse.objects.filter(window=window).select_related("person").order_by("person__name", "pk")
    return [
        NamedAnswers(str(row.person), _rated(row, questions), row.comment, row.may_quote, row.wants_action)
        for row in rows
    ]


def _rated(row: NamedResponse, questions: Sequence[Question]) -> list[tuple[str, str]]:
    given = ((question, getattr(row, question.key)) for question in questions)
    return [(question.text, question.scale[value - 1] if value else question.skip) for question, value in given]
