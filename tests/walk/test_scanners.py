"""Mail scanners open every link, some in a real browser: nothing is answered, stopped, accepted or used up by that."""

import re
import time
from datetime import timedelta
from html import unescape
from urllib.request import Request, urlopen

import pytest
from django.apps import apps
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from core import clock
from notifications import delivery, planning
from partners.permissions import Role
from partners.services import invite_to_seat
from tests.drill import size
from tests.factories.feedback import open_window
from tests.factories.partners import SeatFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(size(600, 3600))]

TIMES, SECONDS = size(3, 20), size(1, 10)
LINK = re.compile(r"https?://[^\s\"'<>]+")
AGENTS = (
    "Mozilla/5.0 (compatible; link scanner)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "",
)
COME_AND_GO = {"django_session", "notifications_heartbeat", "core_ratecount"}


def everything_stored():
    """Every row of every table, but for visits and counts of visits."""
    return {
        model._meta.db_table: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.db_table not in COME_AND_GO
    }


def links_in(sent: EmailMultiAlternatives):
    """What a scanner finds: in the text, in the HTML, and in the headers."""
    parts = [sent.body, *(content for content, _type in sent.alternatives), *map(str, sent.extra_headers.values())]
    return {unescape(link).rstrip(".,);") for part in parts for link in LINK.findall(str(part))}


@pytest.fixture
def letters(client, settings, live_server):
    """One of every letter whose link could do something: a form, a seat, a password, a meeting, and their headers."""
    settings.SITE_URL = live_server.url
    now = clock.now()
    coordinator = SeatFactory(role=Role.COORDINATOR)
    open_window(present=6, closed_at=now, partnership=coordinator.partnership)
    invite_to_seat(
        partnership=coordinator.partnership,
        organization=coordinator.participation.organization,
        name="Kim",
        email="kim@example.org",
        role=Role.MEMBER,
        title="",
        by=coordinator,
        now=now,
    )
    client.post(reverse("account_reset_password"), {"email": coordinator.person.email})
    planning.plan_due(now=now)
    delivery.dispatch_due(now=now + timedelta(minutes=11))
    return list(mail.outbox)


@pytest.mark.drill
def test_links_opened_by_machines_change_nothing(letters, live_server, chromium, tell):
    links = sorted({link for letter in letters for link in links_in(letter) if link.startswith(live_server.url)})
    before = everything_stored()

    visits = 0
    for link in links:
        for agent in AGENTS:
            for method in ["GET"] * TIMES + ["HEAD"]:
                with urlopen(Request(link, method=method, headers={"User-Agent": agent}), timeout=20) as answer:  # noqa: S310 -- our own address
                    assert answer.status == 200, link
                visits += 1
        page = chromium.new_page()
        page.goto(link)
        page.wait_for_load_state("networkidle")
        time.sleep(SECONDS)
        page.close()
    tell(letters=len(letters), links=len(links), visits=visits)

    assert len({letter.subject for letter in letters}) >= 3
    assert {path for path in ("/f/", "/u/", "/account/") if any(path in link for link in links)} == {
        "/f/",
        "/u/",
        "/account/",
    }
    assert everything_stored() == before


def test_a_pressed_button_does_change_something(letters, live_server, chromium):
    """Else the test above would see nothing."""
    before = everything_stored()
    link = next(link for letter in letters for link in links_in(letter) if "/f/" in link)
    page = chromium.new_page()
    page.goto(link)
    page.get_by_role("radio").first.check(force=True)
    page.get_by_role("button", name=re.compile("Send", re.IGNORECASE)).click()
    page.wait_for_load_state("networkidle")
    page.close()

    assert everything_stored() != before
