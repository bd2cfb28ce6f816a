"""What ``manage.py check --deploy`` refuses besides Django's own list: settings that lose data, mail or secrets."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connection

from notifications.models import LEASE

SHORTEST_KEY = 50
BUSY_TIMEOUT_MS = 20_000
PRAGMAS: dict[str, set[Any]] = {
    "PRAGMA journal_mode": {"wal"},
    "PRAGMA synchronous": {1, 2},  # NORMAL, on request, or FULL
    "PRAGMA foreign_keys": {1},
}
CHAT_HOST = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?")
LOCAL_HOSTS = {None, "localhost", "127.0.0.1", "::1"}
REAL_MAIL = "django.core.mail.backends.smtp.EmailBackend"

Findings = Iterator[Error]


def _check(view: Callable[[], Findings]) -> Callable[..., Sequence[CheckMessage]]:
    """Register a generator of findings as a check for deployments."""

    def run(**_kwargs: Any) -> Sequence[CheckMessage]:
        return list(view())

    run.__name__ = view.__name__
    register(run, deploy=True)
    return run


@_check
def debug_is_off() -> Findings:
    if settings.DEBUG:
        yield Error("DEBUG is on: error pages would show code and data.", hint="Set DEBUG=0.", id="ct.E001")


@_check
def secret_key_is_secret() -> Findings:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or key.startswith(("not-a-secret", "django-insecure")):
        yield Error(
            f"SECRET_KEY is a default or shorter than {SHORTEST_KEY} characters.",
            hint="Links that stop mails, sessions and codes hang on it: make a long random one.",
            id="ct.E002",
        )


@_check
def hosts_are_named() -> Findings:
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS is empty or allows every host.", hint="Name your hosts.", id="ct.E003")


@_check
def site_url_is_public_and_encrypted() -> Findings:
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or site.hostname in LOCAL_HOSTS:
        yield Error(
            "SITE_URL is missing, local or not https.",
            hint="Every link in a mail is built from it, for example https://partners.example.org.",
            id="ct.E004",
        )


@_check
def mail_leaves_the_house() -> Findings:
    if settings.EMAIL_BACKEND != REAL_MAIL:
        yield Error(
            f"Mail goes to {settings.EMAIL_BACKEND}, not to a mail server.",
            hint="Set EMAIL_URL=smtp+tls://user:password@host:587.",
            id="ct.E005",
        )


@_check
def mail_timeout_fits_the_lease() -> Findings:
    longest = LEASE.total_seconds() / 4
    if not settings.EMAIL_TIMEOUT or longest < settings.EMAIL_TIMEOUT:
        yield Error(
            f"EMAIL_TIMEOUT is not set or longer than {longest:.0f} s.",
            hint="A message in hand must be finished before another dispatcher may take it over.",
            id="ct.E006",
        )


@_check
def beat_knows_plain_intervals() -> Findings:
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        if not isinstance(entry["schedule"], int | float | timedelta):
            yield Error(
                f"The beat entry “{name}” is not a plain interval.",
                hint="Wall-clock schedules skip or repeat when clocks change; due times belong in rows.",
                id="ct.E007",
            )


@_check
def broker_redelivers_late_enough_and_never_hangs() -> Findings:
    if not settings.CELERY_BROKER_URL.startswith(("redis", "valkey", "unix", "sentinel")):
        return
    options: Mapping[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    if options.get("visibility_timeout", 0) < 2 * settings.CELERY_TASK_TIME_LIMIT:
        yield Error(
            "The broker's visibility_timeout is shorter than twice the hard time limit of a task.",
            hint="A task that still runs would be started again.",
            id="ct.E008",
        )
    if not (options.get("socket_timeout") and options.get("socket_connect_timeout")):
        yield Error("The broker has no socket timeouts.", hint="A frozen Redis would freeze beat.", id="ct.E009")


@_check
def database_options_hold() -> Findings:
    """Read back from the connection itself: an option nested one level too high is ignored without a word."""
    if connection.vendor != "sqlite":
        if not connection.settings_dict.get("CONN_HEALTH_CHECKS"):
            yield Error("CONN_HEALTH_CHECKS is off.", hint="The first query after a restart would fail.", id="ct.E010")
        return
    options = connection.settings_dict.get("OPTIONS", {})
    if str(options.get("transaction_mode", "")).upper() != "IMMEDIATE":
        yield Error("SQLite's transaction_mode is not IMMEDIATE.", hint="Writers would meet locks.", id="ct.E011")
    try:
        with connection.cursor() as cursor:
            found = {question: cursor.execute(question).fetchone()[0] for question in PRAGMAS}
            patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    except DatabaseError:
        yield Error("The database does not answer.", id="ct.E012")
        return
    wrong = [question.split()[1] for question, wanted in PRAGMAS.items() if found[question] not in wanted]
    if patience < BUSY_TIMEOUT_MS:
        wrong.append("busy_timeout")
    if wrong:
        yield Error(f"SQLite runs with other options than it needs: {', '.join(wrong)}.", id="ct.E013")


@_check
def clock_is_right() -> Findings:
    if settings.CLOCK_OFFSET_SECONDS:
        yield Error("CLOCK_OFFSET_SECONDS is set.", hint="It is for tests that live through months.", id="ct.E014")


@_check
def logs_hide_tokens() -> Findings:
    logging: Mapping[str, Any] = settings.LOGGING
    for name, handler in logging.get("handlers", {}).items():
        if "tokens" not in handler.get("filters", []):
            yield Error(f"The log handler “{name}” does not hide the tokens of links.", id="ct.E015")


@_check
def chats_are_hosts_elsewhere() -> Findings:
    for host in settings.CHAT_HOSTS:
        if not CHAT_HOST.fullmatch(host):
            yield Error(
                f"“{host}” in CHAT_HOSTS is not the name of a host.",
                hint="Name hosts without https:// and without a path, for example hooks.slack.com.",
                id="ct.E030",
            )
    for name in settings.CHAT_PRIVATE_NETWORKS:
        try:
            network = ip_network(name)
        except ValueError:
            network = None
        if network is None or network.is_loopback or network.is_link_local or network.prefixlen == 0:
            yield Error(
                f"“{name}” in CHAT_PRIVATE_NETWORKS is not a network that a chat can be in.",
                hint="Name the address of your chat alone, for example 10.1.2.3/32.",
                id="ct.E031",
            )
