import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Person
from core.models import AuditEvent
from tests.factories.accounts import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client):
    person = PersonFactory(name="Ana", email="ana@example.org")
    client.force_login(person)
    return person


def test_person_says_their_name_language_and_zone(client, ana):
    response = client.post("/account/me/", {"name": "Ana Silva", "language": "fr", "time_zone": "America/Lima"})

    ana.refresh_from_db()
    assert response["Location"] == "/account/me/"
    assert (ana.name, ana.language, ana.time_zone) == ("Ana Silva", "fr", "America/Lima")
    event = AuditEvent.objects.get(verb="person.edited")
    assert (event.actor_id, event.data) == (ana.pk, {})


def test_signing_out_everywhere_ends_every_session_of_this_person_and_of_nobody_else(client, ana):
    phone, somebody = Client(), Client()
    phone.force_login(ana)
    somebody.force_login(PersonFactory())

    response = client.post("/account/me/sign-out/")

    statuses = [each.get("/account/me/").status_code for each in (client, phone, somebody)]
    assert response["Location"] == "/account/login/"
    assert statuses == [302, 302, 200]
    assert AuditEvent.objects.get(verb="person.signed_out_everywhere").actor_id == ana.pk


def test_wrong_zone_keeps_what_was_typed(client, ana):
    response = client.post("/account/me/", {"name": "Ana Silva", "language": "en", "time_zone": "Mars/Olympus"})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Ana Silva"' in page
    assert "is not a time zone we know" in page
    ana.refresh_from_db()
    assert ana.name == "Ana"


def test_zone_under_an_older_name_is_kept(client, ana):
    Person.objects.filter(pk=ana.pk).update(time_zone="Etc/GMT+5")

    page = client.get("/account/me/").content.decode()

    assert '<option value="Etc/GMT+5" selected>' in page


def test_visitor_keeps_a_language_in_a_cookie(client):
    response = client.post("/account/language/", {"language": "fr", "next": "/account/login/"})

    cookie = response.cookies["language"]
    assert (response["Location"], cookie.value, cookie["httponly"], cookie["samesite"]) == (
        "/account/login/", "fr", True, "Lax",
    )  # fmt: skip
    assert client.get("/account/login/")["Content-Language"] == "fr"


def test_signed_in_person_keeps_a_language_for_pages_and_mails(client, ana):
    client.post("/account/language/", {"language": "fr"})

    ana.refresh_from_db()
    assert ana.language == "fr"
    assert '<html lang="fr"' in client.get("/account/me/").content.decode()


def test_unknown_language_changes_nothing(client, ana):
    response = client.post("/account/language/", {"language": "xx"})

    ana.refresh_from_db()
    assert (response.status_code, ana.language, dict(response.cookies)) == (302, "en", {})


def test_database_keeps_addresses_in_lower_case():
    person = PersonFactory(email="ana@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(email="Ana@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(email="")
