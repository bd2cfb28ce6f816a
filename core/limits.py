"""One rate limiter for everything, counted in the database: it works without Redis and across processes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import RateCount


class TooManyAttempts(DomainError):
    """The limit is reached; the sentence says when to try again."""


@dataclass(frozen=True)
class Limit:
    """At most ``count`` times per ``per``, for each subject of ``scope``."""

    scope: str
    count: int
    per: timedelta


LOGIN_PER_ACCOUNT = Limit("login-account", 5, timedelta(minutes=15))
LOGIN_PER_ADDRESS = Limit("login-address", 20, timedelta(hours=1))
CODE_PER_ACCOUNT = Limit("code-account", 3, timedelta(hours=1))
CODE_TRIES = Limit("code-tries", 5, timedelta(minutes=15))
RESET_PER_ACCOUNT = Limit("reset-account", 3, timedelta(hours=1))
MAIL_PER_ADDRESS = Limit("account-mail-address", 20, timedelta(hours=1))
IMPORT_PER_PERSON = Limit("import-person", 10, timedelta(hours=1))
CHAT_TEST_PER_PARTNERSHIP = Limit("chat-test", 20, timedelta(hours=1))
TALK_PER_ADDRESS = Limit("talk-address", 20, timedelta(hours=1))  # codes that do not exist
TALK_PER_CODE = Limit("talk-code", 20, timedelta(days=1))
ROOM_LINK_PER_PERSON = Limit("room-link-person", 3, timedelta(hours=1))
ROOM_LINK_PER_ADDRESS = Limit("room-link-address", 200, timedelta(hours=1))  # a whole room has one address
INVITE_PER_PERSON = Limit("invite-person", 500, timedelta(days=1))


def spend(limit: Limit, subject: str, *, now: datetime) -> None:
    """Count one attempt, or raise TooManyAttempts when the limit is already used up.

    The check and the count are one conditional UPDATE, so concurrent attempts cannot overshoot. Windows are fixed steps
    of ``limit.per`` since 1970; anything that fails in here refuses the attempt.
    """
    key = _key(limit, subject, now)
    with transaction.atomic():
        RateCount.objects.bulk_create([RateCount(**key)], ignore_conflicts=True)
        counted = RateCount.objects.filter(**key, count__lt=limit.count).update(count=F("count") + 1)
    if not counted:
        raise _refusal(limit, key["window_start"], now)


def refuse_if_spent(limit: Limit, subject: str, *, now: datetime) -> None:
    """Raise TooManyAttempts when the limit is used up; counts nothing, so that who is in the right leaves no trace."""
    key = _key(limit, subject, now)
    if RateCount.objects.filter(**key, count__gte=limit.count).exists():
        raise _refusal(limit, key["window_start"], now)


def forgive(limit: Limit, subject: str, *, now: datetime) -> None:
    """Start over for a subject that has proven itself, for example by signing in."""
    RateCount.objects.filter(**_key(limit, subject, now)).delete()


def give_back(limit: Limit, subject: str, *, now: datetime) -> None:
    """Take one attempt back: it was no guess. Twenty people who sign in from one office are not an attack."""
    RateCount.objects.filter(**_key(limit, subject, now)).filter(count__gt=0).update(count=F("count") - 1)


def purge(*, before: datetime) -> int:
    """Delete the counters of windows that began before ``before``; returns how many."""
    return RateCount.objects.filter(window_start__lt=before).delete()[0]


def _refusal(limit: Limit, window_start: datetime, now: datetime) -> TooManyAttempts:
    minutes = max(1, int((window_start + limit.per - now).total_seconds() // 60) + 1)
    return TooManyAttempts(
        _("That was tried too often. Please try again in %(minutes)s minutes.") % {"minutes": minutes}
    )


def _key(limit: Limit, subject: str, now: datetime) -> dict[str, Any]:
    window = _window_start(now, limit.per)
    return {"scope": limit.scope, "subject": _pseudonym(limit.scope, subject), "window_start": window}


def _window_start(now: datetime, per: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // per) * per


def _pseudonym(scope: str, subject: str) -> str:
    return salted_hmac(f"rate:{scope}", subject.strip().casefold(), algorithm="sha256").hexdigest()
