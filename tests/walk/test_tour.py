"""Every page of the sample partnership opens, has something to look at, and can be read by everybody."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from django.utils.text import slugify
from playwright.sync_api import expect

from partnerships.demo import people, story
from tests.looking import HEIGHT, THEMES, WIDTHS, Listener, troubles, wear
from tests.product import running_product
from tests.walk import steps

PAGES_OF_A_KIND = 2
LEAST_WORDS = 20
NO_PAGES = {
    "exchange:import-example",
    "exchange:round-template",
    "feedback:health-document",
    "feedback:health-numbers",
    "notifications:mail-attachment",
    "notifications:mail-as-sent",
    "",
}
COORDINATOR = story.PARTNERS[0].people[0]

EXPECTED = {
    COORDINATOR.email: {
        "reports:today",
        "reports:progress",
        "reports:progress-month",
        "goals:goal-list",
        "goals:goal-detail",
        "goals:goal-add",
        "goals:goal-edit",
        "goals:indicator-add",
        "goals:indicator-edit",
        "goals:measurement-list",
        "goals:measurement-add",
        "goals:action-list",
        "goals:action-detail",
        "goals:action-add",
        "goals:action-edit",
        "partners:partner-list",
        "partners:partner-detail",
        "partners:partner-add",
        "partners:partner-edit",
        "partners:seat-list",
        "partners:seat-invite",
        "partners:seat-role",
        "partners:seat-vacate",
        "partners:partnership-list",
        "partners:partnership-edit",
        "meetings:meeting-list",
        "meetings:meeting-detail",
        "meetings:meeting-add",
        "meetings:meeting-next",
        "meetings:series-detail",
        "meetings:series-reminders",
        "feedback:health-list",
        "feedback:health-detail",
        "feedback:follow-up",
        "feedback:anonymity",
        "exchange:import-list",
        "exchange:import-upload",
        "accounts:profile",
    },
    people.OPERATOR: {"reports:today", "partners:partnership-list", "exchange:import-list"},
}

pytestmark = [pytest.mark.browser, pytest.mark.chaos, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The sample partnership as ``make demo`` builds it, with the web server only: nothing changes meanwhile."""
    with running_product(folder=tmp_path_factory.mktemp("demo")) as product:
        product.manage("demo", "--build-only")
        yield product.start(only=["web"])


@pytest.fixture
def window(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": HEIGHT})
    listener = Listener(context)
    yield context.new_page()
    context.close()
    assert listener.heard == []


def pages_from(page, start):
    """Walk the links breadth first, at most two addresses of each kind; yields the name of each page that is open."""
    site = urlsplit(start)
    waiting, known, kinds = [start], {start}, Counter()
    while waiting:
        address = waiting.pop(0)
        name = kind_of(address)
        if name in NO_PAGES or kinds[name] == PAGES_OF_A_KIND:
            continue
        kinds[name] += 1
        answer = page.goto(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        yield name
        found = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.href.split('#')[0])")
        for link in dict.fromkeys(found):
            if urlsplit(link)[:2] == site[:2] and link not in known:
                known.add(link)
                waiting.append(link)


def kind_of(address):
    """The name of the route; of different questions to one page only the first counts."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def keep_pictures(page, folder, name):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for theme in THEMES:
            wear(page, theme)
            page.screenshot(path=folder / f"{name.replace(':', '-')}-{width}-{theme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    wear(page, "light")


def tour(page, start, folder):
    """What is wrong with the pages that can be reached from ``start``, and which kinds these are."""
    found, kinds = [], set()
    for name in pages_from(page, start):
        words = len(page.locator("main").inner_text().split())
        if words < LEAST_WORDS:
            found.append(f"{page.url}: {words} words are nothing to look at")
        found += troubles(page)
        if name not in kinds:
            keep_pictures(page, folder, name)
        kinds.add(name)
    return found, kinds


@pytest.mark.parametrize("who", [COORDINATOR.email, people.OPERATOR])
def test_every_page_of_the_demo_can_be_read(demo, window, tmp_path, who):
    window.goto(demo.url)
    steps.sign_in_by_password(window, email=who, password=people.PASSWORD)

    found, kinds = tour(window, window.url, tmp_path)

    assert found == []
    assert kinds >= EXPECTED[who]


MAIN_PAGES = [
    "",
    "progress/",
    "goals/",
    "actions/",
    "meetings/",
    "partners/",
    "seats/",
    "health/",
    "settings/",
]


def test_the_main_pages_speak_french(demo, window):
    window.goto(demo.url)
    steps.sign_in_by_password(window, email=COORDINATOR.email, password=people.PASSWORD)
    home = f"{demo.url}/p/{slugify(story.NAME)}/"
    window.goto(home)
    window.locator("#nav details.me summary").click()
    steps.press(window, "Français")

    found = []
    for path in MAIN_PAGES:
        answer = window.goto(f"{home}{path}")
        expect(window.locator("html")).to_have_attribute("lang", "fr")
        found += troubles(window) if answer.status == 200 else [f"{window.url}: {answer.status}"]

    assert found == []


@pytest.mark.django_db(transaction=True)
def test_errors_can_be_read_by_everybody(live_server, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": HEIGHT})
    page = context.new_page()

    found = []
    for path in ["no/such/page/", "f/no-such-link/", "u/no-such-link/"]:
        found += troubles(page, f"{live_server.url}/{path}")
    context.close()

    assert found == []


def test_doors_can_be_read_by_everybody(demo, window):
    found = []
    for path in [
        "account/login/",
        "account/login/code/",
        "account/password/reset/",
        "account/signup/",
        "feedback/anonymous/",
        "feedback/anonymous/?lang=fr",
        "dev/mailbox/",
    ]:
        found += troubles(window, f"{demo.url}/{path}")

    assert found == []
