"""What ``manage.py doctor`` finds: how the installation is, in lines that may be shown to anybody who helps.

Nothing here is a secret, a token or an address: the facts are chosen so, and every line is wiped again on its way out.
"""

import platform
import re
from collections.abc import Iterator, Mapping
from ctypes.util import find_library
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, InterfaceError, connection

from core import clock
from core.logs import without_tokens
from core.patience import answers_within
from notifications import doorbell
from notifications.models import Message
from notifications.readiness import Readiness, read_migration_files, readiness
from notifications.selectors import Vitals, outbox_at

PATIENCE_SECONDS = 5.0
ERRORS_SHOWN = 10
PANGO = "pangoft2-1.0"
PACKAGES = ("Django", "celery", "psycopg2-binary", "redis", "django-allauth")
_ADDRESS = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+")
_LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+")
_TOKEN = re.compile(r"(?=[A-Za-z0-9_\-+/=]*[0-9])[A-Za-z0-9_\-+/=]{20,}|[A-Za-z0-9_\-+/=]{40,}")


@dataclass(frozen=True)
class Finding:
    """One line under a heading; ``is_trouble`` when somebody should do something about it."""

    heading: str
    text: str
    is_trouble: bool = False


def examine() -> Iterator[Finding]:
    """Everything, each line wiped."""
    for finding in (*_versions(), *_paper(), *_work(), *_configuration()):
        yield Finding(finding.heading, wiped(finding.text), finding.is_trouble)


def wiped(text: str) -> str:
    """Without what this installation knows as secret, and without what looks like a link, an address or a token."""
    for secret in secrets_of_settings():
        text = text.replace(secret, "[secret]")
    text = _LINK.sub("[link]", without_tokens(text))
    return _TOKEN.sub("[token]", _ADDRESS.sub("[address]", text))


def secrets_of_settings() -> list[str]:
    """Keys and passwords, the longest first, so that none is left in pieces."""
    urls = (settings.EMAIL_URL, settings.CELERY_BROKER_URL, settings.REDIS_URL)
    parts = [part for url in urls for part in (urlsplit(url).username, urlsplit(url).password) if part]
    database: Mapping[str, object] = connection.settings_dict
    found = {
        settings.SECRET_KEY,
        *settings.SECRET_KEY_FALLBACKS,
        *(unquote(part) for part in parts),
        *parts,
        str(database.get("PASSWORD") or ""),
        str(settings.EMAIL_HOST_USER or ""),
        str(settings.EMAIL_HOST_PASSWORD or ""),
    }
    return sorted((secret for secret in found if secret), key=len, reverse=True)


def _versions() -> Iterator[Finding]:
    yield Finding("Versions", f"Python {platform.python_version()}")
    for package in PACKAGES:
        yield Finding("Versions", f"{package} {version(package)}")


def _paper() -> Iterator[Finding]:
    """No trouble where only the web runs: the worker makes the PDFs."""
    if find_library(PANGO):
        yield Finding("Reports on paper", f"PDFs are made with WeasyPrint {version('weasyprint')}")
    else:
        yield Finding("Reports on paper", "Pango is missing: no PDFs from here, reports are printed from the browser")


def _work() -> Iterator[Finding]:
    read_migration_files()
    try:
        with answers_within(PATIENCE_SECONDS):
            state, ready, now = outbox_at(clock.now()), readiness(), clock.now()
            troubled = list(Message.objects.exclude(error="").order_by("-next_attempt_at")[:ERRORS_SHOWN])
            server = ".".join(map(str, connection.get_database_version()))
    except (DatabaseError, InterfaceError) as error:
        yield Finding("Database", f"it does not answer ({type(error).__name__})", is_trouble=True)
        return
    yield from _database(ready, server)
    yield Finding("Queue", ", ".join(f"{label.lower()}: {number}" for label, number in state.counts))
    yield from _queue(state.vitals, state.dead)
    yield Finding("Loops", _doorbell())
    for loop in state.vitals.loops:
        age = f"{(now - loop.at).total_seconds():.0f} s ago" if loop.at else "never"
        yield Finding("Loops", f"{loop.name}: last round {age}", is_trouble=loop.is_silent)
    for message in troubled:
        yield Finding(
            "Last errors", f"{message.kind}, {message.state}, tried {message.attempts} times: {message.error}"
        )


def _doorbell() -> str:
    """No trouble where nobody listens: a worker may run elsewhere, and the clock finds every mail."""
    if doorbell.is_heard():
        return "doorbell: somebody listens, mail that is due leaves at once"
    return "doorbell: nobody listens on this machine, mail waits for the clock"


def _database(ready: Readiness, server: str) -> Iterator[Finding]:
    yield Finding("Database", f"{connection.vendor} {server}")
    yield Finding("Database", f"migrations missing: {ready.missing_migrations}", bool(ready.missing_migrations))
    skew = f"its clock is {ready.clock_skew_seconds} s ahead of ours"
    yield Finding("Database", skew, is_trouble=not ready.is_well and not ready.missing_migrations)


def _queue(vitals: Vitals, dead: int) -> Iterator[Finding]:
    if vitals.pause:
        yield Finding("Queue", f"it rests until {vitals.pause.until:%H:%M} UTC: {vitals.pause.error}", is_trouble=True)
    if vitals.oldest_due_at:
        waits = (clock.now() - vitals.oldest_due_at).total_seconds()
        yield Finding("Queue", f"the oldest mail waits since {waits:.0f} s", is_trouble=vitals.is_late)
    if dead:
        yield Finding("Queue", f"{dead} could not be sent: see /staff/outbox/", is_trouble=True)


def _configuration() -> Iterator[Finding]:
    """What ``check --deploy`` says. Its hints are left out: they are about every installation, not about this one."""
    for message in run_checks(include_deployment_checks=True):
        yield Finding("Configuration", f"{message.id}: {message.msg.splitlines()[0]}", is_trouble=True)
