from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from partners.choices import OrganizationKind, ParticipationRoleName, Sector
from partners.models import (
    Contact,
    Organization,
    OrganizationAlias,
    OrganizationIdentifier,
    Participation,
    ParticipationRole,
    Partnership,
    Seat,
    SectorTag,
)
from partners.permissions import Role
from tests.factories.accounts import PersonFactory


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence("Organisation {}".format)
    kind = OrganizationKind.CIVIL_SOCIETY
    main_sector = Sector.COMMUNITY


class SectorTagFactory(DjangoModelFactory):
    class Meta:
        model = SectorTag

    organization = factory.SubFactory(OrganizationFactory)
    sector = Sector.HEALTH


class OrganizationIdentifierFactory(DjangoModelFactory):
    class Meta:
        model = OrganizationIdentifier

    organization = factory.SubFactory(OrganizationFactory)
    value = factory.Sequence("XX-REG-{:05}".format)


class OrganizationAliasFactory(DjangoModelFactory):
    class Meta:
        model = OrganizationAlias

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence("Alias {}".format)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    organization = factory.SubFactory(OrganizationFactory)
    person = factory.SubFactory(PersonFactory)


class PartnershipFactory(DjangoModelFactory):
    class Meta:
        model = Partnership

    name = factory.Sequence("Harbour {}".format)
    slug = factory.Sequence("harbour-{}".format)
    time_zone = "Europe/Paris"
    created_at = datetime(2025, 5, 1, 9, 0, tzinfo=UTC)


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    partnership = factory.SubFactory(PartnershipFactory)
    organization = factory.SubFactory(OrganizationFactory)


class ParticipationRoleFactory(DjangoModelFactory):
    class Meta:
        model = ParticipationRole

    participation = factory.SubFactory(ParticipationFactory)
    role = ParticipationRoleName.IMPLEMENTING


class SeatFactory(DjangoModelFactory):
    """A seat with somebody on it: ``SeatFactory(partnership=…, role=…)``; ``vacant=True`` for an empty one."""

    class Meta:
        model = Seat
        exclude = ["organization"]

    class Params:
        vacant = factory.Trait(holder=None, person=None)

    partnership = factory.SubFactory(PartnershipFactory)
    organization = factory.SubFactory(OrganizationFactory)
    participation = factory.SubFactory(
        ParticipationFactory,
        partnership=factory.SelfAttribute("..partnership"),
        organization=factory.SelfAttribute("..organization"),
    )
    holder = factory.SubFactory(ContactFactory, organization=factory.SelfAttribute("..participation.organization"))
    person = factory.SelfAttribute("holder.person")
    role = Role.REPRESENTATIVE
