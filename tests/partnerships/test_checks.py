from copy import deepcopy

import pytest
from celery.schedules import crontab
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from partnerships import checks

REDIS = {"visibility_timeout": 900, "socket_timeout": 5, "socket_connect_timeout": 5}
GOOD = {
    "DEBUG": False,
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": ["partners.example.org"],
    "SITE_URL": "https://partners.example.org",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_TIMEOUT": 15,
    "CELERY_BEAT_SCHEDULE": {"dispatch": {"task": "notifications.dispatch_due", "schedule": 10.0}},
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
    "CELERY_BROKER_TRANSPORT_OPTIONS": REDIS,
    "CLOCK_OFFSET_SECONDS": 0,
    "CHAT_HOSTS": ["hooks.slack.com", ".logic.azure.com", "chat.example.org:8443"],
    "CHAT_PRIVATE_NETWORKS": ["10.1.2.3/32", "fd12:3456::7/128"],
}
BAD = [
    (checks.debug_is_off, {"DEBUG": True}, "ct.E001"),
    (checks.secret_key_is_secret, {"SECRET_KEY": "short"}, "ct.E002"),
    (checks.secret_key_is_secret, {"SECRET_KEY": "not-a-secret-" + "x" * 60}, "ct.E002"),
    (checks.hosts_are_named, {"ALLOWED_HOSTS": ["*"]}, "ct.E003"),
    (checks.hosts_are_named, {"ALLOWED_HOSTS": []}, "ct.E003"),
    (checks.site_url_is_public_and_encrypted, {"SITE_URL": ""}, "ct.E004"),
    (checks.site_url_is_public_and_encrypted, {"SITE_URL": "http://partners.example.org"}, "ct.E004"),
    (checks.site_url_is_public_and_encrypted, {"SITE_URL": "https://localhost"}, "ct.E004"),
    (checks.mail_leaves_the_house, {"EMAIL_BACKEND": "notifications.mailbox.MailboxBackend"}, "ct.E005"),
    (checks.mail_leaves_the_house, {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "ct.E005"),
    (checks.mail_timeout_fits_the_lease, {"EMAIL_TIMEOUT": None}, "ct.E006"),
    (checks.mail_timeout_fits_the_lease, {"EMAIL_TIMEOUT": 60}, "ct.E006"),
    (checks.beat_knows_plain_intervals, {"CELERY_BEAT_SCHEDULE": {"x": {"schedule": crontab(minute=0)}}}, "ct.E007"),
    (
        checks.broker_redelivers_late_enough_and_never_hangs,
        {"CELERY_BROKER_TRANSPORT_OPTIONS": REDIS | {"visibility_timeout": 120}},
        "ct.E008",
    ),
    (
        checks.broker_redelivers_late_enough_and_never_hangs,
        {"CELERY_BROKER_TRANSPORT_OPTIONS": REDIS | {"socket_timeout": None}},
        "ct.E009",
    ),
    (checks.clock_is_right, {"CLOCK_OFFSET_SECONDS": 60}, "ct.E014"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_HOSTS": ["https://hooks.slack.com"]}, "ct.E030"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_HOSTS": [".com"]}, "ct.E030"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_HOSTS": ["*"]}, "ct.E030"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_PRIVATE_NETWORKS": ["my network"]}, "ct.E031"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_PRIVATE_NETWORKS": ["127.0.0.1/32"]}, "ct.E031"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_PRIVATE_NETWORKS": ["169.254.0.0/16"]}, "ct.E031"),
    (checks.chats_are_hosts_elsewhere, {"CHAT_PRIVATE_NETWORKS": ["0.0.0.0/0"]}, "ct.E031"),
    (checks.logs_hide_tokens, {"LOGGING": {"handlers": {"file": {"class": "logging.FileHandler"}}}}, "ct.E015"),
]


@pytest.fixture
def production(settings):
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


@pytest.mark.parametrize(("check", "bad", "number"), BAD)
def test_a_setting_that_would_do_harm_is_refused(production, check, bad, number):
    before = check()
    for name, value in bad.items():
        setattr(production, name, value)

    assert (before, [finding.id for finding in check()]) == ([], [number])


def test_without_redis_nothing_is_asked_of_it(production):
    production.CELERY_BROKER_URL, production.CELERY_BROKER_TRANSPORT_OPTIONS = "safefs://", {}

    assert checks.broker_redelivers_late_enough_and_never_hangs() == []


@pytest.fixture
def connection():
    return connections[DEFAULT_DB_ALIAS]


@pytest.fixture
def options(connection, monkeypatch):
    """The connection's settings, as a copy to change."""
    changed = deepcopy(connection.settings_dict)
    monkeypatch.setattr(connection, "settings_dict", changed)
    return changed


class Answers:
    """A cursor of an SQLite that runs with other options."""

    def __init__(self, **values):
        self.values = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000} | values

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def execute(self, sql):
        self.asked = sql.split()[-1]
        return self

    def fetchone(self):
        return (self.values[self.asked],)


@pytest.fixture
def sqlite(options, connection, monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    options["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}

    def answer(**values):
        monkeypatch.setattr(connection, "cursor", lambda: Answers(**values))

    answer()
    return answer


@pytest.mark.parametrize(
    "wrong", [{"journal_mode": "delete"}, {"synchronous": 0}, {"foreign_keys": 0}, {"busy_timeout": 5000}]
)
def test_sqlite_is_asked_what_it_really_runs_with(sqlite, wrong):
    before = checks.database_options_hold()
    sqlite(**wrong)

    (finding,) = checks.database_options_hold()

    assert before == []
    assert (finding.id, next(iter(wrong)) in finding.msg) == ("ct.E013", True)


def test_sqlite_must_take_its_lock_at_once(sqlite, options):
    options["OPTIONS"] = {}

    assert [finding.id for finding in checks.database_options_hold()] == ["ct.E011"]


def test_a_database_that_does_not_answer_is_a_finding(sqlite, connection, monkeypatch):
    def fail():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)

    assert [finding.id for finding in checks.database_options_hold()] == ["ct.E012"]


def test_postgresql_must_check_a_connection_before_using_it(options, connection, monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")
    options["CONN_HEALTH_CHECKS"] = True
    before = checks.database_options_hold()
    options["CONN_HEALTH_CHECKS"] = False

    assert (before, [finding.id for finding in checks.database_options_hold()]) == ([], ["ct.E010"])


@pytest.mark.django_db
def test_the_shipped_settings_hold_on_the_database_under_test():
    found = [finding for finding in checks.database_options_hold() if "journal_mode" not in finding.msg]

    assert found == []  # a test database in memory has no write-ahead log
