import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests import servers
from tests.factories.accounts import PersonFactory

GALLERY = reverse("core:gallery")
SIZES = {
    "narrowest": {"width": 320, "height": 640},
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1280, "height": 900},
}


@pytest.mark.django_db
def test_gallery_is_for_operators_only(client):
    client.force_login(PersonFactory(is_staff=False))

    assert client.get(GALLERY).status_code == 403


@pytest.mark.django_db
def test_gallery_shows_the_error_in_its_title(client):
    client.force_login(PersonFactory(is_staff=True))

    page = client.get(GALLERY).content.decode()

    assert "<title>Error: Components · Common Thread</title>" in page


@pytest.fixture
def operator_page(live_server, client, transactional_db):
    """A function that opens the gallery in Chromium, with a list of what the content security policy refused."""
    chromium = servers.needed("Chromium", servers.chromium())
    client.force_login(PersonFactory(is_staff=True))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])

        def open_page(*, size, scripts=True, theme="light"):
            context = browser.new_context(viewport=SIZES[size], java_script_enabled=scripts)
            context.add_cookies([cookie])
            page = context.new_page()
            page.refused = []
            page.on("console", lambda message: page.refused.append(message.text) if message.type == "error" else None)
            page.goto(f"{live_server.url}{GALLERY}?theme={theme}")
            return page

        yield open_page
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_gallery_is_accessible_and_keeps_to_the_policy(operator_page, size, theme):
    page = operator_page(size=size, theme=theme)

    found = Axe().run(page).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.refused == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_the_menu_can_be_reached_without_scripts_on_a_phone(operator_page):
    page = operator_page(size="phone", scripts=False)

    assert page.get_by_role("complementary", name="Main menu").is_visible()


@pytest.mark.browser
def test_the_error_summary_has_focus_when_the_page_has_loaded(operator_page):
    page = operator_page(size="desk")

    assert page.evaluate("document.activeElement.className") == "error-summary"


@pytest.mark.browser
def test_paper_is_light_whatever_the_theme(operator_page):
    page = operator_page(size="desk", theme="dark")
    ink = "getComputedStyle(document.querySelector('h1')).color"
    on_screen = page.evaluate(ink)

    page.emulate_media(media="print")

    assert (on_screen, page.evaluate(ink)) == ("rgb(236, 234, 227)", "rgb(30, 34, 48)")
