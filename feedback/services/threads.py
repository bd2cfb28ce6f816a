"""Conversations under a code: whoever holds it writes, offers and ends; a coordinator answers.

Nothing of this is noted about the holder but the words and the day: no audit, no address, no time.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import DomainError
from core.limits import TALK_PER_CODE, spend
from core.models import record
from feedback import codes
from feedback.models import FeedbackComment, ThreadMessage
from partners.models import Seat

MESSAGE_LENGTH = 1000
KEEP = timedelta(days=365)


class CodeUnknown(DomainError):
    """Never given out, replaced, ended or deleted: whoever types it learns no more than that."""


class CannotBeSaid(DomainError):
    """A message that is empty or too long, or that nobody would read."""


def unknown() -> CodeUnknown:
    return CodeUnknown(_("We know no conversation with this code. Look at each sign again; it may also be over."))


def comment_behind(code: str) -> FeedbackComment:
    """The words this code belongs to, once their window is closed."""
    return _behind(code, FeedbackComment.objects.all())


@transaction.atomic
def write(*, code: str, text: str, now: datetime) -> None:
    """Add a message of whoever holds the code. The same words sent twice in a row, as by reloading, count once."""
    comment = _locked_behind(code)
    text = _checked(text)
    if not comment.is_shared:
        raise CannotBeSaid(_("Nobody reads these words yet. Let the coordinator read them first."))
    own = ThreadMessage.objects.filter(comment=comment, seat=None).order_by("-position").first()
    if own is None or own.text != text:
        spend(TALK_PER_CODE, codes.image_of(code), now=now)
        position = own.position + 1 if own else 1
        ThreadMessage.objects.create(comment=comment, position=position, text=text, written_on=_day(comment, now))


@transaction.atomic
def offer(*, code: str, now: datetime) -> None:
    """Let the coordinator read these words although too few people answered."""
    comment = _locked_behind(code)
    if not comment.is_shared:
        FeedbackComment.objects.filter(pk=comment.pk).update(offered_on=_day(comment, now))


@transaction.atomic
def end(*, code: str, now: datetime) -> None:
    """Nobody can write any more, and the code leads nowhere from now on."""
    comment = _locked_behind(code)
    FeedbackComment.objects.filter(pk=comment.pk).update(thread=None, ended_on=_day(comment, now))


@transaction.atomic
def reply(*, comment: FeedbackComment, by: Seat, text: str, now: datetime) -> ThreadMessage:
    """Answer somebody nobody knows. A conversation ended today is over for coordinators from tomorrow on."""
    text = _checked(text)
    locked = _locked().get(pk=comment.pk, window__meeting__partnership=by.partnership_id)
    day = _day(locked, now)
    is_over = locked.ended_on < day if locked.ended_on else locked.thread is None
    if is_over or not FeedbackComment.objects.read_on(day).filter(pk=locked.pk).exists():
        raise CannotBeSaid(_("This conversation is over."))
    last = ThreadMessage.objects.filter(comment=locked, seat__isnull=False).aggregate(at=Max("position"))["at"] or 0
    message = ThreadMessage.objects.create(comment=locked, position=last + 1, seat=by, text=text, written_on=day)
    record(
        verb="conversation.answered",
        target=message,
        at=now,
        actor_id=by.person_id,
        partnership_id=by.partnership_id,
    )
    return message


@transaction.atomic
def forget_conversations(now: datetime) -> int:
    """Delete what nobody has written to for a year, code and offer with it; returns how many conversations."""
    day = (now - KEEP).date()
    last = Coalesce(Max("messages__written_on"), "offered_on")
    asked = FeedbackComment.objects.filter(Q(thread__isnull=False) | Q(ended_on__isnull=False) | Q(offered_on__lt=day))
    old = asked.annotate(last=last).filter(Q(last__lt=day) | Q(last=None, window__closed_at__lt=now - KEEP))
    pks = list(old.values_list("pk", flat=True))
    ThreadMessage.objects.filter(comment__in=pks).delete()
    return FeedbackComment.objects.filter(pk__in=pks).update(thread=None, offered_on=None, ended_on=None)


def _locked() -> QuerySet[FeedbackComment]:
    return FeedbackComment.objects.select_for_update(of=("self",))


def _locked_behind(code: str) -> FeedbackComment:
    return _behind(code, _locked())


def _behind(code: str, comments: QuerySet[FeedbackComment]) -> FeedbackComment:
    image = codes.image_of(code)
    found = comments.select_related("window__meeting__partnership").filter(thread=image).first() if image else None
    if found is None:
        raise unknown()
    return found


def _day(comment: FeedbackComment, now: datetime) -> date:
    return today(zone=comment.window.meeting.partnership.time_zone, at=now)


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise CannotBeSaid(_("Write a few words."))
    if len(text) > MESSAGE_LENGTH:
        sentence = _("Your text has %(length)s characters. There is room for %(most)s.")
        raise CannotBeSaid(sentence % {"length": len(text), "most": MESSAGE_LENGTH})
    return text
