"""A token exists in one mail, and nowhere else; answers exist in the bag, and nowhere in a log or an error report."""

import io
import logging
import re
from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import RequestFactory
from django.utils.module_loading import import_string
from django.views.debug import ExceptionReporter

from core.logs import HideAnswers, HideTokens
from feedback import codes, links, mails, reminders, sealed, services
from feedback.models import InvitationToken
from notifications.delivery import dispatch_due
from notifications.models import Message
from partners.permissions import Role
from tests.factories.feedback import CLOSED, open_window, tokens_of
from tests.factories.partners import SeatFactory
from tests.feedback.scripts import run_script
from tests.servers import scratch_postgres, scratch_sqlite

pytestmark = pytest.mark.django_db
WORDS = "Canary words nobody should log"
AFTERWARDS = CLOSED + timedelta(days=9)


def whole_database():
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- names from the database itself
            found.append(repr(cursor.fetchall()))
    return "".join(found)


def spellings(token):
    return {token, quote(token, safe=""), b64encode(token.encode()).decode().rstrip("=")}


@pytest.fixture
def log():
    """What the handlers of our settings would print."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(HideTokens())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_token_and_answers_are_in_no_table_no_session_and_no_log(client, monkeypatch, log):
    monkeypatch.setattr("feedback.views.answering.now", lambda: CLOSED + timedelta(hours=1))
    window = open_window(present=6)
    messages = Message.objects.filter(kind="feedback_request")
    tokens = [str(mails.compose(message, CLOSED).context["link"]).split("/")[-2] for message in messages]

    for token in tokens:
        client.get(f"/f/{token}/?lang=fr")
        client.post(f"/f/{token}/", {})
        client.post(f"/f/{token}/", {"voice": "2", "comment": WORDS})
        client.get(f"/f/{token}/missing/")
    monkeypatch.setattr(sealed, "submit", lambda **_kwargs: 1 / 0)
    client.raise_request_exception = False
    broken = client.post(f"/f/{tokens[0]}/", {"voice": "2", "comment": WORDS})
    database, logged = whole_database(), log.getvalue()

    hits = [spelling for token in tokens for spelling in spellings(token) if spelling in database + logged]
    assert hits == []
    assert broken.status_code == 500
    assert WORDS not in logged + broken.content.decode()
    assert tokens[0] not in broken.content.decode()
    assert logged.count("/f/[token]/") > 2 * len(tokens)
    assert Session.objects.count() == 0
    assert window.invitations.count() == len(tokens)


def code_spellings(code):
    bare = code.replace("-", "")
    return {one for both in (code, bare) for one in (both, both.lower(), *spellings(both))}


def test_code_of_a_conversation_is_in_no_table_no_mail_and_no_log(client, monkeypatch, log, mailoutbox):
    window = open_window(present=5)
    token = links.mint_token(invitation_id=window.invitations.first().pk)
    monkeypatch.setattr("feedback.views.answering.now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.talk.now", lambda: AFTERWARDS - timedelta(days=1))
    page = client.post(f"/f/{token}/", {"comment": WORDS, "wants_reply": "on"}).content.decode()
    [code] = re.findall(r'class="code">([^<]+)<', page)
    client.post("/talk/", {"code": code})
    services.close_window(window_id=window.pk, now=window.closes_at)
    for post in ({}, {"offer": "1"}, {"write": "1", "text": WORDS}, {"write": "1", "text": ""}):
        assert WORDS in client.post("/talk/", {"code": code} | post).content.decode()
    client.get("/talk/", {"code": code})
    monkeypatch.setattr("feedback.services.threads.write", lambda **_kwargs: 1 / 0)
    client.raise_request_exception = False
    broken = client.post("/talk/", {"code": code, "write": "1", "text": WORDS})
    logging.getLogger("planted").warning("GET /talk/?code=%s", code)
    SeatFactory(partnership=window.meeting.partnership, role=Role.COORDINATOR)
    reminders.tell_coordinators(AFTERWARDS)
    dispatch_due(now=AFTERWARDS + timedelta(days=1))

    sent = "".join(str(mail.message()) for mail in mailoutbox)
    kept = whole_database() + log.getvalue() + sent
    assert broken.status_code == 500
    assert code not in broken.content.decode()
    assert [one for one in code_spellings(code) if one in kept] == []
    assert WORDS not in log.getvalue() + sent
    assert "?code=[code]" in log.getvalue()
    assert "would like a reply" in sent
    assert codes.image_of(code) in kept
    assert Session.objects.count() == 0


def test_code_of_a_conversation_is_in_no_table_no_session_and_no_log(client, monkeypatch, log):
    monkeypatch.setattr("feedback.views.answering.now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.talk.now", lambda: CLOSED + timedelta(days=8))
    window = open_window(present=10)
    shown = [
        client.post(f"/f/{token}/", {"voice": "3", "comment": WORDS, "wants_reply": "on"})
        for token in tokens_of(window)
    ]
    codes = [re.search(r'class="code">([^<]+)<', response.content.decode())[1] for response in shown]
    services.close_window(window_id=window.pk, now=window.closes_at)
    for code in codes:
        client.get(f"/talk/?code={code}")
        assert client.post("/talk/", {"code": code, "write": "1", "text": "Hi"}).status_code == 200
    everywhere = whole_database() + log.getvalue()

    spelled = [spelling for code in codes for spelling in (code, code.replace("-", ""), quote(code.replace("-", " ")))]
    assert [spelling for spelling in spelled if spelling in everywhere] == []
    assert WORDS not in log.getvalue()
    assert Session.objects.count() == 0


def test_search_finds_a_planted_token(log):
    window = open_window(present=5)
    token = links.mint_token(invitation_id=window.invitations.first().pk)
    type(window.meeting).objects.update(notes=f"copied: {token}")
    logging.getLogger("planted").warning("copied without a path: %s", token)

    assert token in whole_database()
    assert token in log.getvalue()


def fail_with(words):
    return len(words) / 0


def test_error_report_holds_no_answer_and_no_local_value(settings):
    request = RequestFactory().post("/f/x/", {"comment": WORDS})
    with pytest.raises(ZeroDivisionError) as caught:
        fail_with(WORDS)
    report = ExceptionReporter(request, caught.type, caught.value, caught.tb).get_traceback_text()

    assert import_string(settings.DEFAULT_EXCEPTION_REPORTER_FILTER) is HideAnswers
    assert WORDS not in report


def test_only_our_handlers_print_what_django_logs():
    assert settings.LOGGING["loggers"]["django"]["handlers"] == []
    assert logging.getLogger("django").handlers == []
    assert all(handler["filters"] == ["tokens"] for handler in settings.LOGGING["handlers"].values())


def test_closing_leaves_no_token_behind():
    window = open_window(present=5)
    links.mint_token(invitation_id=window.invitations.first().pk)

    services.close_window(window_id=window.pk, now=window.closes_at)

    assert InvitationToken.objects.count() == 0


def test_files_of_the_database_hold_no_key_after_closing(tmp_path):
    with scratch_sqlite(tmp_path) as url:
        result = run_script("leftovers", url=url)

    assert result["keys_before"] == result["keys"] == 25
    assert (result["keys_after"], result["verifiers_after"], result["tokens_after"]) == (0, 0, 0)
    assert result["old_words_after"] == 0
    assert (result["codes_after"], result["replaced_codes_after"]) == (0, 0)


@pytest.mark.postgresql
def test_tables_of_postgresql_hold_no_link_after_closing():
    """Deleted rows stay in the file for a while; how many links somebody had tells whether they were reminded."""
    with scratch_postgres() as url:
        result = run_script("leftovers", url=url)

    assert result["verifiers_before"] == result["keys"] == 25
    assert (result["keys_after"], result["verifiers_after"], result["tokens_after"]) == (0, 0, 0)


def test_only_the_sealed_module_takes_the_pad_off_a_sector():
    """The server's key protects sectors in the bag and nothing else of an answer."""
    users = {
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("feedback/**/*.py")
        if "import pad" in path.read_text() or "unpadded" in path.read_text()
    }
    keyed = {
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("feedback/**/*.py")
        if "SECRET_KEY" in path.read_text() or "salted_hmac" in path.read_text() or "Signer" in path.read_text()
    }

    assert users == {"feedback/pad.py", "feedback/sealed.py"}
    assert keyed == {"feedback/pad.py", "feedback/rooms.py"}


def test_only_the_sealed_module_reads_the_bag():
    readers = {
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("*/**/*.py")
        if "FeedbackBag" in path.read_text(encoding="utf-8") and path.parts[len(settings.BASE_DIR.parts)] != "tests"
    }

    assert readers == {
        "feedback/models/__init__.py",
        "feedback/models/window.py",
        "feedback/migrations/0001_initial.py",
        "feedback/sealed.py",
    }
