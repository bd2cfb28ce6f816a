"""Starting a partnership and keeping its own details."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Person
from core.clock import today
from core.errors import DomainError
from core.models import record
from partners.choices import ParticipationRoleName
from partners.models import Organization, Participation, ParticipationRole, Partnership, Seat
from partners.permissions import Role
from partners.services.seating import give_seat, open_seat

SLUG_LENGTH = 60


class MayNotStartPartnerships(DomainError):
    """Starting a partnership is a right of the account."""


@transaction.atomic
def start_partnership(
    *,
    name: str,
    by: Person,
    organization_name: str,
    now: datetime,
    summary: str = "",
    language: str | None = None,
    time_zone: str | None = None,
) -> Seat:
    """Found a partnership with the starter's own organisation in it, and return the coordinator's seat they now hold.

    An organisation the starter already belongs to is used again when it goes by this name.
    """
    if not by.may_start_partnerships:
        raise MayNotStartPartnerships(_("Your account may not start partnerships. Ask whoever runs this installation."))
    partnership = Partnership(
        name=name,
        slug=free_slugs([name])[0],
        summary=summary,
        language=language or by.language,
        time_zone=time_zone or by.time_zone,
        created_at=now,
    )
    partnership.started_on = today(zone=partnership.time_zone, at=now)
    partnership.full_clean()
    partnership.save()
    participation = Participation.objects.create(
        partnership=partnership,
        organization=_own_organization(by, organization_name),
        joined_on=partnership.started_on,
    )
    ParticipationRole.objects.create(participation=participation, role=ParticipationRoleName.BACKBONE)
    record(verb="partnership.started", actor_id=by.pk, partnership_id=partnership.pk, target=partnership, at=now)
    seat = open_seat(participation=participation, role=Role.COORDINATOR, now=now, by=by)
    return give_seat(seat=seat, person=by, now=now, by=by)


@transaction.atomic
def edit_partnership(*, partnership: Partnership, by: Seat, now: datetime) -> Partnership:
    """Keep changed details. The address of its pages stays, so that links in old mails keep working."""
    partnership.full_clean()
    partnership.save(update_fields=["name", "summary", "time_zone", "language"])
    record(verb="partnership.edited", actor_id=by.person_id, partnership_id=partnership.pk, target=partnership, at=now)
    return partnership


def free_slugs(names: Sequence[str]) -> list[str]:
    """Find a free address for each name; a name in another script becomes "partnership-2" and so on."""
    taken = set(Partnership.objects.values_list("slug", flat=True)) if names else set()
    found = []
    for name in names:
        base = slugify(name)[:SLUG_LENGTH].strip("-") or "partnership"
        number, slug = 1, base
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        found.append(slug)
    return found


def _own_organization(person: Person, name: str) -> Organization:
    own = Organization.objects.filter(contacts__person=person, contacts__until=None)
    same = [row for row in own if row.name.casefold() == name.strip().casefold()]
    if same:
        return same[0]
    organization = Organization(name=name.strip())
    organization.full_clean()
    organization.save()
    return organization
