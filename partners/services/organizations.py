"""Organisations and their part in a partnership."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import DomainError
from core.models import record
from partners.choices import ParticipationRoleName, Sector
from partners.models import (
    Organization,
    OrganizationAlias,
    OrganizationIdentifier,
    Participation,
    ParticipationRole,
    Partnership,
    Seat,
    SectorTag,
)
from partners.permissions import Permission, Role
from partners.services.seating import open_seat


class AlreadyPartner(DomainError):
    """An organisation takes part once."""


class NotYourOrganization(DomainError):
    """Representatives write about their own organisation only."""


@dataclass(frozen=True)
class Profile:
    """What stands in tables beside the organisation's own row."""

    sectors: Collection[Sector] = ()
    identifiers: Collection[str] = ()
    aliases: Collection[str] = ()


@transaction.atomic
def add_organization(
    *,
    partnership: Partnership,
    organization: Organization,
    roles: Collection[ParticipationRoleName],
    by: Seat,
    now: datetime,
    profile: Profile | None = None,
) -> Participation:
    """Write down a new organisation (not saved before) and let it take part, with one vacant representative seat."""
    organization.full_clean()
    organization.save()
    _keep_profile(organization, profile or Profile())
    return join_organization(partnership=partnership, organization=organization, roles=roles, by=by, now=now)


@transaction.atomic
def join_organization(
    *,
    partnership: Partnership,
    organization: Organization,
    roles: Collection[ParticipationRoleName],
    by: Seat,
    now: datetime,
) -> Participation:
    """Let an organisation we know already take part, with one vacant representative seat."""
    participation, is_new = Participation.objects.get_or_create(
        partnership=partnership,
        organization=organization,
        defaults={"joined_on": today(zone=partnership.time_zone, at=now)},
    )
    if not is_new:
        raise AlreadyPartner(_("%(name)s already takes part.") % {"name": organization})
    _keep_roles(participation, roles)
    _record("organization.joined", participation, by=by, now=now)
    if by.person is not None:
        open_seat(participation=participation, role=Role.REPRESENTATIVE, now=now, by=by.person)
    return participation


@transaction.atomic
def edit_organization(
    *,
    participation: Participation,
    organization: Organization,
    profile: Profile,
    by: Seat,
    now: datetime,
    roles: Collection[ParticipationRoleName] | None = None,
) -> Organization:
    """Keep a changed profile; whoever saves it has checked it today.

    Coordinators write about every partner, representatives about their own organisation. ``roles`` belong to the
    partnership, so only coordinators change them; None leaves them as they are.
    """
    may_edit_all = by.can(Permission.ORGANIZATION_EDIT)
    if not may_edit_all and participation.pk != by.participation_id:
        raise NotYourOrganization(_("You can change the profile of your own organisation only."))
    organization.profile_checked_on = today(zone=participation.partnership.time_zone, at=now)
    organization.full_clean()
    organization.save()
    _keep_profile(organization, profile)
    if roles is not None and may_edit_all:
        _keep_roles(participation, roles)
    _record("organization.edited", participation, by=by, now=now)
    return organization


def _keep_profile(organization: Organization, profile: Profile) -> None:
    """Make the rows beside an organisation equal to what was typed; rows that stay keep what else they know."""
    further = {sector for sector in profile.sectors if sector not in (organization.main_sector, Sector.UNKNOWN)}
    organization.sector_tags.exclude(sector__in=further).delete()
    tagged = set(organization.sector_tags.values_list("sector", flat=True))
    SectorTag.objects.bulk_create(
        [SectorTag(organization=organization, sector=sector) for sector in sorted(further - tagged)]
    )
    organization.identifiers.exclude(value__in=profile.identifiers).delete()
    known = set(organization.identifiers.values_list("value", flat=True))
    OrganizationIdentifier.objects.bulk_create(
        [
            OrganizationIdentifier(organization=organization, value=value)
            for value in profile.identifiers
            if value not in known
        ]
    )
    organization.aliases.exclude(name__in=profile.aliases).delete()
    named = set(organization.aliases.values_list("name", flat=True))
    OrganizationAlias.objects.bulk_create(
        [OrganizationAlias(organization=organization, name=name) for name in profile.aliases if name not in named]
    )


def _keep_roles(participation: Participation, roles: Collection[ParticipationRoleName]) -> None:
    participation.roles.exclude(role__in=roles).delete()
    kept = set(participation.roles.values_list("role", flat=True))
    ParticipationRole.objects.bulk_create(
        [ParticipationRole(participation=participation, role=role) for role in roles if role not in kept]
    )


def _record(verb: str, participation: Participation, *, by: Seat, now: datetime) -> None:
    record(
        verb=verb,
        actor_id=by.person_id,
        partnership_id=participation.partnership_id,
        target=participation,
        at=now,
        organization_id=participation.organization_id,
    )
