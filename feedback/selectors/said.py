"""You said, we agreed, now: what the reports up to one month led to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feedback.choices import Cause
from feedback.models import FollowUp, HealthReport
from feedback.selectors.causes import topic
from goals.choices import ActionStatus
from goals.models import Action

MOST_ROWS, MOST_READ = 6, 60
NEWLY_DONE = timedelta(days=40)


@dataclass(frozen=True)
class Said:
    """One row. ``status`` is that of the moment that was asked for, so that paper stays true."""

    month: date
    said: str
    action: Action
    organization: str
    status: ActionStatus


def replies_until(report: HealthReport) -> list[FollowUp]:
    """What was planned from this report and from those before it, the latest first; whatever their revisions."""
    rows = FollowUp.objects.filter(report__partnership=report.partnership_id, report__month__lte=report.month)
    rows = rows.select_related("report", "theme", "action__accountable__participation__organization")
    return list(rows.defer("report__payload").order_by("-report__month", "-pk")[:MOST_READ])


def said_and_agreed(replies: Iterable[FollowUp], *, at: datetime) -> Sequence[Said]:
    """Those of ``replies`` there is room for, oldest first, as they stood at ``at``.

    What was done since about the last report finds room before what answers the latest reports.
    """
    known = [row for row in replies if row.action.created_at <= at]
    shown = sorted(known, key=lambda row: not _is_newly_done(row.action, at))[:MOST_ROWS]
    return [_read(row, at) for row in reversed(known) if row in shown]


def answers_to(report: HealthReport, replies: Iterable[FollowUp]) -> list[FollowUp]:
    """Those that answer this month, oldest first; dropped actions answer nothing."""
    ours = [row for row in replies if row.report.month == report.month and row.action.dropped_at is None]
    return sorted(ours, key=lambda row: row.pk)


def _is_newly_done(action: Action, at: datetime) -> bool:
    return action.done_at is not None and at - NEWLY_DONE < action.done_at <= at


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
