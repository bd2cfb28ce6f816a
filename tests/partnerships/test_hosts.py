"""A visitor's word about the host reaches no mail, and no form sends anybody to another site."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from core import clock
from notifications import delivery
from partners.permissions import Role
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
EVIL = "evil.example"
HOSTS = [
    {"HTTP_HOST": EVIL},
    {"HTTP_HOST": f"testserver@{EVIL}"},
    {"HTTP_HOST": f"testserver.{EVIL}"},
    {"HTTP_HOST": f"testserver:80@{EVIL}"},
    {"HTTP_HOST": f"{EVIL}:80"},
    {"HTTP_HOST": f"testserver, {EVIL}"},
    {"HTTP_HOST": f"testserver\t{EVIL}"},
    {"HTTP_HOST": f"testserver/{EVIL}"},
    {"HTTP_X_FORWARDED_HOST": EVIL},
    {"HTTP_X_FORWARDED_HOST": f"testserver, {EVIL}"},
    {"HTTP_FORWARDED": f"host={EVIL};proto=https"},
    {"HTTP_X_HOST": EVIL, "HTTP_X_FORWARDED_SERVER": EVIL, "HTTP_X_ORIGINAL_URL": f"http://{EVIL}/"},
]
ELSEWHERE = [
    f"http://{EVIL}", f"https://{EVIL}/", f"//{EVIL}", f"///{EVIL}", f"////{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}",
    f"\\/{EVIL}", f"http:{EVIL}", f"https:///{EVIL}", f"http:///{EVIL}", "javascript:alert(1)", f"/\t/{EVIL}",
    f"\t//{EVIL}", f" //{EVIL}", f"http:\\\\{EVIL}", f"//{EVIL}%2f..", f"/%09/{EVIL}", f"data:text/html,{EVIL}",
    f"https:{EVIL}/a", f"//testserver@{EVIL}", f"http://testserver\\@{EVIL}",
]  # fmt: skip


@pytest.fixture
def coordinator():
    seat = SeatFactory(role=Role.COORDINATOR)
    seat.person.set_password("a harbour full of light")
    seat.person.save()
    return seat


def actions(coordinator):
    """What makes a mail, as ``(path, form, needs to be signed in)``."""
    slug = coordinator.partnership.slug
    seated = {
        "partner": coordinator.participation_id,
        "name": "Kim",
        "email": "kim@example.org",
        "role": Role.MEMBER,
        "title": "",
    }
    return [
        (reverse("account_reset_password"), {"email": coordinator.person.email}, False),
        (reverse("account_request_login_code"), {"email": coordinator.person.email}, False),
        (reverse("partners:seat-invite", args=[slug]), seated, True),
    ]


def is_ours(location):
    return re.fullmatch(r"(?:http://testserver)?/(?![/\\])[^\s\\]*", location) is not None


@pytest.mark.parametrize("host", HOSTS)
def test_mails_lead_to_this_site_whatever_host_a_visitor_names(client, coordinator, host, settings):
    for path, typed, needs_person in actions(coordinator):
        if needs_person:
            client.force_login(coordinator.person)
        client.post(path, typed, **host)
    delivery.dispatch_due(now=clock.now() + timedelta(hours=1))

    told = "".join(str(one.message()) for one in mail.outbox)
    assert EVIL not in told


def test_those_actions_do_make_mails_with_links(client, coordinator, settings):
    """Else the test above would see nothing."""
    for path, typed, needs_person in actions(coordinator):
        if needs_person:
            client.force_login(coordinator.person)
        assert client.post(path, typed).status_code == 302, path
    delivery.dispatch_due(now=clock.now() + timedelta(minutes=9))

    assert len(mail.outbox) == 3
    assert sum(settings.SITE_URL in one.body for one in mail.outbox) >= 2


@pytest.mark.parametrize("to", ELSEWHERE)
def test_no_form_sends_anybody_to_another_site(client, coordinator, to):
    language = client.post(reverse("set_language"), {"language": "fr", "next": to})
    sign_in = {"login": coordinator.person.email, "password": "a harbour full of light", "next": to}
    signed_in = client.post(f"{reverse('account_login')}", sign_in)
    client.logout()
    by_address = client.post(reverse("account_login", query={"next": to}), {**sign_in, "next": ""})
    signed_out = client.post(reverse("account_logout"), {"next": to})

    assert [one.status_code for one in (language, signed_in, by_address, signed_out)] == [302] * 4
    assert [one.url for one in (language, signed_in, by_address, signed_out) if not is_ours(one.url)] == []


def test_a_path_of_ours_is_where_one_arrives(client, coordinator):
    """Else every address would be refused, and the test above would see nothing."""
    answer = client.post(reverse("set_language"), {"language": "fr", "next": "/p/there/"})

    assert answer.url == "/p/there/"
