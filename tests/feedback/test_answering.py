import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from core import clock
from feedback import form, links, mails, sealed, services
from feedback.choices import ITEMS
from feedback.models import FeedbackBag, FeedbackComment, FeedbackResponse, InvitationToken
from notifications.models import Message
from tests.factories.feedback import CLOSED, FollowUpFactory, open_window, tokens_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def during_the_window(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.answering.now", clock.now)


def url_of(token, **query):
    return reverse("feedback:window-answer", args=[token], query=query)


@pytest.fixture
def window():
    return open_window(present=6)


@pytest.fixture
def token(window):
    return tokens_of(window)[0]


def test_form_says_which_meeting_who_sees_what_and_the_limits_before_the_first_question(client, window, token):
    page = client.get(url_of(token)).content.decode()

    before, _, after = page.partition("<fieldset")
    text = form.text_in("1.0", "en")
    assert window.meeting.title in before
    assert "Wednesday 4 March" in before
    assert window.meeting.partnership.name in before
    assert all(sentence in before for sentence in text.promise)
    assert all(question.text in after for question in text.statements)
    assert "Wednesday 11 March, 13:00" in after


def test_form_opens_blank_even_after_answering(client, token):
    blank = client.get(url_of(token)).content
    client.post(url_of(token), {"voice": "5", "comment": "Shorter papers."})

    again = client.get(url_of(token)).content

    assert again == blank
    assert b" checked" not in again


def test_every_question_has_five_words_and_a_way_out(client, token):
    page = client.get(url_of(token)).content.decode()

    for item in ITEMS:
        assert re.findall(rf'type="radio" name="{item}" id="{item}-\d" value="(\d)"', page) == list("123450")


def test_posted_answers_are_counted(client, window, token):
    answers = {item: str(1 + place % 5) for place, item in enumerate(ITEMS)}

    response = client.post(url_of(token), answers | {"comment": "A\r\nB", "may_quote": "on", "wants_action": "on"})
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert response.status_code == 200
    assert "Thank you, we got it" in response.content.decode()
    assert "1 of the 6 people asked" in response.content.decode()
    assert FeedbackResponse.objects.values(*ITEMS).get() == {item: int(value) for item, value in answers.items()}
    comment = FeedbackComment.objects.get()
    assert (comment.text, comment.may_quote, comment.wants_action) == ("A\nB", True, True)


def test_skipped_and_unknown_values_are_left_out(client, window, token):
    client.post(url_of(token), {"voice": "4", "trust": "0", "time": "9", "roles": "x", "is_staff": "1", "index": "5"})

    assert '"ratings":{"voice":4}' in FeedbackBag.objects.get().sealed


def test_double_submit_counts_once(client, window, token):
    for _ in range(2):
        client.post(url_of(token), {"voice": "4"})
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert FeedbackResponse.objects.count() == 1


@pytest.mark.parametrize("post", [{}, {"voice": "0"}, {"comment": "  \r\n "}, {"wants_action": "on"}])
def test_form_without_an_answer_comes_back_with_the_reason(client, token, post):
    response = client.post(url_of(token), post)

    page = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#communication-1">Answer at least one line, or write a few words.</a>' in page
    assert page.count("Answer at least one line, or write a few words.") == 2
    assert "<title>Error: " in page
    assert sealed.answered_counts([InvitationToken.objects.first().invitation.window]) != {}
    assert FeedbackBag.objects.get().sealed == "{}"


def test_refused_form_keeps_everything_that_was_typed(client, token):
    comment = "<b>long</b> " * 60

    response = client.post(
        url_of(token), {"voice": "2", "energy": "0", "comment": comment, "may_quote": "on", "wants_action": "on"}
    )

    page = response.content.decode()
    checked = re.findall(r'id="([\w-]+)"[^>]* checked', page)
    assert response.status_code == 422
    assert checked == ["voice-2", "energy-0", "may_quote", "wants_action"]
    assert comment.strip().replace("<", "&lt;").replace(">", "&gt;") in page
    assert "Your text has 719 characters. There is room for 600." in page
    assert FeedbackBag.objects.get().sealed == "{}"


def test_withdrawing_takes_the_answer_back(client, window, token):
    client.post(url_of(token), {"voice": "4"})

    response = client.post(url_of(token), {"withdraw": "on"})
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert "Nothing of yours is counted" in response.content.decode()
    assert FeedbackResponse.objects.count() == 0


def test_withdrawing_says_the_same_to_somebody_who_never_answered(client, window):
    answered, silent, *_ = tokens_of(window)
    client.post(url_of(answered), {"voice": "4"})

    pages = [client.post(url_of(token), {"withdraw": "on"}).content for token in (answered, silent)]

    assert pages[0] == pages[1]


def test_withdrawing_and_answering_at_once_is_asked_back(client, token):
    response = client.post(url_of(token), {"withdraw": "on", "voice": "3"})

    assert response.status_code == 422
    assert '<a href="#withdraw">Untick' in response.content.decode()


def test_another_link_of_the_same_person_cannot_answer_again(client, window):
    first, second = (links.mint_token(invitation_id=window.invitations.first().pk) for _ in range(2))
    client.post(url_of(first), {"voice": "4"})
    before = FeedbackBag.objects.get().sealed

    response = client.post(url_of(second), {"voice": "1"})

    assert response.status_code == 409
    assert "You have answered with another link" in response.content.decode()
    assert FeedbackBag.objects.get().sealed == before


def test_wrong_expired_closed_and_malformed_links_give_one_and_the_same_page(client, window, token, monkeypatch):
    pages = {}
    for name, wrong in {"wrong": "A" * 43, "malformed": "../x", "umlaut": "ü", "long": "a" * 3000}.items():
        pages[name] = [client.get(url_of("X").replace("X", wrong.replace("/", ""))), client.post(url_of("A" * 43), {})]
    monkeypatch.setattr("feedback.views.answering.now", lambda: window.closes_at)
    pages["expired"] = [client.get(url_of(token)), client.post(url_of(token), {"voice": "3"})]
    services.close_window(window_id=window.pk, now=window.closes_at)
    pages["closed"] = [client.get(url_of(token)), client.post(url_of(token), {"voice": "3"})]

    answers = {(r.status_code, r.content, str(sorted(r.headers.items()))) for both in pages.values() for r in both}
    assert len(answers) == 1
    assert {status for status, *_ in answers} == {404}
    assert "This link does not work any more" in pages["closed"][0].content.decode()


def test_language_follows_the_address_then_the_partnership(client, token, window):
    window.meeting.partnership.language = "fr"
    window.meeting.partnership.save()

    pages = {
        lang: client.get(url_of(token, **({"lang": lang} if lang else {}))).content.decode()
        for lang in ("", "en", "xx")
    }

    assert '<html lang="fr"' in pages[""]
    assert "Pas vrai" in pages[""]
    assert '<html lang="en"' in pages["en"]
    assert "Not true" in pages["en"]
    assert pages["xx"] == pages[""]
    assert 'href="?lang=fr" lang="fr"' in pages["en"]


def test_form_shows_what_earlier_feedback_changed(client, token, window):
    FollowUpFactory(report__partnership=window.meeting.partnership, action__title="Round the <table>")
    FollowUpFactory(action__title="Somebody else’s")

    page = client.get(url_of(token)).content.decode()

    assert "Round the &lt;table&gt;" in page
    assert "In March 2026, “A fair say” called for an action." in page
    assert "Somebody else’s" not in page


def test_names_are_escaped_and_never_read_as_a_template(client, token, window):
    window.meeting.title = "<i>\ue000closes\ue000</i> {{ gaps }}"
    window.meeting.save()
    page = super(type(client), client).get(url_of(token)).content.decode()

    assert "&lt;i&gt;\ue000closes\ue000&lt;/i&gt; {{ gaps }}" in page


def test_token_pages_leave_no_trace_in_the_browser_or_the_sessions(client, token, django_user_model):
    client.cookies["sessionid"] = "0" * 32
    responses = [
        client.get(url_of(token)),
        client.post(url_of(token), {}),
        client.post(url_of(token), {"voice": "3"}),
        client.get(url_of("A" * 43)),
    ]

    for response in responses:
        assert list(response.cookies) == []
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Vary" not in response.headers
        assert token not in response.content.decode()
    assert Session.objects.count() == 0


def test_reading_changes_nothing_and_answers_the_same(client, token):
    before = list(FeedbackBag.objects.values()) + list(InvitationToken.objects.values())
    agents = ["Mozilla/5.0", "SafeLinks", "curl/8"]

    pages = {client.get(url_of(token), headers={"user-agent": agents[turn % 3]}).content for turn in range(20)}
    head = client.head(url_of(token))

    assert len(pages) == 1
    assert (head.status_code, head.content) == (200, b"")
    assert client.options(url_of(token)).status_code == 405
    assert list(FeedbackBag.objects.values()) + list(InvitationToken.objects.values()) == before


def test_get_takes_two_statements_and_post_two_in_one_transaction(client, token, django_assert_num_queries):
    client.get(url_of(token))

    with django_assert_num_queries(2):
        client.get(url_of(token))
    with django_assert_num_queries(4):  # savepoint, lock, write, release
        client.post(url_of(token), {"voice": "3"})


def test_csrf_is_not_asked_of_whoever_holds_the_link(token):
    response = Client(enforce_csrf_checks=True).post(url_of(token), {"voice": "3"}, headers={"origin": "null"})

    assert response.status_code == 200


def test_without_database_the_typed_answers_come_back(client, token, monkeypatch):
    def down(**_kwargs):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(sealed, "submit", down)
    monkeypatch.setattr(links, "window_behind", lambda *_args, **kwargs: down())
    response = client.post(url_of(token, lang="en"), {"voice": "2", "comment": "Kept <words>", "may_quote": "on"})
    opened = client.get(url_of(token))

    page = response.content.decode()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert re.findall(r'id="([\w-]+)"[^>]* checked', page) == ["voice-2", "may_quote"]
    assert "Kept &lt;words&gt;" in page
    assert "Send again" in page
    assert (opened.status_code, opened.headers["Retry-After"]) == (503, "30")


def test_how_it_is_anonymous_names_what_remains(client):
    page = client.get(reverse("feedback:anonymity")).content.decode()

    assert page.count("<li>") >= 14
    assert "What we cannot promise" in page


def test_mail_link_opens_the_form(client, window, monkeypatch):
    letter = mails.compose(Message.objects.first(), CLOSED)

    path = str(letter.context["link"]).removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    assert re.fullmatch(r"/f/[\w-]{43}/\?lang=en", path)
