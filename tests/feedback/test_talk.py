"""Whoever holds a code: gets it once, reads and writes with it, offers words that nobody may read yet, and ends."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.utils import translation

from core import limits
from core.models import AuditEvent, RateCount
from feedback import codes, sealed, services
from feedback.models import FeedbackBag, FeedbackComment, ThreadMessage
from feedback.services import threads
from tests.factories.feedback import CLOSED, FeedbackCommentFactory, ThreadMessageFactory, open_window, tokens_of
from tests.factories.partners import SeatFactory
from tests.feedback.conversing import asked_for_reply
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
AFTERWARDS = CLOSED + timedelta(days=8)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("feedback.views.answering.now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.talk.now", lambda: AFTERWARDS)


def sent(client, token, **typed):
    return client.post(f"/f/{token}/", typed)


def code_in(response):
    return re.findall(r'class="code">([^<]+)<', response.content.decode())


def talk(client, code, **typed):
    return client.post("/talk/", {"code": code} | typed)


# -- On the form ------------------------------------------------------------------------------------------------------
def test_whoever_asks_for_a_reply_is_shown_a_code_once_and_where_to_use_it(client):
    token, *_ = tokens_of(open_window())

    response = sent(client, token, comment="Shorter papers.", wants_reply="on")
    again = client.get(f"/f/{token}/")

    [code] = code_in(response)
    assert codes.image_of(code) in FeedbackBag.objects.get().sealed
    assert "Write it down or take a picture now." in response.content.decode()
    assert texts(page(response), 'a[href="http://127.0.0.1:8000/talk/?lang=en"]') == ["http://127.0.0.1:8000/talk/"]
    assert code not in again.content.decode()


@pytest.mark.parametrize(
    "typed", [{"comment": "Words"}, {"voice": "4"}, {"withdraw": "on", "wants_reply": "on"}], ids=str
)
def test_nobody_else_gets_a_code(client, typed):
    token, *_ = tokens_of(open_window())

    response = sent(client, token, **typed)

    assert (response.status_code, code_in(response)) == (200, [])
    assert "Your code for replies" not in response.content.decode()
    assert "thread" not in FeedbackBag.objects.get().sealed


def test_reply_without_words_is_asked_back_and_the_tick_kept(client):
    token, *_ = tokens_of(open_window())

    response = sent(client, token, voice="4", wants_reply="on")

    assert response.status_code == 422
    assert texts(page(response), '.error-summary a[href="#comment"]') == [
        "Write the words you would like a reply to, or untick the reply."
    ]
    assert [tag["id"] for tag in page(response).select("input[checked]")] == ["voice-4", "wants_reply"]
    assert FeedbackBag.objects.get().sealed == "{}"


@pytest.mark.parametrize(("language", "words"), [("en", "Write the words"), ("fr", "Écrivez les mots")])
@pytest.mark.parametrize("before", ["en", "fr"])
def test_refusal_speaks_the_language_of_its_page_whatever_was_shown_before(client, before, language, words):
    token, *_ = tokens_of(open_window())

    with translation.override(before):
        response = client.post(f"/f/{token}/?lang={language}", {"voice": "4", "wants_reply": "on"})

    assert texts(page(response), ".error-summary a")[0].startswith(words)


def test_sending_again_replaces_words_and_code(client):
    window = open_window()
    token, *_ = tokens_of(window)
    [first] = code_in(sent(client, token, comment="Before", wants_reply="on"))
    [second] = code_in(sent(client, token, comment="After", wants_reply="on"))
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert FeedbackComment.objects.values_list("text", "thread").get() == ("After", codes.image_of(second))
    assert talk(client, first).status_code == 422


# -- With a code ------------------------------------------------------------------------------------------------------
def test_while_the_form_is_open_the_page_says_when_words_can_be_read(client):
    _window, code = asked_for_reply(is_closed=False)

    response = talk(client, code, write="1", text="More")

    assert response.status_code == 200
    assert "Your words are sealed until the form closes on Wednesday 11 March, 13:00." in response.content.decode()
    assert "Papers come too late" not in response.content.decode()
    assert not ThreadMessage.objects.exists()


def test_holder_reads_what_was_said_and_writes_back(client):
    window, code = asked_for_reply()
    seat = SeatFactory(partnership=window.meeting.partnership)
    threads.reply(comment=threads.comment_behind(code), by=seat, text="How early?", now=window.closes_at)

    response = talk(client, code.lower().replace("-", " "), write="1", text="A week <before>.\r\nAt least.")

    assert texts(page(response), ".talk li") == [
        "You, in the form Papers come too late.",
        "Coordinator, 11 March 2026 How early?",
        "You, 12 March 2026 A week <before>. At least.",
    ]
    assert str(seat.person) not in response.content.decode()
    message = ThreadMessage.objects.get(seat=None)
    assert (message.text, message.position) == ("A week <before>.\nAt least.", 1)


def test_reloading_does_not_say_it_twice(client):
    _window, code = asked_for_reply()

    for text in ("One", "One", "Two", "One"):
        talk(client, code, write="1", text=text)

    said = ThreadMessage.objects.order_by("position").values_list("text", "position")
    assert list(said) == [("One", 1), ("Two", 2), ("One", 3)]


@pytest.mark.parametrize(
    ("text", "problem"), [(" \r\n", "Write a few words."), ("x" * 1001, "There is room for 1000.")]
)
def test_message_that_cannot_be_sent_comes_back_with_the_reason(client, text, problem):
    _window, code = asked_for_reply()

    response = talk(client, code, write="1", text=text)

    assert response.status_code == 422
    assert problem in texts(page(response), '.error-summary a[href="#text"]')[0]
    assert text.strip() in response.content.decode()
    assert page(response).select_one("title").text.startswith("Error: ")
    assert not ThreadMessage.objects.exists()


def test_with_few_answers_nobody_has_read_it_and_its_author_may_offer_it(client):
    _window, code = asked_for_reply(answered=9)

    before = talk(client, code).content.decode()
    refused = talk(client, code, write="1", text="Hello?")
    offered = talk(client, code, offer="1").content.decode()

    assert "Nobody has read your words" in before
    assert "one of the 9 people asked" in before
    assert 'name="write"' not in before
    assert (refused.status_code, ThreadMessage.objects.count()) == (422, 0)
    assert "Nobody has read your words" not in offered
    assert 'name="write"' in offered
    assert FeedbackComment.objects.exclude(text="").get().offered_on == AFTERWARDS.date()


def test_words_that_are_read_anyway_need_no_offer(client):
    _window, code = asked_for_reply(answered=10)

    response = talk(client, code, offer="1")

    assert "Nobody has read your words" not in response.content.decode()
    assert FeedbackComment.objects.get(thread__isnull=False).offered_on is None


def test_ended_conversation_leads_nowhere(client):
    _window, code = asked_for_reply()
    talk(client, code, write="1", text="Thank you.")

    ended = talk(client, code, end="1")

    assert "This conversation is over." in ended.content.decode()
    assert talk(client, code, write="1", text="More").status_code == 422
    assert ThreadMessage.objects.count() == 1
    comment = FeedbackComment.objects.exclude(text="").get()
    assert (comment.thread, comment.ended_on) == (None, AFTERWARDS.date())


def test_unknown_replaced_ended_and_forgotten_codes_look_the_same(client):
    _window, ended = asked_for_reply()
    talk(client, ended, end="1")
    wrong = [codes.new_code(), ended, "", "x", "é" * 16, "0" * 3000]

    answers = {
        (response.status_code, response.content)
        for code in wrong
        for response in (talk(client, code), talk(client, code, offer="1"), talk(client, code, end="1"))
    }

    assert len(answers) == 1
    assert b"We know no conversation with this code." in answers.pop()[1]


# -- What it leaves behind --------------------------------------------------------------------------------------------
def test_page_leaves_no_trace_in_the_browser_the_sessions_or_the_audit(client):
    _window, code = asked_for_reply()
    client.cookies["sessionid"] = "0" * 32
    events = AuditEvent.objects.count()
    responses = [client.get("/talk/"), talk(client, "x"), talk(client, code), talk(client, code, write="1", text="Hi")]
    responses.append(talk(client, code, end="1"))

    for response in responses:
        assert list(response.cookies) == []
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Vary" not in response.headers
    assert (Session.objects.count(), AuditEvent.objects.count()) == (0, events)
    assert not ThreadMessage.objects.get().seat_id


def test_csrf_is_not_asked_and_a_code_in_the_address_does_nothing():
    _window, code = asked_for_reply()
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/talk/", {"code": code}, headers={"origin": "null"}).status_code == 200
    assert "Papers come too late" not in strict.get("/talk/", {"code": code}).content.decode()


def test_who_holds_a_code_is_counted_nowhere_by_address_and_guessing_is_stopped(client):
    _window, code = asked_for_reply()
    talk(client, code, write="1", text="Hi")
    counted = set(RateCount.objects.values_list("scope", flat=True))

    statuses = [talk(client, codes.new_code()).status_code for _ in range(limits.TALK_PER_ADDRESS.count + 1)]
    stopped = talk(client, code)

    assert counted == {"talk-code"}
    assert statuses == [422] * limits.TALK_PER_ADDRESS.count + [429]
    assert (stopped.status_code, "tried too often" in stopped.content.decode()) == (429, True)


def test_flood_of_messages_is_stopped(client):
    _window, code = asked_for_reply()

    statuses = {talk(client, code, write="1", text=f"Message {number}").status_code for number in range(25)}

    assert statuses == {200, 422}
    assert ThreadMessage.objects.count() == limits.TALK_PER_CODE.count


def test_without_database_the_typed_words_come_back(client, monkeypatch):
    def down(*_args, **_kwargs):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("core.limits.refuse_if_spent", down)
    response = talk(client, "ABCD", write="1", text="Kept <words>")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert page(response).select_one("textarea[name=text]").text.strip() == "Kept <words>"
    assert page(response).select_one("input[name=code]")["value"] == "ABCD"
    assert client.get("/talk/").status_code == 200


def test_page_speaks_the_language_of_its_address(client):
    french = client.get("/talk/?lang=fr").content.decode()

    assert '<html lang="fr"' in french
    assert 'action="?lang=fr"' in french
    assert '<html lang="en"' in client.get("/talk/").content.decode()


# -- What the tables refuse -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"text": "", "wants_action": True, "thread": "0" * 64}, "comment_thread_needs_words"),
        ({"text": "", "wants_action": True, "offered_on": AFTERWARDS.date()}, "comment_offered_has_words"),
        ({"thread": "0" * 64, "ended_on": AFTERWARDS.date()}, "comment_ended_has_no_code"),
    ],
)
def test_conversation_that_makes_no_sense_cannot_be_stored(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FeedbackCommentFactory(**fields)


def test_each_side_has_one_message_per_place():
    first = ThreadMessageFactory()
    reply = {"comment": first.comment, "seat": SeatFactory()}
    ThreadMessageFactory(**reply)

    with pytest.raises(IntegrityError), transaction.atomic():
        ThreadMessageFactory(comment=first.comment)
    with pytest.raises(IntegrityError), transaction.atomic():
        ThreadMessageFactory(**reply)


def test_two_people_cannot_share_a_code():
    FeedbackCommentFactory(thread="0" * 64)

    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackCommentFactory(thread="0" * 64)


def test_bag_holds_the_image_beside_the_words_only():
    window, code = asked_for_reply(is_closed=False)

    assert sealed.window_with_thread(codes.image_of(code)) == window
    assert code not in FeedbackBag.objects.get().sealed


def test_window_with_names_offers_no_code_and_gives_none(client):
    window = open_window()
    type(window).objects.update(mode="named")
    FeedbackBag.objects.all().delete()
    token, *_ = tokens_of(window)

    form = client.get(f"/f/{token}/").content.decode()
    response = sent(client, token, comment="By name.", wants_reply="on")

    assert "wants_reply" not in form
    assert (response.status_code, code_in(response)) == (200, [])


def test_a_character_that_no_database_keeps_is_left_out(client):
    _window, code = asked_for_reply()

    response = talk(client, code, text="Thank\x00 you", write="")

    assert response.status_code == 200
    assert ThreadMessage.objects.get().text == "Thank you"
