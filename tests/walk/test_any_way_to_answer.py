"""The feedback form for those who use no mouse, run no scripts, or hold the smallest phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from feedback.choices import ITEMS
from feedback.models import FeedbackResponse
from feedback.services import close_window
from tests.factories.feedback import open_window, tokens_of
from tests.looking import NARROWEST, Listener, sideways, troubles
from tests.walk import steps
from tests.walk.steps import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

RATINGS = {item: 1 + number % 5 for number, item in enumerate(ITEMS)}


@pytest.fixture
def asked():
    """A window that has just opened, and the links of the people asked."""
    window = open_window(present=6, closed_at=clock.now())
    return window, tokens_of(window)


@pytest.fixture
def links(asked, live_server):
    _window, tokens = asked
    return [live_server.url + reverse("feedback:window-answer", args=[token]) for token in tokens]


@pytest.fixture
def open_phone(chromium):
    contexts = []

    def open_phone(*, scripts):
        size = {"width": NARROWEST, "height": 568}
        context = chromium.new_context(viewport=size, java_script_enabled=scripts, reduced_motion="reduce")
        contexts.append(context)
        open_phone.listener = Listener(context)
        return context.new_page()

    yield open_phone
    for context in contexts:
        context.close()


def focus_is_visible(page):
    """Whether what has the focus lies at least partly in the window and not wholly under the bar at its foot."""
    return page.evaluate(
        """() => {
            const box = document.activeElement.getBoundingClientRect();
            const label = document.activeElement.labels && document.activeElement.labels[0];
            const seen = label ? label.getBoundingClientRect() : box;
            const x = seen.left + seen.width / 2;
            const spots = [seen.top + 2, seen.top + seen.height / 2, seen.bottom - 2];
            const bar = document.querySelector('.sendbar');
            return spots.some(y => y >= 0 && y < innerHeight &&
                (bar.contains(document.activeElement) || !bar.contains(document.elementFromPoint(x, y))));
        }"""
    )


def focused(page):
    return page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_form_can_be_filled_in_by_keyboard_alone(open_phone, links, scripts):
    page = open_phone(scripts=scripts)
    hidden = []

    steps.answer_by_keyboard(
        page,
        links[0],
        RATINGS,
        words="Shorter papers.",
        at_each=lambda: focus_is_visible(page) or hidden.append(focused(page)),
    )

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we got it")
    expect(page.locator("main")).to_contain_text("1 of the 6 people asked")
    assert hidden == []
    assert open_phone.listener.heard == []


def test_what_was_ticked_by_keyboard_is_what_is_counted(open_phone, asked, links):
    window, _tokens = asked
    for link in links:
        steps.answer_by_keyboard(open_phone(scripts=False), link, RATINGS)

    close_window(window_id=window.pk, now=window.closes_at)

    rows = FeedbackResponse.objects.filter(window=window)
    assert {tuple(getattr(row, item) for item in ITEMS) for row in rows} == {tuple(RATINGS.values())}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_empty_form_comes_back_with_the_reason(open_phone, links, scripts):
    page = open_phone(scripts=scripts)
    page.goto(links[0])
    assert sideways(page) == []

    press(page, "Send")

    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("We could not send it yet")
    assert page.title().startswith("Error:")
    assert sideways(page) == []
    if scripts:
        expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.locator(f"#{ITEMS[0]}-1")).to_be_focused()


def test_the_form_and_its_refusal_and_its_thanks_can_be_read_by_everybody(open_phone, links):
    page = open_phone(scripts=True)
    page.goto(links[0])
    found = troubles(page)
    press(page, "Send")
    found += troubles(page)
    steps.answer(page, links[0], RATINGS)
    press(page, "Send")
    found += troubles(page)
    page.goto(f"{links[0]}?lang=fr")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    found += troubles(page)

    assert found == []
