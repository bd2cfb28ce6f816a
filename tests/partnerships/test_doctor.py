"""The doctor tells what is wrong, and nothing that may not be shown to whoever helps."""

from contextlib import closing
from datetime import timedelta
from io import StringIO

import pytest
from django.core.checks import Warning as Caution
from django.core.management import call_command
from django.db import OperationalError, connection

from core import clock
from notifications.doorbell import Doorbell
from notifications.models import Heartbeat
from partnerships import doctor
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import HeartbeatFactory, MessageFactory, PauseFactory

pytestmark = pytest.mark.django_db
PLANTED = {
    "key": "k3y-planted-of-fifty-characters-and-more-than-that-9",
    "database password": "hunter2-in-the-database",
    "mail password": "pa55/word of the mail server",
    "broker password": "r3dis-secret",
    "address": "robin.planted@example.org",
    "token": "Zq3vT9-planted_token-x7Lk2mN8bV4cX6sD1fG5hJ0pQ",
}


def run():
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out, no_color=True)
    return ended.value.code, out.getvalue()


@pytest.fixture
def all_well(monkeypatch):
    monkeypatch.setattr(doctor, "run_checks", lambda **_kwargs: [])
    for name in ("dispatch", "plan", "housekeeping"):
        HeartbeatFactory(name=name, at=clock.now())


def test_a_well_installation_ends_with_nought_and_shows_versions_queue_and_loops(all_well):
    MessageFactory(sent=True)

    code, said = run()

    assert code == 0
    assert "!" not in said
    for words in ("Python 3.", "Django 5.2", f"{connection.vendor} ", "migrations missing: 0", "sent: 1", "dispatch: "):
        assert words in said


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (lambda: MessageFactory(dead=True), "1 could not be sent"),
        (lambda: MessageFactory(due_at=clock.now() - timedelta(minutes=16)), "the oldest mail waits since 96"),
        (lambda: PauseFactory(since=clock.now()), "it rests until"),
        (lambda: Heartbeat.objects.filter(name="plan").update(at=clock.now() - timedelta(seconds=301)), "plan: last"),
    ],
    ids=["dead", "late", "rests", "silent"],
)
def test_trouble_is_marked_and_ends_with_one(all_well, trouble, words):
    trouble()

    code, said = run()

    assert code == 1
    assert any(words in line and line.startswith("  !") for line in said.splitlines())


def test_settings_to_mend_are_among_it(all_well, monkeypatch):
    monkeypatch.setattr(doctor, "run_checks", lambda **_kwargs: [Caution("A setting is odd.\nmore", id="ct.W001")])

    code, said = run()

    assert code == 1
    assert "! ct.W001: A setting is odd.\n" in said


def test_the_checks_are_those_of_a_deployment(all_well, monkeypatch):
    monkeypatch.undo()

    assert "ct.E004: SITE_URL is missing, local or not https." in run()[1]


def test_doctor_says_whether_mail_waits_for_the_clock_and_rings_nobody(all_well, settings):
    alone = run()
    with closing(Doorbell(settings.OUTBOX_DOORBELL)) as bell:
        bell.wait(0)  # hangs it up
        heard = run()
        rang = bell.wait(0)

    assert [code for code, _said in (alone, heard)] == [0, 0]
    assert "nobody listens on this machine, mail waits for the clock" in alone[1]
    assert "somebody listens, mail that is due leaves at once" in heard[1]
    assert not rang


def test_without_database_it_says_so_and_goes_on(all_well, monkeypatch):
    def away(_now):
        raise OperationalError(f"password={PLANTED['database password']}")

    monkeypatch.setattr(doctor, "outbox_at", away)

    code, said = run()

    assert code == 1
    assert "! it does not answer (OperationalError)" in said
    assert PLANTED["database password"] not in said


@pytest.fixture
def planted(settings, monkeypatch, all_well):
    """Each string where it might be, and where it should never be: in an error, in a warning, in a kind."""
    settings.SECRET_KEY = PLANTED["key"]
    settings.EMAIL_URL = "smtp://us:pa55%2Fword%20of%20the%20mail%20server@mail.example.org"
    settings.EMAIL_HOST_PASSWORD = PLANTED["mail password"]
    settings.CELERY_BROKER_URL = settings.REDIS_URL = f"redis://:{PLANTED['broker password']}@127.0.0.1/0"
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", PLANTED["database password"])
    for text in PLANTED.values():
        MessageFactory(
            dead=True,
            error=f"no {text} at https://thread.example/f/{PLANTED['token']}/",
            recipient=PersonFactory(email=f"{len(text)}.{PLANTED['address']}"),
            dedupe_key=f"x:{text}",
        )
        PauseFactory(channel=text[:20], error=f"<{text}>")
    cautions = [Caution(f"{name} is {text}", id="ct.W002") for name, text in PLANTED.items()]
    monkeypatch.setattr(doctor, "run_checks", lambda **_kwargs: cautions)


def test_of_six_planted_strings_none_is_shown(planted):
    _code, said = run()

    assert {name for name, text in PLANTED.items() if text in said} == set()
    assert said.count("is [") >= 5  # and the lines they were planted in are there


def test_without_wiping_all_six_would_be_shown(planted, monkeypatch):
    monkeypatch.setattr(doctor, "wiped", str)

    _code, said = run()

    assert {name for name, text in PLANTED.items() if text in said} == set(PLANTED)


@pytest.mark.parametrize(
    "text",
    [
        "the mail server refused the recipient (550)",
        "no connection to the mail server (SMTPServerDisconnected)",
        "feedback_reminder, failed, tried 8 times: given up: every attempt was interrupted",
        "ct.E004: SITE_URL is missing, local or not https.",
        "ct.E013: SQLite runs with other options than it needs: journal_mode, busy_timeout.",
    ],
)
def test_what_helps_stays(text):
    assert doctor.wiped(text) == text


@pytest.mark.parametrize(
    ("found", "words"), [("libpango.so", "PDFs are made with WeasyPrint"), (None, "Pango is missing")]
)
def test_doctor_says_whether_reports_go_to_paper_and_takes_neither_for_trouble(all_well, monkeypatch, found, words):
    monkeypatch.setattr(doctor, "find_library", lambda _name: found)

    code, said = run()

    assert (code, words in said) == (0, True)
