"""The import in a real browser: without JavaScript from file to partnership, and every page looked at."""

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from exchange.models import ImportBatch
from exchange.views.files import SAMPLE
from partners.models import Partnership
from tests import servers
from tests.factories.accounts import PersonFactory
from tests.looking import troubles

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_browser(live_server, client, monkeypatch):
    """A function that opens a signed-in page, with or without JavaScript."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    path = servers.needed("Chromium", servers.chromium())
    client.force_login(PersonFactory(may_start_partnerships=True))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )

        def open_page(*, scripts):
            context = browser.new_context(java_script_enabled=scripts)
            context.add_cookies([cookie])
            return context.new_page()

        yield open_page
        browser.close()


def test_a_file_comes_in_without_javascript(open_browser, live_server):
    page = open_browser(scripts=False)

    page.goto(live_server.url + reverse("exchange:import-list"))
    page.get_by_role("main").get_by_role("link", name="Bring a file").click()
    page.get_by_label("IATI activity file").set_input_files(SAMPLE)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label("Who is the backbone?").select_option(label="City of Larkhaven")
    page.get_by_role("button", name="Import what is ticked").click()

    assert page.get_by_role("heading", level=1).inner_text() == "The file is imported"
    assert Partnership.objects.get().participations.filter(roles__role="backbone").count() == 1


def test_every_page_is_accessible_and_fits(open_browser, live_server):
    page = open_browser(scripts=True)
    found = []

    def look(name, *args):
        found.extend(troubles(page, live_server.url + reverse(f"exchange:{name}", args=args)))

    look("import-list")
    look("import-upload")
    page.goto(live_server.url + reverse("exchange:import-upload"))
    page.get_by_label("IATI activity file").set_input_files(SAMPLE)
    page.get_by_role("button", name="Read the file").click()
    batch = ImportBatch.objects.get().pk
    look("import-detail", batch)
    look("import-problems", batch)
    page.goto(live_server.url + reverse("exchange:import-detail", args=[batch]))
    page.get_by_role("button", name="Import what is ticked").click()
    look("import-detail", batch)
    look("import-texts", batch)
    look("import-undo", batch)
    look("import-list")

    assert found == []
