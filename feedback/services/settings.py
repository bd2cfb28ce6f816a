"""How a partnership asks from its next meeting on. Windows that are open keep what they promised."""

from datetime import datetime

from django.db import transaction

from core.models import record
from feedback.choices import Mode
from feedback.models import FeedbackSettings, FeedbackWindow, OwnQuestion
from partners.models import Partnership, Seat


def mode_of(partnership_id: int) -> Mode:
    """Anonymous, unless a coordinator chose otherwise."""
    chosen = FeedbackSettings.objects.filter(partnership=partnership_id).values_list("mode", flat=True).first()
    return Mode(chosen or Mode.ANONYMOUS)


def own_question_of(partnership_id: int) -> OwnQuestion | None:
    """The statement that the next window asks about besides ours."""
    return OwnQuestion.objects.filter(partnership=partnership_id, retired_at=None).first()


@transaction.atomic
def decide_how_to_ask(*, mode: Mode, own_en: str, own_fr: str, by: Seat, now: datetime) -> None:
    """Choose with or without names, and the own statement; none without words. Words never change, they are replaced.

    Answers belong to the words they were given to, so another wording is another statement.
    """
    Partnership.objects.select_for_update(no_key=True).get(pk=by.partnership_id)  # one current statement
    if mode != mode_of(by.partnership_id):
        chosen, _created = FeedbackSettings.objects.update_or_create(
            partnership_id=by.partnership_id, defaults={"mode": mode}
        )
        _note("feedback_settings.mode_chosen", chosen, by, now, mode=str(mode))
    current = own_question_of(by.partnership_id)
    if current and (current.text_en, current.text_fr) != (own_en, own_fr):
        OwnQuestion.objects.filter(pk=current.pk).update(retired_at=now)
        _note("own_question.retired", current, by, now)
        current = None
    if current is None and own_en and own_fr:
        asked = OwnQuestion.objects.create(
            partnership_id=by.partnership_id, text_en=own_en, text_fr=own_fr, asked_from=now
        )
        _note("own_question.asked", asked, by, now)


@transaction.atomic
def note_look_at_names(*, window: FeedbackWindow, by: Seat, now: datetime) -> None:
    """Whoever reads answers with names leaves a trace, as the form promised."""
    record(
        verb="named_answers.read",
        target=window,
        at=now,
        actor_id=by.person_id,
        partnership_id=by.partnership_id,
    )


def _note(verb: str, target: FeedbackSettings | OwnQuestion, by: Seat, now: datetime, **codes: str) -> None:
    record(verb=verb, target=target, at=now, actor_id=by.person_id, partnership_id=by.partnership_id, **codes)
