"""Conversations as the two sides see them. Days only; what somebody writes is read by a coordinator the next day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Max, Prefetch, Q, QuerySet

from core import months
from core.clock import today
from feedback.models import FeedbackComment, FeedbackWindow, ThreadMessage
from partners.models import Partnership


@dataclass(frozen=True)
class Conversation:
    """The words of a form and what was said about them since. Within a day replies stand first: see ``in_order``."""

    comment: FeedbackComment
    said: Sequence[ThreadMessage]
    is_ended: bool = False

    @property
    def window(self) -> FeedbackWindow:
        return self.comment.window

    @property
    def month(self) -> date:
        zone = self.window.meeting.partnership.time_zone
        return months.current(at=self.window.meeting.starts_at, zone=zone)

    @property
    def awaits_reply(self) -> bool:
        return not self.is_ended and not (self.said and self.said[-1].seat_id)


def conversation_of_holder(comment: FeedbackComment) -> Conversation:
    """Everything said so far."""
    return Conversation(comment, in_order(comment.messages.all()))


def conversations(partnership: Partnership, now: datetime) -> list[Conversation]:
    """What a coordinator may read today: those that wait for a reply first, then the latest."""
    on = today(zone=partnership.time_zone, at=now)
    comments = _read(partnership, on).prefetch_related(Prefetch("messages", _told(on), to_attr="told"))
    found = [
        Conversation(
            comment,
            in_order(comment.told),
            is_ended=comment.ended_on is not None and comment.ended_on < on,
        )
        for comment in comments
    ]
    return sorted(
        found, key=lambda one: (one.is_ended, not one.awaits_reply, -_last_day(one).toordinal(), one.comment.pk)
    )


def conversation(partnership: Partnership, pk: object, now: datetime) -> Conversation | None:
    """One of them, or None for what a coordinator may not read today."""
    return next((one for one in conversations(partnership, now) if one.comment.pk == pk), None)


def waiting_for_reply(partnership: Partnership, now: datetime) -> int:
    """How many of them wait for a coordinator, in one statement."""
    on = today(zone=partnership.time_zone, at=now)
    own = Max("messages__written_on", filter=Q(messages__seat=None, messages__written_on__lt=on))
    replied = Max("messages__written_on", filter=Q(messages__seat__isnull=False))
    live = _read(partnership, on).exclude(ended_on__lt=on).annotate(own=own, replied=replied)
    return live.filter(Q(replied=None) | Q(own__gte=F("replied"))).count()


def in_order(messages: Sequence[ThreadMessage] | QuerySet[ThreadMessage]) -> list[ThreadMessage]:
    """By day; within a day replies first, because what the holder wrote that day could not be answered yet."""
    return sorted(messages, key=lambda one: (one.written_on, one.seat_id is None, one.position))


def _read(partnership: Partnership, on: date) -> QuerySet[FeedbackComment]:
    mine = FeedbackComment.objects.filter(window__meeting__partnership=partnership)
    return mine.with_conversation().read_on(on).select_related("window__meeting__partnership")


def _told(on: date) -> QuerySet[ThreadMessage]:
    """Replies at once; what the holder wrote from the next day on, so that nobody can watch them write."""
    replies = ThreadMessage.objects.filter(seat__isnull=False)
    return replies | ThreadMessage.objects.filter(seat=None, written_on__lt=on)


def _last_day(one: Conversation) -> date:
    closed = today(zone=one.window.meeting.partnership.time_zone, at=one.window.closed_at or one.window.closes_at)
    return one.said[-1].written_on if one.said else one.comment.offered_on or closed
