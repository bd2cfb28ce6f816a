"""Answers with names, in a window that said so before the first question. Only this module writes NamedResponse.

A person's answers are one row until the window closes; any link of theirs replaces them, and taking them back deletes
the row. The form stays write-only: whoever opens somebody's mail reads nothing. Closing writes the same sums and words
as an anonymous window leaves, without the person, so that a report never depends on how a window asked.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from random import SystemRandom

from django.db import transaction
from django.db.models import Count

from feedback.answers import Answers
from feedback.choices import RATED, Mode
from feedback.links import ASKED, Asked, LinkIsOver, Receipt, discard_all, over, verifier_of
from feedback.measure.disclosure import groups_kept
from feedback.models import FeedbackComment, FeedbackWindow, Invitation, NamedResponse, WindowSum
from feedback.sums import window_sums

__all__ = ["LinkIsOver", "answered_counts", "close", "has_answered", "submit"]


@transaction.atomic
def submit(*, token: str, answers: Answers, now: datetime) -> Receipt:
    """Store what this person says, or replace what they said; blank answers take it back."""
    open_windows = (
        FeedbackWindow.objects.select_for_update(of=("self",))
        .open()
        .filter(mode=Mode.NAMED, closes_at__gt=now, invitations__tokens__verifier=verifier_of(token))
    )
    found = open_windows.values_list("pk", "invitations__person", *ASKED).first()
    if found is None:
        raise over()
    window, person, *about = found
    asked = Asked(*about)
    said = answers.to(asked)
    mine = NamedResponse.objects.filter(window=window, person=person)
    if said.is_blank:
        mine.delete()
    else:
        NamedResponse.objects.update_or_create(window_id=window, person_id=person, defaults=_columns(said))
    return Receipt(asked, answered=NamedResponse.objects.filter(window=window).count())


def has_answered(*, invitation_id: int) -> bool | None:
    """Whether to leave this person in peace; None once the window is closed."""
    invitation = Invitation.objects.filter(pk=invitation_id, window__closed_at=None, window__mode=Mode.NAMED).first()
    if invitation is None:
        return None
    return NamedResponse.objects.filter(window=invitation.window_id, person=invitation.person_id).exists()


def answered_counts(windows: Iterable[FeedbackWindow]) -> dict[int, int]:
    """How many have answered so far, by open window."""
    pks = [window.pk for window in windows]
    counted = NamedResponse.objects.filter(window__in=pks).values_list("window").annotate(n=Count("pk"))
    return dict.fromkeys(pks, 0) | dict(counted)


@transaction.atomic
def close(*, window_id: int, now: datetime) -> bool:
    """Count what was said. False when there is nothing to do: closed already, or too early."""
    due = FeedbackWindow.objects.select_for_update().due_to_close(now=now)
    window = due.filter(pk=window_id, mode=Mode.NAMED).first()
    if window is None:
        return False
    rows = list(NamedResponse.objects.filter(window=window))
    sector_of = dict(Invitation.objects.filter(window=window).values_list("person", "sector"))
    kept = groups_kept(Counter(sector_of[row.person_id] for row in rows), k=window.minimum_group)
    said = [(sector if (sector := sector_of[row.person_id]) in kept else "", _ratings(row)) for row in rows]
    WindowSum.objects.bulk_create(window_sums(window=window, said=said))
    SystemRandom().shuffle(rows)
    FeedbackComment.objects.bulk_create(
        FeedbackComment(window=window, text=row.comment, may_quote=row.may_quote, wants_action=row.wants_action)
        for row in rows
        if row.comment or row.wants_action
    )
    discard_all(window_id=window_id)
    FeedbackWindow.objects.filter(pk=window_id).update(closed_at=now, answered_count=len(rows))
    return True


def _columns(said: Answers) -> dict[str, object]:
    extras = {"comment": said.comment, "may_quote": said.may_quote, "wants_action": said.wants_action}
    return {**dict.fromkeys(RATED), **said.ratings, **extras}


def _ratings(row: NamedResponse) -> dict[str, int]:
    return {item: value for item in RATED if (value := getattr(row, item)) is not None}
