from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Person
from core.models import AuditEvent
from notifications.models import Message, MessageState
from partners import services
from partners.models import Seat
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.partners import ContactFactory, ParticipationFactory, PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.fixture
def coordinator():
    return SeatFactory(role=Role.COORDINATOR)


@pytest.fixture
def partner(coordinator):
    return ParticipationFactory(partnership=coordinator.partnership)


def invite(coordinator, partner, **changed):
    facts = {
        "partnership": coordinator.partnership,
        "organization": partner.organization,
        "name": "Ana Silva",
        "email": "Ana@Example.org ",
        "role": Role.REPRESENTATIVE,
        "title": "Director",
        "by": coordinator,
        "now": NOW,
    }
    return services.invite_to_seat(**facts | changed)


def test_invitation_writes_a_new_person_down_and_seats_them(coordinator, partner):
    coordinator.partnership.language = "fr"

    seat = invite(coordinator, partner)

    person = Person.objects.get(email="ana@example.org")
    assert (person.name, person.language, person.time_zone) == ("Ana Silva", "fr", "Europe/Paris")
    assert not person.has_usable_password()
    assert (seat.person, seat.holder.person, seat.role, seat.partnership) == (
        person, person, Role.REPRESENTATIVE, coordinator.partnership,
    )  # fmt: skip
    assert seat.holder.title == "Director"
    assert seat.holder.since == date(2026, 3, 3)  # already tomorrow in Paris


def test_invitation_reuses_the_person_and_keeps_what_they_say_about_themselves(coordinator, partner):
    ana = PersonFactory(name="Ana M. Silva", email="ana@example.org", language="fr")

    seat = invite(coordinator, partner, email="ANA@example.org")

    ana.refresh_from_db()
    assert seat.person == ana
    assert (ana.name, ana.language) == ("Ana M. Silva", "fr")


def test_invitation_fills_a_vacant_seat_of_that_role_before_adding_one(coordinator, partner):
    vacant = services.open_seat(participation=partner, role=Role.REPRESENTATIVE, now=NOW, by=coordinator.person)

    seat = invite(coordinator, partner)
    second = invite(coordinator, partner, email="ben@example.org")

    assert seat == vacant
    assert second != vacant
    assert partner.seats.count() == 2


def test_invitation_takes_the_seat_it_is_told_to(coordinator, partner):
    services.open_seat(participation=partner, role=Role.MEMBER, now=NOW, by=coordinator.person)
    meant = services.open_seat(participation=partner, role=Role.OBSERVER, now=NOW, by=coordinator.person)

    seat = invite(coordinator, partner, role=Role.MEMBER, seat=meant)

    assert (seat, seat.role) == (meant, Role.MEMBER)


def test_invitation_mail_is_stored_once_with_ids_only(coordinator, partner):
    seat = invite(coordinator, partner)

    message = Message.objects.get()
    assert (message.kind, message.recipient, message.partnership_id) == (
        "seat_invitation", seat.person, coordinator.partnership_id,
    )  # fmt: skip
    assert message.params == {"seat": seat.pk, "invited_by": coordinator.person_id}


def test_person_holds_one_seat_per_partnership(coordinator, partner):
    invite(coordinator, partner)

    with pytest.raises(services.AlreadySeated) as refusal:
        invite(coordinator, partner)

    assert str(refusal.value) == "Ana Silva already holds a seat in this partnership."
    assert Message.objects.count() == 1


def test_organisation_that_does_not_take_part_is_refused(coordinator):
    elsewhere = ParticipationFactory()

    with pytest.raises(services.NotAPartner):
        invite(coordinator, elsewhere)

    assert not Person.objects.filter(email="ana@example.org").exists()


def test_taken_seat_is_not_given_twice(coordinator, partner):
    seat = invite(coordinator, partner)

    with pytest.raises(services.SeatTaken):
        services.give_seat(seat=seat, person=PersonFactory(), now=NOW, by=coordinator.person)


def test_returning_person_is_a_contact_again(coordinator, partner):
    ana = PersonFactory(email="ana@example.org")
    ContactFactory(organization=partner.organization, person=ana, title="Trainee", until=date(2025, 1, 1))

    seat = invite(coordinator, partner)

    assert (seat.person_title, seat.holder.title, seat.holder.until) == ("Director", "Trainee", None)
    assert services.take_seat(seat=seat, now=NOW).holder.title == "Director"


def test_vacated_seat_stays_and_its_invitation_is_withdrawn(coordinator, partner):
    seat = invite(coordinator, partner)

    services.vacate_seat(seat=seat, by=coordinator, now=NOW)

    seat.refresh_from_db()
    assert seat.is_vacant
    assert seat.holder is None
    assert Message.objects.get().state == MessageState.CANCELLED
    assert AuditEvent.objects.get(verb="seat.vacated").data == {
        "person_id": Person.objects.get(email="ana@example.org").pk
    }


def test_last_coordinator_can_neither_leave_nor_step_down(coordinator):
    SeatFactory(partnership=coordinator.partnership, role=Role.COORDINATOR, holder__person__is_active=False)
    SeatFactory(partnership=coordinator.partnership, role=Role.COORDINATOR, vacant=True)
    SeatFactory(role=Role.COORDINATOR)

    with pytest.raises(services.CoordinatorNeeded):
        services.vacate_seat(seat=coordinator, by=coordinator, now=NOW)
    with pytest.raises(services.CoordinatorNeeded):
        services.change_role(seat=coordinator, role=Role.MEMBER, title="", by=coordinator, now=NOW)

    coordinator.refresh_from_db()
    assert (coordinator.role, coordinator.is_vacant) == (Role.COORDINATOR, False)


def test_coordinator_may_leave_once_there_is_another(coordinator):
    second = SeatFactory(partnership=coordinator.partnership, role=Role.MEMBER)
    services.change_role(seat=second, role=Role.COORDINATOR, title="Chair", by=coordinator, now=NOW)

    services.vacate_seat(seat=coordinator, by=second, now=NOW)

    second.refresh_from_db()
    assert (second.role, second.title) == (Role.COORDINATOR, "Chair")
    assert coordinator.partnership.seats.held().get() == second


def test_database_holds_one_seat_per_person_and_partnership(coordinator):
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatFactory(partnership=coordinator.partnership, person=coordinator.person, holder=coordinator.holder)


def test_database_refuses_half_a_holder(coordinator):
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(pk=coordinator.pk).update(person=None)


def test_start_makes_partnership_own_organisation_and_coordinator_seat():
    maya = PersonFactory(may_start_partnerships=True, time_zone="Europe/London")
    PartnershipFactory(slug="clean-rivers")

    seat = services.start_partnership(name="Clean Rivers", by=maya, organization_name="Eastvale Trust", now=NOW)

    partnership = seat.partnership
    assert (partnership.slug, partnership.time_zone) == ("clean-rivers-2", "Europe/London")
    assert (seat.role, seat.person, seat.organization.name) == (Role.COORDINATOR, maya, "Eastvale Trust")
    assert [role.role for role in seat.participation.roles.all()] == ["backbone"]


def test_start_uses_the_starters_organisation_again():
    maya = PersonFactory(may_start_partnerships=True)
    ContactFactory(person=maya, organization__name="Eastvale Trust")
    stranger = ContactFactory(organization__name="Lantern")

    seat = services.start_partnership(name="Рiver", by=maya, organization_name="eastvale trust", now=NOW)
    other = services.start_partnership(name="***", by=maya, organization_name="Lantern", now=NOW)

    assert seat.organization == maya.contacts.first().organization
    assert other.organization != stranger.organization
    assert other.partnership.slug == "partnership"


def test_start_needs_the_right_to():
    with pytest.raises(services.MayNotStartPartnerships):
        services.start_partnership(name="Clean Rivers", by=PersonFactory(), organization_name="Trust", now=NOW)
