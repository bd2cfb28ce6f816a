"""Mails of the door and of the table, as they leave: words, links, headers."""

from datetime import UTC, datetime

import pytest

from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named
from partners import services
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORGED = [
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "127.0.0.1:8000@evil.example"},
    {"HTTP_HOST": "evil.example:8000"},
    {"HTTP_HOST": "127.0.0.1.evil.example"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_X_FORWARDED_SERVER": "evil.example"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_FORWARDED": "host=evil.example"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_X_ORIGINAL_URL": "https://evil.example/"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_X_HOST": "evil.example"},
    {"HTTP_HOST": "127.0.0.1", "SERVER_NAME": "evil.example"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_REFERER": "https://evil.example/"},
    {"HTTP_HOST": "127.0.0.1", "HTTP_ORIGIN": "https://evil.example"},
]


def words(message):
    mail = write_mail(message, kind_named(message.kind), now=NOW)
    return mail, "\n".join([mail.subject, mail.body, *(str(part.content) for part in mail.alternatives)])


@pytest.fixture
def maya():
    person = PersonFactory(email="maya@example.org", language="fr")
    SeatFactory(role=Role.COORDINATOR, holder__person=person)
    return person


@pytest.mark.parametrize("headers", FORGED)
def test_links_in_mails_never_name_the_host_of_the_request(client, maya, headers):
    for url in ("/account/login/code/", "/account/password/reset/"):
        client.post(url, {"email": "maya@example.org"}, **headers)
    client.force_login(maya)
    seat = maya.seats.get()
    for url in (f"/p/{seat.partnership.slug}/seats/invite/",):
        client.post(
            url,
            {"partner": seat.participation_id, "name": "Ana", "email": "ana@example.org", "role": "member"},
            **headers,
        )

    written = [words(message)[1] for message in Message.objects.all()]
    assert [text for text in written if "evil" in text] == []
    is_refused = headers["HTTP_HOST"] != "127.0.0.1"
    assert len(written) == (0 if is_refused else 3)


def test_code_mail_speaks_the_language_of_the_person_and_cannot_be_stopped(client, maya):
    client.post("/account/login/code/", {"email": "maya@example.org"})

    mail, text = words(Message.objects.get())
    assert 'lang="fr"' in text
    assert mail.to == [f"{maya.name} <maya@example.org>"]
    assert "List-Unsubscribe" not in mail.extra_headers


def test_invitation_says_who_invites_to_what_and_how_to_get_in():
    coordinator = SeatFactory(
        role=Role.COORDINATOR, partnership__name="Clean Rivers", partnership__summary="Swim again by 2030",
        holder__person__name="Maya Okafor", organization__name="Eastvale",
    )  # fmt: skip
    seat = services.invite_to_seat(
        partnership=coordinator.partnership, organization=coordinator.organization, name="Ana", email="a@example.org",
        role=Role.MEMBER, title="", by=coordinator, now=NOW,
    )  # fmt: skip

    message = Message.objects.get()
    mail, text = words(message)
    slug = coordinator.partnership.slug
    assert mail.subject == "Maya Okafor keeps a seat for you at Clean Rivers"
    for said in ("Swim again by 2030", "on behalf of Eastvale", "Member", "Takes part in meetings"):
        assert text.count(said) >= 2, said
    assert f"http://127.0.0.1:8000/account/login/code/?next=/p/{slug}/partners/" in mail.body
    assert kind_named(message.kind).still_wanted(message, NOW) is True
    services.vacate_seat(seat=seat, by=coordinator, now=NOW)
    assert kind_named(message.kind).still_wanted(message, NOW) is False
