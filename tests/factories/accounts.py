import factory
from factory.django import DjangoModelFactory

from accounts.models import Person


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence("Robin {}".format)
    email = factory.Sequence("robin{}@example.org".format)
    password = "!"
