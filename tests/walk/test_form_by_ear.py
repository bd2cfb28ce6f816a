"""The feedback form as a screen reader tells it: through the browser's accessibility tree, by role and name alone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from feedback import form
from feedback.choices import OWN, RATED
from feedback.models import FeedbackResponse, NamedResponse
from feedback.services import close_window
from tests.factories.feedback import FeedbackSettingsFactory, OwnQuestionFactory, open_window, tokens_of
from tests.looking import NARROWEST, Listener, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

OWN_LINE = {"en": "Families were heard.", "fr": "Les familles ont été entendues."}
KEPT_IN = {"anonymous": FeedbackResponse, "named": NamedResponse}


@pytest.fixture(params=KEPT_IN)
def mode(request):
    return request.param


@pytest.fixture
def window(mode):
    partnership = FeedbackSettingsFactory(mode=mode).partnership
    OwnQuestionFactory(partnership=partnership, text_en=OWN_LINE["en"], text_fr=OWN_LINE["fr"])
    return open_window(present=6, partnership=partnership, closed_at=clock.now())


@pytest.fixture
def link(window, live_server):
    return live_server.url + reverse("feedback:window-answer", args=[tokens_of(window)[0]])


@pytest.fixture
def phone(chromium):
    """The smallest phone, without scripts; it complains about nothing."""
    context = chromium.new_context(viewport={"width": NARROWEST, "height": 568}, java_script_enabled=False)
    listener = Listener(context)
    yield context.new_page()
    context.close()
    assert [line for line in listener.heard if "422" not in line] == []  # Chromium mentions a refused form


def told(page):
    """Everything a screen reader tells, in its order: role, name, and whether it is ticked."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    [root] = [node for node in nodes.values() if "parentId" not in node]
    return [
        (
            node["role"]["value"],
            node.get("name", {}).get("value", ""),
            next((p["value"]["value"] for p in node.get("properties", ()) if p["name"] == "checked"), None),
        )
        for node in _in_order(root, nodes)
        if not node.get("ignored")
    ]


def _in_order(node, nodes):
    yield node
    for child in node["childIds"]:
        if child in nodes:
            yield from _in_order(nodes[child], nodes)


def named(tree, *roles):
    return [name for role, name, _checked in tree if role in roles]


def questions_of(language):
    return form.text_in(form.CURRENT, language).with_own(OWN_LINE[language])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_line_is_told_with_its_words_and_nothing_is_ticked(phone, link, language):
    phone.goto(f"{link}?lang={language}")

    tree = told(phone)

    questions = questions_of(language)
    groups = named(tree, "group", "radiogroup")
    assert [name for name in groups if name] == [question.text for question in questions]
    assert named(tree, "radio") == [word for question in questions for word in (*question.scale, question.skip)]
    assert {checked for role, _name, checked in tree if role in ("radio", "checkbox")} == {"false"}
    assert all(name for role, name, _checked in tree if role in ("radio", "checkbox", "textbox", "button", "link"))
    assert len(named(tree, "main")) == len(named(tree, "banner")) == 1
    assert sideways(phone) == []


def test_who_sees_what_is_told_before_the_first_line(phone, link, mode):
    phone.goto(f"{link}?lang=en")

    tree = told(phone)

    text = form.text_in(form.CURRENT, "en")
    promise = text.promise_named if mode == "named" else text.promise
    order = [name for _role, name, _checked in tree]
    first_line = order.index(questions_of("en")[0].text)
    assert named(tree, "heading")[:2] == ["How was our meeting?", "Who sees what"]
    assert all(order.index(sentence) < first_line for sentence in promise)


def test_form_is_answered_by_role_and_name_alone(phone, window, link, mode):
    phone.goto(f"{link}?lang=en")
    for place, question in enumerate(questions_of("en")):
        phone.get_by_role("group", name=question.text).get_by_role("radio", name=question.scale[place % 5]).check()
    phone.get_by_role("textbox", name="What one thing would make our work together better?").fill("Shorter papers.")
    phone.get_by_role("checkbox", name="You may share my exact words.").check()
    phone.get_by_role("button", name="Send").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, we got it")
    assert sideways(phone) == []
    close_window(window_id=window.pk, now=window.closes_at)
    row = KEPT_IN[mode].objects.get()
    order = [question.key for question in questions_of("en")]
    assert {item: getattr(row, item) for item in RATED} == {key: 1 + place % 5 for place, key in enumerate(order)}
    assert KEPT_IN[{"named": "anonymous", "anonymous": "named"}[mode]].objects.count() == 0


def test_refusal_is_told_with_its_reason_and_leads_to_its_place(phone, link):
    phone.goto(f"{link}?lang=en")
    phone.get_by_role("button", name="Send").click()
    expect(phone).to_have_title(re.compile("^Error:"))
    expect(phone.get_by_role("heading", name="We could not send it yet")).to_be_visible()

    tree = told(phone)

    assert "We could not send it yet" in named(tree, "heading")
    reason = phone.get_by_role("link", name="Answer at least one line, or write a few words.")
    assert reason.get_attribute("href") == "#communication-1"
    assert sideways(phone) == []


def test_language_is_switched_by_a_link_and_the_thanks_stay_in_it(phone, link):
    phone.goto(f"{link}?lang=en")
    switch = phone.get_by_role("navigation", name="Language").get_by_role("link", name="Français")
    assert switch.get_attribute("lang") == "fr"
    switch.click()

    expect(phone.locator("html")).to_have_attribute("lang", "fr")
    own = phone.get_by_role("group", name=OWN_LINE["fr"])
    assert own.get_by_role("radio").count() == 6
    own.get_by_role("radio", name="Tout à fait vrai").check()
    phone.get_by_role("button", name="Envoyer").click()
    expect(phone.locator("html")).to_have_attribute("lang", "fr")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Merci, nous l’avons bien reçu")
    assert phone.context.cookies() == []
    assert phone.locator(f"[name={OWN}]").count() == 0


def test_link_is_asked_for_in_the_room_by_role_alone(phone, window, live_server):
    from feedback.rooms import room_url  # noqa: PLC0415 -- beside its only use

    phone.goto(live_server.url + room_url(window.meeting).split(":8000")[1])
    phone.get_by_role("textbox", name="Your e-mail address").fill("nobody@example.org")
    phone.get_by_role("button", name="Send me my link").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    assert sideways(phone) == []
