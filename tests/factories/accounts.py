from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from accounts.models import CalendarFeed, Person

CLOSED = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    is_active = True
    name = factory.Sequence("Robin {}".format)
    email = factory.Sequence("robin{}@example.org".format)
    password = "!"
    closed_at = factory.LazyAttribute(lambda person: None if person.is_active else CLOSED)


class CalendarFeedFactory(DjangoModelFactory):
    class Meta:
        model = CalendarFeed

    person = factory.SubFactory(PersonFactory)
    verifier = factory.Sequence("{:064d}".format)
    created_at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
