"""Where the importing person works: the organisation that holds the coordinator's seat."""

from django.db import models

from accounts.models import Person
from exchange.services.planning import Plan
from partners.choices import OrganizationKind
from partners.models import Contact, Organization


def own_organizations(person: Person) -> models.QuerySet[Organization]:
    """Organisations the person is a contact of today, the longest known first."""
    current = Contact.objects.filter(person=person, until=None).values("organization")
    return Organization.objects.filter(pk__in=current).order_by("pk")


def find_home(
    person: Person, plan: Plan, organizations: dict[str | int, int]
) -> tuple[Organization, list[models.Model]]:
    """Return the organisation for the coordinator's seat, and the rows made for it.

    What the person chose; else the organisation they already belong to; else the person for themselves: nobody is made
    an employee of an organisation just because a file names it.
    """
    mine = own_organizations(person)
    scheme, _colon, value = (plan.choices.home or "").partition(":")
    chosen: Organization | None = None
    if scheme == "organization" and value.isdigit():
        chosen = mine.filter(pk=int(value)).first()
    elif scheme == "body" and value in plan.resolved:
        chosen = Organization.objects.filter(pk=organizations.get(plan.resolved[value], 0)).first()
    elif plan.choices.home is None:
        chosen = mine.exclude(kind=OrganizationKind.INDIVIDUAL).first()
    chosen = chosen or mine.filter(kind=OrganizationKind.INDIVIDUAL).first()
    if chosen is not None:
        return chosen, []
    alone = Organization.objects.create(name=str(person), kind=OrganizationKind.INDIVIDUAL)
    return alone, [alone]
