import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from core.models import AuditEvent
from notifications import preferences
from notifications.links import Subscription, read_token, write_token
from notifications.models import Unsubscription
from notifications.preferences import KindCannotBeStopped, unsubscribe
from notifications.registry import kind_named
from notifications.registry import kinds as registered
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import UnsubscriptionFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def robin():
    return PersonFactory(language="en")


@pytest.fixture
def path(robin):
    return reverse("notifications:unsubscribe", args=[write_token(Subscription(robin.pk, "test_greeting"))])


def stopped():
    return list(Unsubscription.objects.values_list("person_id", "kind"))


def test_opening_the_link_shows_which_mails_and_changes_nothing(client, world, path):
    response = client.get(path)

    assert response.status_code == 200
    assert "Greetings from the tests" in response.text
    assert "Stop these e-mails?" in response.text
    assert stopped() == []


def test_pressing_the_button_stops_one_kind_for_one_person(client, world, path, robin):
    PersonFactory()

    response = client.post(path, {"stop": "1"})

    assert "We stopped these e-mails" in response.text
    assert stopped() == [(robin.pk, "test_greeting")]
    assert list(AuditEvent.objects.values_list("verb", "actor_id", "data")) == [
        ("mail.unsubscribed", robin.pk, {"kind": "test_greeting"})
    ]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_mail_programs_stop_mails_with_one_click_and_no_cookie(world, path, robin, content_type, tell):
    client = Client(enforce_csrf_checks=True)
    body = {
        "application/x-www-form-urlencoded": "List-Unsubscribe=One-Click",
        "multipart/form-data": (
            '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
        ),
    }[content_type]
    boundary = "; boundary=b" if content_type.startswith("multipart") else ""

    responses = [client.post(path, body, content_type=content_type + boundary) for _ in range(5)]

    tell(posts=len(responses), stopped=len(stopped()), audited=AuditEvent.objects.count())
    assert [response.status_code for response in responses] == [200] * 5
    assert stopped() == [(robin.pk, "test_greeting")]
    assert all(not response.cookies for response in responses)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Please"}, {"confirm": "1"}])
def test_another_body_changes_nothing(client, world, path, body):
    response = client.post(path, body)

    assert response.status_code == 422
    assert stopped() == []


def test_it_can_be_taken_back(client, world, path, robin):
    UnsubscriptionFactory(person=robin)
    other = UnsubscriptionFactory()

    client.post(path, {"resume": "1"})

    assert stopped() == [(other.person_id, "test_greeting")]


@pytest.mark.parametrize(
    "change",
    [lambda token: ("A" if token[0] != "A" else "B") + token[1:], lambda token: token[:20], lambda token: "é" + token],
)
def test_a_token_we_did_not_write_opens_nothing(client, world, robin, change):
    token = write_token(Subscription(robin.pk, "test_greeting"))

    response = client.get(reverse("notifications:unsubscribe", args=[change(token)]))

    assert response.status_code == 404


def test_the_link_of_somebody_who_is_gone_opens_nothing(client, world, path, robin):
    robin.delete()

    assert client.get(path).status_code == 404


def test_a_token_stands_for_one_person_and_one_kind_and_outlives_a_new_key(robin, settings):
    subscription = Subscription(robin.pk, "test_greeting")
    token = write_token(subscription)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key"

    assert read_token(token) == subscription
    assert write_token(subscription) != token


def test_the_page_speaks_the_language_of_the_person_or_the_one_asked_for(client, world, path, robin):
    type(robin).objects.filter(pk=robin.pk).update(language="fr")

    own = client.get(path)
    asked = client.get(path, {"lang": "en"})
    nonsense = client.get(path, {"lang": "xx"})

    assert [('<html lang="fr"' in page.text) for page in (own, asked, nonsense)] == [True, False, True]


def test_the_page_sets_no_cookie_and_says_little_about_itself(client, world, path):
    response = client.get(path)

    assert not response.cookies
    assert response["Referrer-Policy"] == "strict-origin"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"


def test_mail_that_was_asked_for_cannot_be_stopped(world, robin):
    with pytest.raises(KindCannotBeStopped):
        unsubscribe(person_id=robin.pk, kind="test_code", now=NOW)

    assert stopped() == []


@pytest.mark.parametrize("kind", [one.name for one in registered() if one.offers_unsubscribe])
def test_every_kind_says_what_stops_and_stops_with_one_click(client, robin, kind):
    path = reverse("notifications:unsubscribe", args=[write_token(Subscription(robin.pk, kind))])
    one = kind_named(kind)

    page = client.get(path)
    for _ in range(5):
        client.post(path, {"List-Unsubscribe": "One-Click"})

    assert escape(str(one.stays or one.description)) in page.text
    assert reverse("notifications:preferences") in page.text
    assert "We stopped these e-mails" in client.get(path).text
    kinds = [row_kind for _person, row_kind in stopped()]
    assert len(set(kinds)) == len(kinds)
    assert kinds == [kind] or one.gathers


def test_stopping_a_digest_names_what_came_in_it_and_stops_that(client, robin):
    path = reverse("notifications:unsubscribe", args=[write_token(Subscription(robin.pk, "daily_digest"))])

    page = client.get(path)
    client.post(path, {"stop": "1"})

    assert str(kind_named("action_due").title) in page.text
    assert {kind for _person, kind in stopped()} == {"action_due", "action_overdue", "numbers_waiting"}
    assert "We stopped these e-mails" in client.get(path).text
    client.post(path, {"resume": "1"})
    assert stopped() == []


def test_who_wants_no_invitations_still_hears_that_a_meeting_they_know_of_has_changed(client, robin):
    """The three are kinds of their own, and the page of each says what comes all the same."""
    kinds = {name: kind_named(name) for name in ("meeting_invitation", "meeting_changed", "meeting_cancelled")}

    preferences.unsubscribe(person_id=robin.pk, kind="meeting_invitation", now=NOW)

    assert stopped() == [(robin.pk, "meeting_invitation")]
    assert all(kind.stays for kind in kinds.values())
