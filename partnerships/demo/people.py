"""Partners join and people take their seats."""

from datetime import datetime

from accounts.models import Person
from partners.choices import OrganizationKind, Sector
from partners.models import Organization
from partners.services import organizations, partnerships, seating
from partnerships.demo import story
from partnerships.demo.world import World

PASSWORD = "first-steps-together"  # noqa: S105 -- printed for whoever tries the demo, which refuses to run in production
OPERATOR = "operator@tarnvalley.example"


def begin(world: World, now: datetime) -> None:
    """The coordinator starts the partnership for the council."""
    council = story.PARTNERS[0]
    human = council.people[0]
    person = Person.objects.create_user(
        human.email, PASSWORD, name=human.name, time_zone=world.zone, may_start_partnerships=True
    )
    Person.objects.create_superuser(OPERATOR, PASSWORD, name="Operator", time_zone=world.zone)
    seat = partnerships.start_partnership(
        name=story.NAME,
        by=person,
        organization_name=council.name,
        now=now,
        summary=story.SUMMARY,
        language="en",
        time_zone=world.zone,
    )
    world.seats[human.name] = seat
    world.participations[council.key] = seat.participation
    organizations.edit_organization(
        participation=seat.participation,
        organization=_describe(seat.participation.organization, council),
        profile=organizations.Profile(sectors=council.tags),
        by=seat,
        now=now,
        roles=council.roles,
    )
    _seat(world, council, council.people[1:], now)


def join(world: World, partner: story.Partner, now: datetime) -> None:
    world.participations[partner.key] = organizations.add_organization(
        partnership=world.partnership,
        organization=_describe(Organization(), partner),
        roles=partner.roles,
        by=world.coordinator,
        now=now,
        profile=organizations.Profile(sectors=partner.tags),
    )
    _seat(world, partner, partner.people, now)


def check_profile(world: World, partner: story.Partner, now: datetime) -> None:
    """The representative reads what is said about their organisation and saves it again."""
    participation = world.participations[partner.key]
    organizations.edit_organization(
        participation=participation,
        organization=participation.organization,
        profile=organizations.Profile(sectors=partner.tags),
        by=world.speaker(partner.key),
        now=now,
    )


def _describe(organization: Organization, partner: story.Partner) -> Organization:
    organization.name, organization.short_name = partner.name, partner.short_name
    organization.kind, organization.main_sector = OrganizationKind(partner.kind), Sector(partner.sector)
    for text in ("mandate", "approach", "strengths", "limitations", "political_context", "needs"):
        setattr(organization, text, getattr(partner, text))
    return organization


def _seat(world: World, partner: story.Partner, people: tuple[story.Person, ...], now: datetime) -> None:
    for human in people:
        seat = seating.invite_to_seat(
            partnership=world.partnership,
            organization=world.participations[partner.key].organization,
            name=human.name,
            email=human.email,
            role=human.role,
            title=human.title,
            by=world.coordinator,
            now=now,
        )
        world.seats[human.name] = seating.take_seat(seat=seat, now=now)
        if human.language != world.partnership.language:
            Person.objects.filter(pk=seat.person_id).update(language=human.language)
