"""Every write to people. One row per human, found again by their address."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from accounts.models import CalendarFeed, Person
from core.models import record


@transaction.atomic
def know_person(*, name: str, email: str, language: str, time_zone: str) -> Person:
    """Find the person with this address, or write down a new one who may sign in by a mailed code.

    What somebody already says about themselves (name, language, time zone) is theirs and is never overwritten.
    """
    address = Person.objects.normalize_email(email)
    known = Person.objects.filter(email=address).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return Person.objects.create_user(address, name=name, language=language, time_zone=time_zone)
    except IntegrityError:  # somebody else wrote the same person down in the same moment
        return Person.objects.get(email=address)


@transaction.atomic
def edit_own_details(*, person: Person, name: str, language: str, time_zone: str, now: datetime) -> Person:
    """Keep what a person says about themselves."""
    person.name, person.language, person.time_zone = name, language, time_zone
    person.full_clean(exclude=["password"])
    person.save(update_fields=["name", "language", "time_zone"])
    record(verb="person.edited", actor_id=person.pk, target=person, at=now)
    return person


@transaction.atomic
def choose_language(*, person: Person, language: str) -> None:
    """Speak this language to the person from now on, in pages and in mails."""
    Person.objects.filter(pk=person.pk).update(language=language)


@transaction.atomic
def close_account(*, person: Person, now: datetime) -> None:
    """Nobody signs in or gets mail with it any more; seats stay as they are. Saying it again changes nothing.

    Only operators do this, at the command line.
    """
    if Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False, closed_at=now):
        record(verb="person.closed", target=person, at=now)


@transaction.atomic
def reopen_account(*, person: Person, now: datetime) -> None:
    """Let somebody in again."""
    if Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True, closed_at=None):
        record(verb="person.reopened", target=person, at=now)


@transaction.atomic
def sign_out_everywhere(*, person: Person, now: datetime) -> None:
    """End every session of a person, on whatever device: a lost phone signs nobody in any more.

    A session does not say in a column whose it is, so each is opened; that is quick, and done rarely.
    """
    live = Session.objects.filter(expire_date__gt=now)
    own = [row.pk for row in live.iterator() if row.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=own).delete()
    record(verb="person.signed_out_everywhere", actor_id=person.pk, target=person, at=now)


@transaction.atomic
def make_calendar_feed(*, person: Person, now: datetime) -> str:
    """A new secret for the address of the calendar; the old address stops working. Returned once and kept nowhere."""
    token = secrets.token_urlsafe(32)
    feed, _is_new = CalendarFeed.objects.update_or_create(
        person=person, defaults={"verifier": _feed_verifier(token), "created_at": now}
    )
    record(verb="calendar.made", actor_id=person.pk, target=feed, at=now)
    return token


@transaction.atomic
def revoke_calendar_feed(*, person: Person, now: datetime) -> None:
    """The address stops working. Saying it again changes nothing."""
    for feed in CalendarFeed.objects.filter(person=person):
        record(verb="calendar.revoked", actor_id=person.pk, target=feed, at=now)
        feed.delete()


def calendar_feed_of(token: str) -> CalendarFeed | None:
    """Whose calendar this secret opens; nobody's while they may not sign in."""
    feeds = CalendarFeed.objects.filter(verifier=_feed_verifier(token), person__is_active=True)
    return feeds.select_related("person").first()


def _feed_verifier(token: str) -> str:
    return sha256(f"common-thread/calendar-feed/{token}".encode()).hexdigest()
