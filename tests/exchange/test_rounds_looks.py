"""Earlier rounds in a real browser: without JavaScript from file to history, and every page looked at."""

import os
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Person
from exchange.views.rounds import TEMPLATE
from feedback.models import PastRound
from partners.permissions import Role
from tests.exchange.test_looks import open_browser  # noqa: F401 -- a fixture of ours
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.looking import troubles

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(open_browser, live_server):  # noqa: F811 -- the fixture
    seat = SeatFactory(
        partnership=PartnershipFactory(slug="harbour"), role=Role.COORDINATOR, holder__person=Person.objects.get()
    )
    return lambda name, *more: live_server.url + reverse(f"exchange:round-{name}", args=[seat.partnership.slug, *more])


def test_rounds_come_in_and_go_without_javascript(open_browser, address):  # noqa: F811
    page = open_browser(scripts=False)

    page.goto(address("list"))
    page.get_by_role("main").get_by_role("link", name="Bring earlier rounds").click()
    page.get_by_label("File of answers").set_input_files(TEMPLATE)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Bring these rounds in").click()
    page.get_by_role("link", name="September 2025").click()
    page.get_by_role("button", name="Take it back").click()

    assert PastRound.objects.get().label == "Spring survey"


def test_every_page_is_accessible_and_fits(open_browser, address, tmp_path):  # noqa: F811
    page, found = open_browser(scripts=True), []
    own = tmp_path / "own.csv"
    odd = "2025-13-01,Autumn,9,p1,voice,2\n2025-03-12,Spring survey,9,p1,trust,often\n"
    own.write_text(TEMPLATE.read_text().replace("voice", "Were the small ones heard?") + odd)

    def look(name):
        found.extend(troubles(page))
        if folder := os.environ.get("LOOK_FOLDER"):
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    page.goto(address("list"))
    look("rounds-none")
    page.goto(address("upload"))
    look("rounds-upload")
    page.get_by_label("File of answers").set_input_files(own)
    page.get_by_role("button", name="Read the file").click()
    look("rounds-report")
    page.get_by_role("button", name="Bring these rounds in").click()
    look("rounds-list")
    page.goto(address("undo", date(2025, 3, 1)))
    look("rounds-undo")
    assert found == []
