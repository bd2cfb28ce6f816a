"""The sealed bag: who may answer, what was answered, and nothing that joins the two. Only this module reads the bag.

What always holds:

* A token (256 random bits) exists in one mail only. We keep two images of it that cannot be matched without the token:
  the verifier stands beside the invitation, the answer's key stands beside the answer. No secret of ours takes part,
  because such a secret could link them.
* While a window is open all answers lie in one row, sorted by key, beside the sorted list of invitations that were
  used. The stored text depends on the set of answers only, never on the order in which they came.
* Whichever link answers first is the one that can revise; another link of the same person is refused. A revision
  replaces the answer; a blank one leaves nothing to count.
* Beside an answer stands its sector, or the absence of one, unreadable without our server's key (``feedback.pad``).
* Words may carry the image of a code (``feedback.codes``); the code itself is never seen here.
* Closing happens once, in one transaction: answers leave in a random order under random keys, without time or origin;
  words leave apart from ratings; the list of who answered, the tokens and the bag are deleted. An answer keeps its
  sector only where enough people of it answered, and enough others or none.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from feedback import pad
from feedback.answers import Answers
from feedback.links import ASKED, Asked, Receipt, discard_all, image, over, verifier_of
from feedback.measure.disclosure import groups_kept
from feedback.models import FeedbackBag, FeedbackComment, FeedbackResponse, FeedbackWindow, WindowSum
from feedback.sums import window_sums

EXTRAS = ("comment", "may_quote", "wants_action", "thread")
ANSWER_IMAGE = "common-thread feedback answer 1:"


class AnsweredWithAnotherLink(DomainError):
    """Only the link that answered first can change the answer."""


def open_bag(*, window_id: int) -> None:
    """An empty bag for a window that opens."""
    FeedbackBag.objects.create(window_id=window_id)


@transaction.atomic
def submit(*, token: str, answers: Answers, now: datetime) -> Receipt:
    """Put answers into the bag, or replace those this link put there before. Two statements."""
    bag = _locked_bag(token, now=now)
    answered, sealed = set(json.loads(bag.answered)), json.loads(bag.sealed)
    key, said = image(ANSWER_IMAGE, token), answers.to(bag.asked)
    if bag.invitation in answered and key not in sealed:
        raise AnsweredWithAnotherLink(
            _("You have answered with another link we sent you. Open that one to change your answers.")
        )
    if key in sealed or not said.is_blank:
        sealed[key] = _packed(said, sector=pad.padded(bag.sector, key=key))
        answered.add(bag.invitation)
        FeedbackBag.objects.filter(pk=bag.pk).update(answered=_text(sorted(answered)), sealed=_text(sealed))
    return Receipt(bag.asked, answered=_count(sealed))


def has_answered(*, invitation_id: int) -> bool | None:
    """Whether to leave this person in peace; None once the window is closed, when nobody knows any more."""
    answered = FeedbackBag.objects.filter(window__invitations=invitation_id).values_list("answered", flat=True).first()
    return None if answered is None else invitation_id in json.loads(answered)


def answered_counts(windows: Iterable[FeedbackWindow]) -> dict[int, int]:
    """How many have answered so far, by open window: the only thing anybody may know while it is open."""
    bags = FeedbackBag.objects.filter(window__in=[window.pk for window in windows])
    return {window: _count(json.loads(sealed)) for window, sealed in bags.values_list("window_id", "sealed")}


def window_with_thread(image: str) -> FeedbackWindow | None:
    """The open window in whose bag words with this code lie. Nothing else of them can be read before it closes."""
    for bag in FeedbackBag.objects.filter(sealed__contains=image).select_related("window__meeting__partnership"):
        if any(entry.get("thread") == image for entry in json.loads(bag.sealed).values()):
            return bag.window
    return None


@transaction.atomic
def close(*, window_id: int, now: datetime) -> bool:
    """Empty the bag into rows that lead to nobody. False when there is nothing to do: closed already, or too early."""
    bags = FeedbackBag.objects.select_for_update(of=("self",)).select_related("window")
    bag = bags.filter(window_id=window_id, window__closes_at__lte=now).first()
    if bag is None:
        return False
    said = [_unpacked(key, entry) for key, entry in json.loads(bag.sealed).items() if entry]
    SystemRandom().shuffle(said)
    kept = groups_kept(Counter(sector for sector, _ in said), k=bag.window.minimum_group)
    rated = [(sector if sector in kept else "", each.ratings) for sector, each in said]
    FeedbackResponse.objects.bulk_create(
        FeedbackResponse(window_id=window_id, sector=sector, **ratings) for sector, ratings in rated
    )
    spoken = [each for _, each in said if each.comment or each.wants_action]
    SystemRandom().shuffle(spoken)
    FeedbackComment.objects.bulk_create(
        FeedbackComment(
            window_id=window_id,
            text=each.comment,
            may_quote=each.may_quote,
            wants_action=each.wants_action,
            thread=each.thread or None,
        )
        for each in spoken
    )
    WindowSum.objects.bulk_create(window_sums(window=bag.window, said=rated))
    discard_all(window_id=window_id)
    bag.delete()
    FeedbackWindow.objects.filter(pk=window_id).update(closed_at=now, answered_count=len(said))
    return True


def scrub() -> bool:
    """Remove what the database still holds of deleted bags and links. False inside a transaction, which forbids it.

    PostgreSQL keeps dead versions of a row until the table is rewritten; the tables are small, the locks are short. How
    many links somebody had would tell whether they were reminded, and so whether they had answered. SQLite overwrites
    what it deletes (``secure_delete``), but its log must be emptied.
    """
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '5s'")
            try:
                cursor.execute("VACUUM (FULL) feedback_feedbackbag, feedback_invitationtoken")
            finally:
                cursor.execute("RESET lock_timeout")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


@dataclass(frozen=True)
class _LockedBag:
    """The bag a link may write to, locked until the transaction ends."""

    pk: int
    answered: str
    sealed: str
    invitation: int
    sector: str
    asked: Asked


def _locked_bag(token: str, *, now: datetime) -> _LockedBag:
    """Narrow on purpose: a room of people waits for this row."""
    bags = FeedbackBag.objects.select_for_update(of=("self",)).filter(
        window__invitations__tokens__verifier=verifier_of(token), window__closes_at__gt=now
    )
    about = [f"window__{name}" for name in ASKED]
    mine = ("window__invitations__id", "window__invitations__sector")
    for pk, answered, sealed, invitation, sector, *asked in bags.values_list("pk", "answered", "sealed", *mine, *about)[
        :1
    ]:
        return _LockedBag(pk, answered, sealed, invitation, sector, Asked(*asked))
    raise over()


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _packed(answers: Answers, *, sector: str) -> dict[str, object]:
    if answers.is_blank:
        return {}
    extras = {name: value for name in EXTRAS if (value := getattr(answers, name))}
    return {"ratings": dict(answers.ratings), "sector": sector, **extras}


def _unpacked(key: str, entry: Mapping[str, Any]) -> tuple[str, Answers]:
    """Sector and answers, as _packed wrote them."""
    said = dict(entry)
    return pad.unpadded(said.pop("sector"), key=key), Answers(**said)


def _count(sealed: Mapping[str, object]) -> int:
    return sum(bool(entry) for entry in sealed.values())
