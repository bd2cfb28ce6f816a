"""Write the organisations of a plan: new ones, and further names and identifiers of known ones."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from django.db import models

from exchange.services import mapping
from exchange.services.bodies import Body
from exchange.services.journal import Journal
from exchange.services.planning import Plan, chunks
from exchange.services.wishes import Status
from partners.models import Organization, OrganizationAlias, OrganizationIdentifier, Participation

IDENTIFIER_LENGTH: Final = 200


def write_organizations(plan: Plan, journal: Journal) -> dict[str | int, int]:
    """Make new organisations; add names and identifiers the file has and we lack, where the file has news.

    Returns our id for each organisation of the plan.
    """
    organizations: dict[str | int, int] = {}
    members: dict[str | int, dict[str, Body]] = defaultdict(dict)
    for wish in plan.wishes(Participation):
        if isinstance(wish.organization, int):
            organizations[wish.organization] = wish.organization
        if wish.is_linked or wish.status in {Status.NEW, Status.CHANGED}:
            members[wish.organization].update({key: plan.bodies.by_key[key] for key in wish.bodies})
    fresh = [key for key in members if isinstance(key, str)]
    rows = [_organization(list(members[key].values())) for key in fresh]
    journal.insert(Organization, rows)
    organizations.update(zip(fresh, (row.pk for row in rows), strict=True))
    _add_names({organizations[key]: list(bodies.values()) for key, bodies in members.items()}, journal)
    return organizations


def _add_names(members: dict[int, list[Body]], journal: Journal) -> None:
    known = _names_of(members)
    held, has_primary = _identifiers_of(members)
    aliases: list[models.Model] = []
    identifiers: list[models.Model] = []
    for pk, bodies in members.items():
        for name in [name for body in bodies for name in body.names]:
            if name.text not in known[pk]:
                known[pk].add(name.text)
                aliases.append(OrganizationAlias(organization_id=pk, name=name.text, language=name.language[:20]))
        for ref in [ref for body in bodies for ref in body.refs if len(ref) <= IDENTIFIER_LENGTH]:
            if ref not in held[pk]:
                held[pk].add(ref)
                is_first = pk not in has_primary
                has_primary.add(pk)
                scheme = mapping.scheme_of(ref)
                identifiers.append(
                    OrganizationIdentifier(organization_id=pk, value=ref, scheme=scheme, is_primary=is_first)
                )
    journal.insert(OrganizationAlias, aliases)
    journal.insert(OrganizationIdentifier, identifiers)


def _organization(bodies: list[Body]) -> Organization:
    types = [code for body in bodies for code in body.types]
    kind = mapping.kind_of(types)
    return Organization(
        name=bodies[0].name,
        kind=kind,
        type_code=types[0][:20] if types else "",
        main_sector=mapping.sector_of(kind),
    )


def _names_of(pks: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for chunk in chunks(list(pks)):
        for pk, name in Organization.objects.filter(pk__in=chunk).values_list("pk", "name"):
            found[pk].add(name)
        for pk, name in OrganizationAlias.objects.filter(organization__in=chunk).values_list("organization_id", "name"):
            found[pk].add(name)
    return found


def _identifiers_of(pks: Iterable[int]) -> tuple[dict[int, set[str]], set[int]]:
    found: dict[int, set[str]] = defaultdict(set)
    primary: set[int] = set()
    for chunk in chunks(list(pks)):
        rows = OrganizationIdentifier.objects.filter(organization__in=chunk)
        for pk, value, is_primary in rows.values_list("organization_id", "value", "is_primary"):
            found[pk].add(value)
            if is_primary:
                primary.add(pk)
    return found, primary
