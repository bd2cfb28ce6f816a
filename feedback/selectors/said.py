"""You said, we agreed, now: what the reports up to one month led to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from feedback.choices import Cause
from feedback.models import FollowUp, HealthReport
from feedback.selectors.causes import topic
from goals.choices import ActionStatus
from goals.models import Action

MOST_ROWS = 6


@dataclass(frozen=True)
class Said:
    """One row. ``status`` is that of the moment that was asked for, so that paper stays true."""

    month: date
    said: str
    action: Action
    organization: str
    status: ActionStatus


def said_and_agreed(report: HealthReport, *, at: datetime) -> Sequence[Said]:
    """The latest answers to this report and to those before it, oldest first, as they stood at ``at``."""
    rows = FollowUp.objects.filter(
        report__partnership=report.partnership_id, report__month__lte=report.month, action__created_at__lte=at
    ).select_related("report", "theme", "action__accountable__participation__organization")
    latest = list(rows.order_by("-report__month", "-pk")[:MOST_ROWS])
    return [_read(row, at) for row in reversed(latest)]


def _read(row: FollowUp, at: datetime) -> Said:
    return Said(
        month=row.report.month,
        said=topic(Cause(row.cause), row.theme.name if row.theme else ""),
        action=row.action,
        organization=str(row.action.accountable.participation.organization),
        status=_status(row.action, at),
    )


def _status(action: Action, at: datetime) -> ActionStatus:
    """Whom an open action waits for is known of today only."""
    if action.done_at and action.done_at <= at:
        return ActionStatus.DONE
    if action.dropped_at and action.dropped_at <= at:
        return ActionStatus.DROPPED
    if action.waiting_on and action.started_at and action.started_at <= at:
        return ActionStatus.WAITING
    return ActionStatus.UNDER_WAY if action.started_at and action.started_at <= at else ActionStatus.TO_DO
