"""The pages about mail in a real browser: in both themes, on every width, with axe's rules, and by keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from notifications.models import Preference
from tests import servers
from tests.factories.accounts import PersonFactory
from tests.looking import troubles

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server, client, monkeypatch):
    """A browser, signed in as an operator."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    path = servers.needed("Chromium", servers.chromium())
    client.force_login(PersonFactory(is_staff=True, language="en"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        context = browser.new_context()
        context.add_cookies([cookie])
        yield context.new_page()
        browser.close()


def test_the_gallery_of_mails_can_be_looked_at(page, live_server):
    assert troubles(page, live_server.url + reverse("notifications:mail-gallery")) == []


def test_the_preferences_can_be_looked_at_and_used_by_keyboard(page, live_server):
    assert troubles(page, live_server.url + reverse("notifications:preferences")) == []

    page.get_by_label("Actions you are given").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save").press("Enter")

    page.get_by_text("Saved.").wait_for()
    assert list(Preference.objects.values_list("kind", "rhythm")) == [("action_assigned", "daily")]
