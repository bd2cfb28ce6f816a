"""Every write to people. One row per human, found again by their address."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from accounts.models import Person
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
def sign_out_everywhere(*, person: Person, now: datetime) -> None:
    """End every session of a person, on whatever device: a lost phone signs nobody in any more.

    A session does not say in a column whose it is, so each is opened; that is quick, and done rarely.
    """
    live = Session.objects.filter(expire_date__gt=now)
    own = [row.pk for row in live.iterator() if row.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=own).delete()
    record(verb="person.signed_out_everywhere", actor_id=person.pk, target=person, at=now)
