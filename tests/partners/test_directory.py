import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import panels
from partners.choices import OrganizationKind, ParticipationRoleName, Sector
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.partners import (
    OrganizationAliasFactory,
    OrganizationIdentifierFactory,
    ParticipationFactory,
    ParticipationRoleFactory,
    SeatFactory,
    SectorTagFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(client):
    seat = SeatFactory(role=Role.OBSERVER, organization__name="Wrenfield Council", holder__person__name="Priya Raman")
    client.force_login(seat.person)
    return seat


def partner(seat, name, **facts):
    return ParticipationFactory(partnership=seat.partnership, organization__name=name, **facts)


def names(client, seat, **query):
    page = client.get(f"/p/{seat.partnership.slug}/partners/", query).context["page"]
    return [row.organization.name for row in page.partners]


@pytest.mark.parametrize("url", ["partners/", "seats/"])
@pytest.mark.parametrize("role", [Role.OBSERVER, Role.COORDINATOR])
def test_lists_ask_the_same_number_of_questions_for_one_and_three(client, url, role, settings):
    asked = []
    for item_count in (1, 3):
        seat = SeatFactory(role=role)
        for _ in range(item_count - 1):
            other = SeatFactory(partnership=seat.partnership)
            ParticipationRoleFactory(participation=other.participation)
            SeatFactory(partnership=seat.partnership, participation=other.participation, vacant=True)
        client.force_login(seat.person)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/p/{seat.partnership.slug}/{url}")
        assert len(response.context["page"].partners) == item_count
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_profile_asks_the_same_number_of_questions_for_one_and_three(client, seat):
    asked = []
    for item_count in (1, 3):
        row = partner(seat, f"Partner {item_count}")
        for number in range(item_count):
            SeatFactory(partnership=seat.partnership, participation=row)
            OrganizationAliasFactory(organization=row.organization)
            OrganizationIdentifierFactory(organization=row.organization)
            SectorTagFactory(organization=row.organization, sector=Sector.values[number])
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/p/{seat.partnership.slug}/partners/{row.pk}/")
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_directory_shows_our_partners_by_name_and_nobody_elses(client, seat):
    partner(seat, "abel Homes")
    partner(seat, "Zither Club")
    ParticipationFactory(organization__name="Stranger Ltd")

    assert names(client, seat) == ["abel Homes", "Wrenfield Council", "Zither Club"]


def test_directory_is_narrowed_by_sector_kind_role_and_name(client, seat):
    clinic = partner(
        seat, "Calder Clinic", organization__main_sector=Sector.HEALTH, organization__kind=OrganizationKind.PUBLIC
    )
    SectorTagFactory(organization=partner(seat, "Open Door").organization, sector=Sector.HEALTH)
    ParticipationRoleFactory(participation=partner(seat, "Lantern"), role=ParticipationRoleName.FUNDER)
    OrganizationAliasFactory(organization=clinic.organization, name="Trust of the North")

    assert names(client, seat, sector="health") == ["Calder Clinic", "Open Door"]
    assert names(client, seat, kind="public") == ["Calder Clinic"]
    assert names(client, seat, role="funder") == ["Lantern"]
    assert names(client, seat, q="calder") == ["Calder Clinic"]
    assert names(client, seat, q="of the north") == ["Calder Clinic"]
    assert names(client, seat, q="priya") == ["Wrenfield Council"]
    assert names(client, seat, sector="health", q="door") == ["Open Door"]


def test_senseless_filters_narrow_nothing(client, seat):
    partner(seat, "Lantern")

    for query in ({"sector": "x"}, {"after": "-1"}, {"after": "9" * 30}, {"after": "abc"}, {"q": "x" * 300}):
        assert names(client, seat, **query) == ["Lantern", "Wrenfield Council"]


def test_nobody_found_says_so(client, seat):
    page = client.get(f"/p/{seat.partnership.slug}/partners/", {"q": "nobody"}).content.decode()

    assert "Nobody like that yet" in page


def test_pages_follow_one_another_without_gap_or_repetition(client, seat, monkeypatch):
    monkeypatch.setattr("partners.selectors.PAGE_SIZE", 2)
    for name in ("same", "Same", "same", "alpha"):
        partner(seat, name)
    seen, after = [], {}
    for _ in range(3):
        page = client.get(f"/p/{seat.partnership.slug}/partners/", after).context["page"]
        seen += [row.pk for row in page.partners]
        after = {"after": page.next_after}

    assert page.next_after is None
    assert sorted(seen) == sorted(seat.partnership.participations.values_list("pk", flat=True))
    assert len(seen) == 5


def test_key_of_a_foreign_partner_begins_at_the_start(client, seat):
    partner(seat, "Lantern")
    foreign = ParticipationFactory(organization__name="M")

    assert names(client, seat, after=foreign.pk) == ["Lantern", "Wrenfield Council"]


def test_profile_says_what_they_can_and_cannot_do(client, seat):
    row = partner(
        seat, "Calder Health", organization__mandate="Care for 310,000 people",
        organization__strengths="Trained staff\n\nData analysts", organization__website="javascript:alert(1)",
    )  # fmt: skip
    SeatFactory(partnership=seat.partnership, participation=row, vacant=True)

    page = client.get(f"/p/{seat.partnership.slug}/partners/{row.pk}/").content.decode()

    assert "Care for 310,000 people" in page
    assert page.count("<li><svg") == 2
    assert "Vacant seat" in page
    assert "Invite somebody" not in page
    assert "javascript:" not in page
    assert "Not checked by them yet" in page


def test_apps_above_add_panels_to_the_profile(client, seat, monkeypatch):
    asked = []
    monkeypatch.setitem(panels._builders, panels.PARTNER, [])
    panels.register_panel(panels.PARTNER, lambda *about: asked.append(about) or None)

    client.get(f"/p/{seat.partnership.slug}/partners/{seat.participation_id}/")

    assert [(one[0], one[1]) for one in asked] == [(seat, seat.participation)]


def test_organisation_is_seen_only_by_those_who_share_a_partnership(client, seat):
    foreign = ParticipationFactory()

    assert client.get(f"/p/{seat.partnership.slug}/partners/{foreign.pk}/").status_code == 404
    assert client.get(f"/p/{foreign.partnership.slug}/partners/").status_code == 404


def test_my_partnerships_are_those_where_i_sit(client, seat):
    SeatFactory(partnership__name="Elsewhere")
    second = SeatFactory(partnership__name="Clean Rivers", holder__person=seat.person)
    ParticipationFactory(partnership=second.partnership)

    response = client.get("/partnerships/")

    assert [(mine.partnership.name, mine.partners) for mine in response.context["seats"]] == [
        ("Clean Rivers", 2), (seat.partnership.name, 1),
    ]  # fmt: skip
    assert "Elsewhere" not in response.content.decode()


def test_my_partnerships_ask_the_same_number_of_questions_for_one_and_three(client):
    asked = []
    for item_count in (1, 3):
        person = PersonFactory()
        for _ in range(item_count):
            SeatFactory(holder__person=person)
        client.force_login(person)
        with CaptureQueriesContext(connection) as queries:
            client.get("/partnerships/")
        asked.append(len(queries))

    assert asked[0] == asked[1]
