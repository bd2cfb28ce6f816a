"""Three questions a monitor asks: does the process answer, could it serve, does the work get done."""

from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from core import clock
from core.access import public
from core.http import Request, client_address
from notifications.selectors import outbox_at


@public()
def live(_request: Request) -> HttpResponse:
    """The process answers. Asks nothing of the database."""
    return JsonResponse({"ok": True})


@public()
def ready(_request: Request) -> HttpResponse:
    """The database answers and has every migration."""
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return _verdict({"database": False}, is_well=False)
    return _verdict({"database": True, "missing_migrations": missing}, is_well=not missing)


@public()
def work(request: Request) -> HttpResponse:
    """Mails go out and plans are made. For the same machine and for operators: numbers are nobody else's business."""
    if not (_is_local(request) or getattr(request.user, "is_staff", False)):
        raise PermissionDenied
    try:
        now = clock.now()
        outbox = outbox_at(now)
        vitals = outbox.vitals
    except DatabaseError:
        return _verdict({"database": False}, is_well=False)
    facts: dict[str, object] = {
        "beat_age_seconds": {loop.name: loop.at and int((now - loop.at).total_seconds()) for loop in vitals.loops},
        "silent": vitals.silent,
        "oldest_due_seconds": int((now - vitals.oldest_due_at).total_seconds()) if vitals.oldest_due_at else 0,
        "resting": vitals.pause is not None,
        "dead_letters": outbox.dead,
    }
    return _verdict(facts, is_well=vitals.is_working)


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
