from datetime import UTC, datetime

import pytest

from core.clock import today
from core.limits import INVITE_PER_PERSON, spend
from core.models import AuditEvent
from notifications.models import Message
from partners.choices import Sector
from partners.models import Organization, Partnership, Seat
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.partners import (
    OrganizationAliasFactory,
    OrganizationIdentifierFactory,
    ParticipationFactory,
    ParticipationRoleFactory,
    SeatFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(client):
    seat = SeatFactory(role=Role.COORDINATOR, organization__name="Wrenfield Council")
    client.force_login(seat.person)
    return seat


def url(seat, path):
    return f"/p/{seat.partnership.slug}/{path}"


PROFILE = {"name": "Calder Health Trust", "kind": "public", "main_sector": "health", "website": "calder.example"}


def test_profile_is_saved_checked_and_recorded(client, seat):
    row = ParticipationFactory(partnership=seat.partnership)
    kept = OrganizationIdentifierFactory(organization=row.organization, value="GB-1", scheme="GB", is_primary=True)
    OrganizationIdentifierFactory(organization=row.organization, value="GB-2")
    OrganizationAliasFactory(organization=row.organization, name="Old name")
    ParticipationRoleFactory(participation=row, role="funder")

    response = client.post(
        url(seat, f"partners/{row.pk}/edit/"),
        PROFILE | {
            "mandate": "Care", "sectors": ["education", "health"], "roles": ["lead"],
            "identifiers": "GB-1\r\n\r\nXX-9 \nXX-9", "aliases": "Calder",
        },
    )  # fmt: skip

    organization = Organization.objects.get(pk=row.organization_id)
    assert response["Location"] == url(seat, f"partners/{row.pk}/")
    assert (organization.name, organization.website, organization.mandate) == (
        "Calder Health Trust", "https://calder.example", "Care",
    )  # fmt: skip
    assert organization.profile_checked_on == today(zone="Europe/Paris", at=datetime.now(UTC))
    assert [tag.sector for tag in organization.sector_tags.all()] == [Sector.EDUCATION]
    assert {(row.value, row.scheme, row.is_primary) for row in organization.identifiers.all()} == {
        ("GB-1", "GB", True), ("XX-9", "", False),
    }  # fmt: skip
    assert organization.identifiers.filter(pk=kept.pk).exists()
    assert [alias.name for alias in organization.aliases.all()] == ["Calder"]
    assert [role.role for role in row.roles.all()] == ["lead"]
    event = AuditEvent.objects.get(verb="organization.edited")
    assert (event.actor_id, event.partnership_id, event.data) == (
        seat.person_id, seat.partnership_id, {"organization_id": organization.pk},
    )  # fmt: skip


def test_mistake_keeps_what_was_typed_and_changes_nothing(client, seat):
    row = ParticipationFactory(partnership=seat.partnership, organization__name="Calder")

    response = client.post(
        url(seat, f"partners/{row.pk}/edit/"),
        PROFILE | {"website": "javascript:alert(1)", "mandate": "Typed with care"},
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "Typed with care" in page
    assert 'aria-invalid="true"' in page
    assert Organization.objects.get(pk=row.organization_id).name == "Calder"


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        (Role.COORDINATOR, 200, 200),
        (Role.BACKBONE, 200, 403),
        (Role.REPRESENTATIVE, 200, 403),
        (Role.MEMBER, 403, 403),
        (Role.OBSERVER, 403, 403),
    ],
)
def test_who_may_edit_which_profile(client, role, own, foreign):
    seat = SeatFactory(role=role)
    other = ParticipationFactory(partnership=seat.partnership)
    client.force_login(seat.person)

    answers = [client.get(url(seat, f"partners/{pk}/edit/")).status_code for pk in (seat.participation_id, other.pk)]

    assert answers == [own, foreign]


def test_representative_changes_the_profile_but_not_the_roles(client):
    seat = SeatFactory(role=Role.REPRESENTATIVE)
    ParticipationRoleFactory(participation=seat.participation, role="funder")
    client.force_login(seat.person)

    client.post(url(seat, f"partners/{seat.participation_id}/edit/"), PROFILE | {"roles": ["lead"]})

    assert Organization.objects.get(pk=seat.organization.pk).name == "Calder Health Trust"
    assert [role.role for role in seat.participation.roles.all()] == ["funder"]


def test_organisation_at_two_tables_is_edited_from_either(client, seat):
    elsewhere = SeatFactory(role=Role.COORDINATOR)
    shared = seat.organization
    there = ParticipationFactory(partnership=elsewhere.partnership, organization=shared)
    client.force_login(elsewhere.person)

    client.post(url(elsewhere, f"partners/{there.pk}/edit/"), PROFILE)

    shared.refresh_from_db()
    assert shared.name == "Calder Health Trust"
    assert AuditEvent.objects.get(verb="organization.edited").partnership_id == elsewhere.partnership_id


def test_added_partner_gets_a_vacant_seat(client, seat):
    response = client.post(url(seat, "partners/add/"), PROFILE | {"roles": ["funder", "lead"]})

    added = seat.partnership.participations.get(organization__name="Calder Health Trust")
    assert response["Location"] == url(seat, f"partners/{added.pk}/")
    assert sorted(role.role for role in added.roles.all()) == ["funder", "lead"]
    assert [(place.role, place.is_vacant) for place in added.seats.all()] == [(Role.REPRESENTATIVE, True)]


def test_similar_name_is_shown_before_anything_is_written(client, seat):
    at_both = SeatFactory(holder__person=seat.person).partnership
    known = ParticipationFactory(partnership=at_both, organization__name="Calder Health-Trust").organization
    OrganizationAliasFactory(organization=known, name="CHT")
    hidden = ParticipationFactory(organization__name="Calder Health Trust").organization

    first = client.post(url(seat, "partners/add/"), PROFILE)
    joined = client.post(url(seat, "partners/add/"), PROFILE | {"looked": "1", "same_as": known.pk})

    page = first.content.decode()
    assert first.status_code == 422
    assert "We know a name like this" in page
    assert f'value="{known.pk}"' in page
    assert f'value="{hidden.pk}"' not in page
    assert joined.status_code == 302
    assert seat.partnership.participations.filter(organization=known).count() == 1
    assert Organization.objects.filter(name__startswith="Calder").count() == 2


def test_similar_name_may_still_be_another_organisation(client, seat):
    ParticipationFactory(partnership=seat.partnership, organization__name="Calder Health-Trust")

    warned = client.post(url(seat, "partners/add/"), PROFILE)
    added = client.post(url(seat, "partners/add/"), PROFILE | {"looked": "1"})

    assert (warned.status_code, added.status_code) == (422, 302)
    assert "At the table already" in warned.content.decode()
    assert seat.partnership.participations.filter(organization__name="Calder Health Trust").exists()


def test_organisation_of_strangers_cannot_be_taken_by_its_number(client, seat):
    hidden = ParticipationFactory(organization__name="Calder Health Trust").organization
    ParticipationFactory(
        partnership=SeatFactory(holder__person=seat.person).partnership, organization__name="Calder Health Trust"
    )

    response = client.post(url(seat, "partners/add/"), PROFILE | {"looked": "1", "same_as": hidden.pk})

    assert response.status_code == 422
    assert not seat.partnership.participations.filter(organization=hidden).exists()


INVITED = {"name": "Ana Silva", "email": "ana@example.org", "title": "Director", "role": "member"}


def test_invitation_from_the_page(client, seat):
    row = ParticipationFactory(partnership=seat.partnership)

    response = client.post(url(seat, "seats/invite/"), INVITED | {"partner": row.pk})

    place = row.seats.get()
    assert response["Location"] == url(seat, "seats/")
    assert (place.person.name, place.role, place.holder.title) == ("Ana Silva", Role.MEMBER, "Director")
    assert Message.objects.get().recipient == place.person


def test_link_of_a_vacant_seat_fills_the_form_and_the_seat(client, seat):
    vacant = SeatFactory(partnership=seat.partnership, vacant=True, role=Role.OBSERVER)

    form = client.get(url(seat, f"seats/invite/?seat={vacant.pk}")).context["form"]
    client.post(url(seat, "seats/invite/"), INVITED | {"partner": vacant.participation_id, "seat": vacant.pk})

    assert form.initial == {"seat": vacant, "partner": vacant.participation_id, "role": Role.OBSERVER}
    vacant.refresh_from_db()
    assert (vacant.person.name, vacant.role) == ("Ana Silva", Role.MEMBER)


@pytest.mark.parametrize("query", ["seat=x", "seat=-1", f"seat={9**40}", "partner=%C2%B2", "partner=0"])
def test_senseless_links_fill_nothing(client, seat, query):
    assert client.get(url(seat, f"seats/invite/?{query}")).context["form"].initial == {}


def test_foreign_seat_or_partner_is_not_accepted(client, seat):
    foreign = SeatFactory(vacant=True)
    row = ParticipationFactory(partnership=seat.partnership)

    prefilled = client.get(url(seat, f"seats/invite/?seat={foreign.pk}&partner={foreign.participation_id}"))
    by_seat = client.post(url(seat, "seats/invite/"), INVITED | {"partner": row.pk, "seat": foreign.pk})
    by_partner = client.post(url(seat, "seats/invite/"), INVITED | {"partner": foreign.participation_id})

    assert prefilled.context["form"].initial == {}
    assert (by_seat.status_code, by_partner.status_code) == (422, 422)
    assert Seat.objects.held().count() == 1


def test_second_seat_for_the_same_person_is_explained(client, seat):
    row = ParticipationFactory(partnership=seat.partnership)
    client.post(url(seat, "seats/invite/"), INVITED | {"partner": row.pk})

    response = client.post(url(seat, "seats/invite/"), INVITED | {"partner": row.pk})

    assert response.status_code == 422
    assert "Ana Silva already holds a seat" in response.content.decode()


def test_invitations_are_limited_per_day(client, seat):
    row = ParticipationFactory(partnership=seat.partnership)
    for _ in range(INVITE_PER_PERSON.count):
        spend(INVITE_PER_PERSON, str(seat.person_id), now=datetime.now(UTC))

    response = client.post(url(seat, "seats/invite/"), INVITED | {"partner": row.pk})

    assert response.status_code == 429
    assert "Please try again in" in response.content.decode()
    assert not row.seats.exists()


def test_seat_is_made_vacant_after_asking(client, seat):
    place = SeatFactory(partnership=seat.partnership)
    stranger = place.person

    asked = client.get(url(seat, f"seats/{place.pk}/vacate/"))
    client.post(url(seat, f"seats/{place.pk}/vacate/"))

    assert asked.status_code == 200
    place.refresh_from_db()
    assert place.is_vacant
    client.force_login(stranger)
    assert client.get(url(seat, "partners/")).status_code == 404


def test_last_coordinator_is_told_why_not(client, seat):
    left = client.post(url(seat, f"seats/{seat.pk}/vacate/"))
    stepped_down = client.post(url(seat, f"seats/{seat.pk}/role/"), {"role": "member", "title": ""})

    for refused in (left, stepped_down):
        assert refused.status_code == 422
        assert "A partnership needs a coordinator" in refused.content.decode()
    seat.refresh_from_db()
    assert (seat.role, seat.is_vacant) == (Role.COORDINATOR, False)


def test_role_changes_what_somebody_may_do_at_the_next_request(client, seat):
    place = SeatFactory(partnership=seat.partnership, role=Role.MEMBER)

    client.post(url(seat, f"seats/{place.pk}/role/"), {"role": "coordinator", "title": "Chair"})

    client.force_login(place.person)
    assert client.get(url(seat, "seats/invite/")).status_code == 200


def test_everybody_reads_what_each_role_may_do(client):
    seat = SeatFactory(role=Role.OBSERVER)
    client.force_login(seat.person)

    page = client.get(url(seat, "seats/")).content.decode()

    assert [word for word in ("Coordinator", "Backbone staff", "Representative", "Member") if word not in page] == []
    assert "Change role" not in page


def test_partnership_is_started_from_the_page(client):
    maya = PersonFactory(may_start_partnerships=True)
    client.force_login(maya)

    response = client.post(
        "/partnerships/new/",
        {"name": "Clean Rivers", "organization_name": "Eastvale", "language": "fr", "time_zone": "Europe/Paris"},
    )

    seat = maya.seats.get()
    assert response["Location"] == "/p/clean-rivers/partners/"
    assert (seat.role, seat.partnership.language, seat.organization.name) == (Role.COORDINATOR, "fr", "Eastvale")


def test_partnership_needs_the_right_to_start_one(client):
    client.force_login(PersonFactory())

    answers = [
        client.get("/partnerships/new/").status_code,
        client.post("/partnerships/new/", {"name": "Mine", "organization_name": "Mine"}).status_code,
    ]

    assert answers == [403, 403]
    assert not Partnership.objects.exists()


def test_settings_change_name_and_clock_but_not_the_address(client, seat):
    slug = seat.partnership.slug

    client.post(
        url(seat, "settings/"),
        {"name": "New name", "summary": "s", "language": "fr", "time_zone": "America/Lima", "slug": "other"},
    )
    refused = client.post(url(seat, "settings/"), {"name": "", "language": "fr", "time_zone": "Mars/Olympus"})

    seat.partnership.refresh_from_db()
    assert (seat.partnership.name, seat.partnership.time_zone, seat.partnership.slug) == (
        "New name", "America/Lima", slug,
    )  # fmt: skip
    assert refused.status_code == 422
