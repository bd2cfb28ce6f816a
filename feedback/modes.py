"""Where answers go: into the sealed bag, or under a name. The one place that chooses, by what the window promised.

An anonymous window has a bag until it closes, and a window with names never has one.
"""

from collections.abc import Collection
from datetime import datetime

from feedback import named, sealed
from feedback.answers import Answers
from feedback.choices import Mode
from feedback.links import LinkIsOver, Receipt
from feedback.models import FeedbackWindow


def start(window: FeedbackWindow) -> None:
    """Make room for answers."""
    if window.mode == Mode.ANONYMOUS:
        sealed.open_bag(window_id=window.pk)


def submit(*, token: str, answers: Answers, now: datetime) -> Receipt:
    """Keep the answers. Most windows are anonymous, and a whole room waits: no statement is spent on asking first."""
    try:
        return sealed.submit(token=token, answers=answers, now=now)
    except LinkIsOver:
        return named.submit(token=token, answers=answers, now=now)


def has_answered(*, invitation_id: int) -> bool | None:
    """Whether to leave this person in peace; None once the window is closed."""
    answered = sealed.has_answered(invitation_id=invitation_id)
    return named.has_answered(invitation_id=invitation_id) if answered is None else answered


def answered_counts(windows: Collection[FeedbackWindow]) -> dict[int, int]:
    """How many have answered so far, by open window: while it is open nobody may know more."""
    with_names = {window.pk: window for window in windows if window.mode == Mode.NAMED}
    anonymous = [window for window in windows if window.pk not in with_names]
    counts = sealed.answered_counts(anonymous) if anonymous else {}
    return counts | (named.answered_counts(with_names.values()) if with_names else {})


def close(window: FeedbackWindow, *, now: datetime) -> bool:
    """Turn answers into sums, ratings and words. False when there is nothing to do."""
    close_it = named.close if window.mode == Mode.NAMED else sealed.close
    return close_it(window_id=window.pk, now=now)
