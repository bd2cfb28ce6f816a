"""The circuit breaker: while a mail server cannot be used, its queue rests; afterwards one message tries first.

A pause costs no message an attempt. It is a row, so that every dispatcher keeps to it and operators see it.
"""

import logging
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db.models import F

from notifications.models import LEASE, LONGEST_PAUSE, Channel, Pause

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), LONGEST_PAUSE)  # for trouble that may pass by itself
logger = logging.getLogger(__name__)


class Turn(Enum):
    FLOWING = auto()
    TRYING = auto()  # one message is to find out whether the server is back
    RESTING = auto()


def turn_at(now: datetime) -> Turn:
    """What a dispatcher may do. After a pause exactly one is told to try; if it dies, another after a lease."""
    if not Pause.objects.filter(channel=Channel.MAIL).exists():
        return Turn.FLOWING
    is_ours = Pause.objects.filter(channel=Channel.MAIL).over(now=now).update(until=now + LEASE) == 1
    return Turn.TRYING if is_ours else Turn.RESTING


def begin(*, now: datetime, error: str, is_definite: bool) -> None:
    """Rest from now on, and say so once; a pause that another dispatcher has just begun stands."""
    until = now + _length(1, is_definite=is_definite)
    _, is_new = Pause.objects.get_or_create(
        channel=Channel.MAIL, defaults={"since": now, "until": until, "error": error[:200], "failures": 1}
    )
    if is_new:
        logger.error("The outbox rests: %s. Nothing is lost; it tries again by itself.", error)


def prolong(*, now: datetime, error: str, is_definite: bool) -> None:
    """The one that tried had no luck."""
    resting = Pause.objects.filter(channel=Channel.MAIL)
    failures = (resting.values_list("failures", flat=True).first() or 0) + 1
    until = now + _length(failures, is_definite=is_definite)
    resting.update(failures=F("failures") + 1, until=until, error=error[:200])


def end(*, now: datetime) -> None:
    """The server is back."""
    since = Pause.objects.filter(channel=Channel.MAIL).values_list("since", flat=True).first()
    if since is not None:
        Pause.objects.filter(channel=Channel.MAIL).delete()
        logger.warning("The outbox sends again, after %.0f s.", (now - since).total_seconds())


def cut_short(*, now: datetime) -> bool:
    """Whoever comes next may try; true when there is a pause at all."""
    return Pause.objects.filter(channel=Channel.MAIL).update(until=now) == 1


def _length(failures: int, *, is_definite: bool) -> timedelta:
    return LONGEST_PAUSE if is_definite else PAUSES[min(failures, len(PAUSES)) - 1]
