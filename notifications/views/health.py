"""Three questions a monitor asks: does the process answer, could it serve, does the work get done.

Each is answered within a second, also when the database takes the question and says nothing.
"""

import shutil
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse, JsonResponse

from core import clock
from core.access import public
from core.http import Request, client_address
from core.patience import answers_within
from notifications.readiness import read_migration_files, readiness
from notifications.selectors import outbox_at

PATIENCE_SECONDS = 0.7
LEAST_FREE_MB = 100
AWAY = (DatabaseError, InterfaceError)


@public()
def live(_request: Request) -> HttpResponse:
    """The process answers. Asks nothing of the database."""
    return JsonResponse({"ok": True})


@public()
def ready(_request: Request) -> HttpResponse:
    """The database answers, has every migration, and its clock shows the time of ours."""
    read_migration_files()
    try:
        with answers_within(PATIENCE_SECONDS):
            found = readiness()
    except AWAY:
        return _verdict({"database": False}, is_well=False)
    facts: dict[str, object] = {
        "database": True,
        "missing_migrations": found.missing_migrations,
        "clock_skew_seconds": found.clock_skew_seconds,
    }
    return _verdict(facts, is_well=found.is_well)


@public()
def work(request: Request) -> HttpResponse:
    """Mails go out and plans are made. For the same machine and for operators: numbers are nobody else's business."""
    free_mb = shutil.disk_usage(settings.VAR_DIR).free // 2**20 if settings.VAR_DIR.exists() else None
    try:
        with answers_within(PATIENCE_SECONDS):
            if not (_is_local(request) or getattr(request.user, "is_staff", False)):
                raise PermissionDenied
            now = clock.now()
            outbox = outbox_at(now)
    except AWAY:
        return _verdict({"database": False}, is_well=False)
    vitals = outbox.vitals
    facts: dict[str, object] = {
        "beat_age_seconds": {loop.name: loop.at and int((now - loop.at).total_seconds()) for loop in vitals.loops},
        "silent": vitals.silent,
        "oldest_due_seconds": int((now - vitals.oldest_due_at).total_seconds()) if vitals.oldest_due_at else 0,
        "resting": vitals.pause is not None,
        "dead_letters": outbox.dead,
        "disk_free_mb": free_mb,
    }
    return _verdict(facts, is_well=vitals.is_working and (free_mb is None or free_mb >= LEAST_FREE_MB))


def _verdict(facts: dict[str, object], *, is_well: bool) -> HttpResponse:
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ok": is_well, **facts}, status=status, headers={"Cache-Control": "no-store"})


def _is_local(request: Request) -> bool:
    """From this machine, and not passed on by a proxy that we were not told about."""
    if not settings.TRUSTED_PROXIES and "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(client_address(request)).is_loopback
    except ValueError:
        return False
