"""Who sits where. The only writer of seats, so that ``partnership`` and ``person`` always say what the holder says."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.services import know_person
from core.clock import today
from core.errors import DomainError
from core.models import event, record, record_all
from notifications.services import Draft, enqueue, withdraw
from partners.models import Contact, Organization, Participation, Partnership, Seat
from partners.permissions import Role

SEAT_INVITATION = "seat_invitation"
VACATED = "seat.vacated"
INVITATION_LASTS = timedelta(days=30)


class NotAPartner(DomainError):
    """The organisation does not take part in this partnership."""


class AlreadySeated(DomainError):
    """One seat per person and partnership."""


class SeatTaken(DomainError):
    """Somebody holds the seat already."""


class CoordinatorNeeded(DomainError):
    """Nobody would be left who may decide about seats."""


@transaction.atomic
def open_seat(*, participation: Participation, role: Role, now: datetime, by: Person, title: str = "") -> Seat:
    """Add an empty seat: visible as vacant until somebody is invited to it."""
    seat = Seat.objects.create(
        partnership_id=participation.partnership_id, participation=participation, role=role, title=title
    )
    _record("seat.opened", seat, by=by, now=now)
    return seat


@transaction.atomic
def open_seats(*, participations: Collection[Participation], role: Role, now: datetime, by: Person) -> list[Seat]:
    """Add one empty seat to each participation, in few statements: an import brings thousands."""
    seats = Seat.objects.bulk_create(
        [Seat(partnership_id=one.partnership_id, participation=one, role=role) for one in participations],
        batch_size=500,
    )
    record_all(
        event(verb="seat.opened", actor_id=by.pk, partnership_id=seat.partnership_id, target=seat, at=now)
        for seat in seats
    )
    return seats


@transaction.atomic
def give_seat(*, seat: Seat, person: Person, now: datetime, by: Person, title: str = "", invited_as: str = "") -> Seat:
    """Put a person on a vacant seat, without writing to them. ``title`` is what they are at their organisation.

    Whoever comes ``invited_as`` somebody is shown so until they take the seat.
    """
    partnership = _lock(seat.partnership_id)
    seat.refresh_from_db(fields=["holder", "person"])
    if seat.person_id is not None:
        raise SeatTaken(_("Somebody already holds this seat."))
    other = partnership.seats.held_by(person).select_related("person").first()
    if other is not None:
        raise AlreadySeated(_("%(name)s already holds a seat in this partnership.") % {"name": other.name})
    contact, _new = Contact.objects.get_or_create(
        organization_id=seat.participation.organization_id,
        person=person,
        defaults={"title": title, "since": today(zone=partnership.time_zone, at=now)},
    )
    if contact.until is not None:
        contact.until = None
        contact.save(update_fields=["until"])
    if not invited_as:
        _entitle(contact, title)
    seat.holder, seat.person = contact, person
    seat.invited_as, seat.invited_title = invited_as, title if invited_as else ""
    seat.save(update_fields=["holder", "person", "invited_as", "invited_title"])
    _record("seat.given", seat, by=by, now=now, person_id=person.pk)
    return seat


@transaction.atomic
def invite_to_seat(  # noqa: PLR0913 -- one invitation says all of this
    *,
    partnership: Partnership,
    organization: Organization,
    name: str,
    email: str,
    role: Role,
    title: str,
    by: Seat,
    now: datetime,
    seat: Seat | None = None,
) -> Seat:
    """Seat a person for an organisation and send them the invitation.

    The person is found by address, or written down. They get ``seat`` if one is named, else a vacant seat of this
    organisation with this role, else a new one. ``title`` is what they are at their organisation.
    """
    _lock(partnership.pk)
    participation = partnership.participations.filter(organization=organization).first()
    if participation is None:
        raise NotAPartner(_("This organisation does not take part in the partnership yet."))
    actor = _person_of(by)
    person = know_person(name=name, email=email, language=partnership.language, time_zone=partnership.time_zone)
    seat = seat or participation.seats.vacant().filter(role=role).order_by("pk").first()
    if seat is None:
        seat = open_seat(participation=participation, role=role, now=now, by=actor)
    give_seat(seat=seat, person=person, now=now, by=actor, title=title, invited_as=name)
    _set_role(seat, role)
    invitation = Draft(
        key=f"{_invitation_prefix(seat)}{person.pk}:{int(now.timestamp())}",
        kind=SEAT_INVITATION,
        recipient_id=person.pk,
        due_at=now,
        expires_at=now + INVITATION_LASTS,
        partnership_id=partnership.pk,
        params={"seat": seat.pk, "invited_by": actor.pk},
    )
    enqueue([invitation], now=now)
    return seat


@transaction.atomic
def take_seat(*, seat: Seat, now: datetime) -> Seat:
    """Whoever was invited says that they are here: from now on the others see their own name. Twice is once."""
    _lock(seat.partnership_id)
    seat.refresh_from_db()
    if seat.person is None or seat.holder is None or not seat.invited_as:
        return seat
    _entitle(seat.holder, seat.invited_title)
    seat.invited_as = seat.invited_title = ""
    seat.save(update_fields=["invited_as", "invited_title"])
    _record("seat.taken", seat, by=seat.person, now=now)
    return seat


@transaction.atomic
def vacate_seat(*, seat: Seat, by: Seat, now: datetime) -> Seat:
    """Take the person off the seat. The seat stays, with every duty that hangs on it, and shows as vacant."""
    partnership = _lock(seat.partnership_id)
    seat.refresh_from_db()
    if seat.person_id is None:
        return seat
    _keep_a_coordinator(partnership, without=seat)
    actor, person_id = _person_of(by), seat.person_id  # whoever leaves their own seat is still the one who did it
    seat.holder = seat.person = None
    seat.invited_as = seat.invited_title = ""
    seat.save(update_fields=["holder", "person", "invited_as", "invited_title"])
    withdraw(key_prefix=_invitation_prefix(seat))
    _record(VACATED, seat, by=actor, now=now, person_id=person_id)
    return seat


@transaction.atomic
def change_role(*, seat: Seat, role: Role, title: str, by: Seat, now: datetime) -> Seat:
    """Give the seat another role, or another title at the table (spokesperson, sponsor)."""
    partnership = _lock(seat.partnership_id)
    seat.refresh_from_db()
    if role != Role.COORDINATOR:
        _keep_a_coordinator(partnership, without=seat)
    before = seat.role
    seat.title = title
    seat.save(update_fields=["title"])
    _set_role(seat, role)
    _record("seat.role_changed", seat, by=_person_of(by), now=now, before=before, after=str(role))
    return seat


def _entitle(contact: Contact, title: str) -> None:
    if title and contact.title != title:
        contact.title = title
        contact.save(update_fields=["title"])


def _set_role(seat: Seat, role: Role) -> None:
    if seat.role != role:
        seat.role = role
        seat.save(update_fields=["role"])


def _keep_a_coordinator(partnership: Partnership, *, without: Seat) -> None:
    if without.role != Role.COORDINATOR or without.person_id is None:
        return
    others = partnership.seats.held().filter(role=Role.COORDINATOR, person__is_active=True).exclude(pk=without.pk)
    if not others.exists():
        raise CoordinatorNeeded(_("A partnership needs a coordinator. Make somebody else coordinator first."))


def _lock(partnership_id: int) -> Partnership:
    """Decisions about seats of one partnership happen one after the other."""
    return Partnership.objects.select_for_update().get(pk=partnership_id)


def _person_of(seat: Seat) -> Person:
    if seat.person is None:
        raise ValueError("Only somebody who holds a seat decides about seats.")
    return seat.person


def _invitation_prefix(seat: Seat) -> str:
    return f"{SEAT_INVITATION}:{seat.pk}:"


def _record(verb: str, seat: Seat, *, by: Person, now: datetime, **ids: int | str) -> None:
    record(verb=verb, actor_id=by.pk, partnership_id=seat.partnership_id, target=seat, at=now, **ids)
