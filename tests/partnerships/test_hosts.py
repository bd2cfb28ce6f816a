"""A visitor's word about the host reaches no mail, and no form sends anybody to another site."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse

from core import clock
from feedback import rooms
from notifications import delivery
from notifications.models import Message
from partners.permissions import Role
from tests.factories.feedback import open_window
from tests.factories.meetings import MeetingFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
EVIL = "evil.example"
DAY = timedelta(days=1)
KINDS = {"password_reset", "login_code", "feedback_link", "seat_invitation", "meeting_invitation", "action_assigned"}
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
    now = clock.now()
    others = [SeatFactory(partnership=coordinator.partnership) for _ in range(2)]
    meeting = MeetingFactory(
        partnership=coordinator.partnership, organizer=coordinator, starts_at=now + 9 * DAY, ends_at=now + 9.1 * DAY
    )
    window = open_window(present=6, closed_at=now)
    room = rooms.room_url(window.meeting).removeprefix(settings.SITE_URL)
    asked = window.invitations.order_by("pk").first().person.email
    duty = {"title": "Agree one form", "accountable": others[0].pk, "due_on": f"{now + 9 * DAY:%Y-%m-%d}"}
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
        (room, {"email": asked}, False),
        (reverse("partners:seat-invite", args=[slug]), seated, True),
        (reverse("meetings:meeting-invite", args=[slug, meeting.pk]), {"seats": [others[1].pk]}, True),
        (reverse("goals:action-add", args=[slug]), duty, True),
    ]


def is_ours(location):
    return re.fullmatch(r"(?:http://testserver)?/(?![/\\])[^\s\\]*", location) is not None


def act(client, coordinator, **host):
    """Do all of it; the status of each, and what went out, as text by kind."""
    statuses = []
    for path, typed, needs_person in actions(coordinator):
        if needs_person:
            client.force_login(coordinator.person)
        statuses.append(client.post(path, typed, **host).status_code)
    kinds = set(Message.objects.values_list("kind", flat=True))
    delivery.dispatch_due(now=clock.now() + timedelta(minutes=11))
    return statuses, kinds, [str(one.message()) for one in mail.outbox]


@pytest.mark.parametrize("host", HOSTS)
def test_mails_lead_to_this_site_whatever_host_a_visitor_names(client, coordinator, host, tell):
    statuses, kinds, told = act(client, coordinator, **host)

    tell(host=str(host), actions=len(statuses), answers=statuses, kinds=len(kinds), mails=len(told))
    assert len(HOSTS) == 12
    assert [one for one in told if EVIL in one] == []


def test_those_actions_do_make_mails_with_links(client, coordinator):
    """Else the test above would see nothing."""
    statuses, kinds, told = act(client, coordinator)

    assert statuses == [302, 302, 200, 302, 302, 302]
    assert kinds - {"feedback_request", "feedback_reminder"} == KINDS  # the form came before
    assert sum(settings.SITE_URL in one for one in told) >= 5


def test_a_poisoned_link_would_be_found(client, coordinator, settings):
    """Else the test above would see nothing."""
    settings.SITE_URL = f"http://{EVIL}"

    _statuses, _kinds, told = act(client, coordinator)

    assert sum(EVIL in one for one in told) >= 5


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
