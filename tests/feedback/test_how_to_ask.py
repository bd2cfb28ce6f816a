"""The choice between names and no names, and a partnership's own statement."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import AuditEvent
from feedback import form_page, services
from feedback.choices import OWN, RATED, Mode
from feedback.models import FeedbackBag, FeedbackSettings, FeedbackWindow, OwnQuestion, WindowSum
from partners.permissions import Role
from tests.factories.feedback import CLOSED, OwnQuestionFactory, open_window, tokens_of
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.pages import page, texts, words

pytestmark = pytest.mark.django_db
LINE = {"own_en": "Families were heard.", "own_fr": "Les familles ont été entendues."}


@pytest.fixture(autouse=True)
def during_the_window(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.answering.now", clock.now)


@pytest.fixture
def seat(client):
    seat = SeatFactory(role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


@pytest.fixture
def url(seat):
    return reverse("feedback:how-to-ask", args=[seat.partnership.slug])


def form_of(client, window, lang="en"):
    return page(client.get(reverse("feedback:window-answer", args=[tokens_of(window)[0]], query={"lang": lang})))


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_coordinator_chooses_and_the_next_window_keeps_it(client, seat, url):
    before = open_window(present=5, partnership=seat.partnership)

    response = client.post(url, {"mode": "named", **LINE}, follow=True)
    after = open_window(present=5, partnership=seat.partnership)

    assert "It counts from the next meeting that is closed." in response.content.decode()
    before.refresh_from_db()
    assert (before.mode, before.own_question) == ("anonymous", None)
    assert (after.mode, after.own_question.text_fr) == ("named", LINE["own_fr"])
    chosen = page(client.get(url)).select("input[name=mode][checked]")
    assert [one["value"] for one in chosen] == ["named"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"mode": "named", "own_en": "Only one."}, "Write it in both languages, or leave both empty."),
        ({"mode": "named", "own_en": "x" * 141, "own_fr": "y"}, "140"),
        ({"mode": "confidential"}, "confidential"),
        (LINE, "Choose one."),
    ],
)
def test_half_a_choice_comes_back_with_the_reason(client, url, typed, message):
    response = client.post(url, typed)

    assert response.status_code == 422
    assert message in words(page(response))
    assert (OwnQuestion.objects.count(), FeedbackSettings.objects.count()) == (0, 0)


def test_another_wording_retires_the_line_and_no_words_end_it(client, seat, url):
    client.post(url, {"mode": "anonymous", **LINE})
    client.post(url, {"mode": "anonymous", **LINE})
    same = OwnQuestion.objects.count()
    client.post(url, {"mode": "anonymous", **LINE, "own_en": "Families were asked."})
    client.post(url, {"mode": "anonymous", "own_en": "  ", "own_fr": ""})

    assert same == 1
    assert [(row.text_en, row.retired_at is not None) for row in OwnQuestion.objects.order_by("pk")] == [
        ("Families were heard.", True),
        ("Families were asked.", True),
    ]
    assert services.own_question_of(seat.partnership_id) is None
    assert verbs() == ["own_question.asked", "own_question.retired", "own_question.asked", "own_question.retired"]


def test_second_line_at_a_time_is_refused_by_the_database():
    first = OwnQuestionFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        OwnQuestionFactory(partnership=first.partnership)


def test_choice_is_written_down_once(client, url, seat):
    for mode in ("named", "named", "anonymous"):
        client.post(url, {"mode": mode})

    assert verbs() == ["feedback_settings.mode_chosen"] * 2
    assert services.mode_of(seat.partnership_id) is Mode.ANONYMOUS


# -- The line on the form ---------------------------------------------------------------------------------------------
def test_own_line_stands_after_ours_and_before_energy_in_the_language_of_the_page(client):
    question = OwnQuestionFactory(text_en="Was <it> good?", text_fr="Était-ce bien?")
    window = open_window(present=5, partnership=question.partnership)

    english, french = (form_of(client, window, lang) for lang in ("en", "fr"))

    assert texts(english, "legend")[-2] == "Was <it> good?"
    assert texts(french, "legend")[-2] == "Était-ce bien?"
    assert len(english.select("fieldset")) == 10
    own = english.select(f"input[name={OWN}]")
    assert [one["value"] for one in own] == list("123450")
    assert texts(english, "fieldset .skip-q")[-2] == "Not sure or does not apply"


def test_own_line_is_rated_summed_and_may_be_left_out(client):
    window = open_window(present=6, partnership=OwnQuestionFactory().partnership)
    tokens = tokens_of(window)
    for token in tokens[:5]:
        client.post(reverse("feedback:window-answer", args=[token]), dict.fromkeys(RATED, "4") | {OWN: "2"})
    client.post(reverse("feedback:window-answer", args=[tokens[5]]), {OWN: "0", "voice": "1"})
    services.close_window(window_id=window.pk, now=window.closes_at)

    row = WindowSum.objects.get(item=OWN)
    assert (row.n, row.total, row.c2) == (5, 10, 5)
    assert WindowSum.objects.get(item="index").total == 5 * 32


def test_answer_to_a_line_nobody_asked_about_is_left_out(client):
    window = open_window(present=5)
    token, *_ = tokens_of(window)

    client.post(reverse("feedback:window-answer", args=[token]), {"voice": "4", OWN: "5"})

    assert '"ratings":{"voice":4}' in FeedbackBag.objects.get().sealed
    assert len(form_of(client, window).select("fieldset")) == 9


def test_own_line_comes_back_with_what_was_typed(client):
    window = open_window(present=5, partnership=OwnQuestionFactory().partnership)

    url = reverse("feedback:window-answer", args=[tokens_of(window)[0]])
    response = client.post(url, {OWN: "3", "comment": "x" * 700})

    assert [one["id"] for one in page(response).select("input[checked]")] == [f"{OWN}-3"]


def test_page_is_rendered_once_for_all_partnerships_alike(client, django_assert_num_queries, settings):
    settings.DEBUG = False
    form_page._pieces.cache_clear()
    kinds = 0
    for mode in ("anonymous", "named"):
        for with_own in (True, False, True):
            partnership = PartnershipFactory()
            FeedbackSettings.objects.create(partnership=partnership, mode=mode)
            if with_own:
                OwnQuestionFactory(partnership=partnership, text_en=f"Line {partnership.pk}")
            window = open_window(present=5, partnership=partnership)
            shown = texts(form_of(client, window), "legend")
            assert (f"Line {partnership.pk}" in shown) is with_own
        kinds += 2

    assert form_page._pieces.cache_info().currsize == kinds


def test_own_line_never_plays_with_the_gaps_of_the_page(client):
    question = OwnQuestionFactory(text_en="\ue000closes\ue000 {{ gaps }}")
    window = open_window(present=5, partnership=question.partnership)

    shown = super(type(client), client).get(reverse("feedback:window-answer", args=[tokens_of(window)[0]]))

    assert "\ue000closes\ue000 {{ gaps }}" in shown.content.decode()


def test_frozen_window_keeps_the_line_it_opened_with(client):
    question = OwnQuestionFactory(text_en="The old line.")
    window = open_window(present=5, partnership=question.partnership)
    OwnQuestion.objects.update(retired_at=CLOSED)
    OwnQuestionFactory(partnership=question.partnership, text_en="The new line.")

    assert "The old line." in texts(form_of(client, window), "legend")
    assert FeedbackWindow.objects.get().own_question == question
