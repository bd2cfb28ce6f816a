"""What is due by itself: windows to open and to close, reports to build. Running it again changes nothing."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import DatabaseError
from django.db.models import Count, Q

from accounts.models import Person
from core import clock
from feedback import mails, reporting, sealed, services
from feedback.models import FeedbackComment, FeedbackWindow
from feedback.models.window import MINIMUM_GROUP, WORDS_FROM
from meetings.choices import CAME
from meetings.models import Meeting
from notifications.services import Draft, enqueue_owed
from partners.models import Partnership, Seat
from partners.permissions import ROLE_PERMISSIONS, Permission, Role

MORNING = time(8)
NEWS_LAST = timedelta(days=7)
READERS = tuple(role for role in Role if Permission.COMMENT_READ in ROLE_PERMISSIONS[role])
logger = logging.getLogger(__name__)


def open_windows(now: datetime) -> int:
    """Ask the people of every meeting closed in the last days that enough came to; returns how many windows opened."""
    recent = Meeting.objects.closed().filter(closed_at__gt=now - services.WINDOW_LENGTH, feedback_window=None)
    came = Count("attendances", filter=Q(attendances__presence__in=CAME))
    enough = recent.annotate(came=came).filter(came__gte=MINIMUM_GROUP)
    opened = 0
    for meeting_id in list(enough.order_by("pk").values_list("pk", flat=True)):
        opened += services.open_window(meeting_id=meeting_id, now=now) is not None
    return opened


def close_windows(now: datetime) -> int:
    """Close what is due, then clean up behind it; returns how many closed."""
    due = FeedbackWindow.objects.due_to_close(now=now).order_by("pk")
    closed = sum(
        services.close_window(window_id=window_id, now=now) for window_id in list(due.values_list("pk", flat=True))
    )
    if closed:
        scrub_bags(now)
    return closed


def scrub_bags(_now: datetime) -> None:
    """Also hourly, for a scrub that found the table in use."""
    try:
        sealed.scrub()
    except DatabaseError:
        logger.warning("The feedback bags could not be scrubbed now; the next round tries again.")


def build_reports(now: datetime) -> int:
    """Build the reports whose day has come; one partnership that fails does not hold up the others."""
    return sum(_build(partnership, month, now) for partnership, month in reporting.due_months(now))


def revise_reports(now: datetime) -> int:
    """Build the next revision where the records behind a recent report were corrected."""
    return sum(_build(partnership, month, now) for partnership, month in reporting.reports_to_revise(now))


def tell_coordinators(now: datetime) -> None:
    """On the morning after somebody wrote, offered their words or had them unsealed: one mail a day at most.

    The key is the last day with news, so that an outage delays the mail and never doubles it.
    """
    told: dict[int, tuple[date, date, str]] = {}
    for partnership_id, zone, days in _news(now):
        on = clock.today(zone=zone, at=now)
        last = max((day for day in days if on - NEWS_LAST <= day < on), default=None)
        if last and last >= told.get(partnership_id, (last,))[0]:
            told[partnership_id] = (last, on, zone)
    readers = Seat.objects.filter(role__in=READERS, partnership__in=told, person__in=Person.objects.reachable())
    drafts = []
    for partnership_id, person_id in readers.values_list("partnership_id", "person_id"):
        last, on, zone = told[partnership_id]
        draft = Draft(
            key=f"conversations:{partnership_id}:{person_id}:{last.isoformat()}",
            kind=mails.NEWS_KIND,
            recipient_id=person_id,
            due_at=max(now, clock.at_local_time(datetime.combine(on, MORNING), zone=zone)),
            expires_at=clock.start_of_day(last + NEWS_LAST, zone=zone),
            partnership_id=partnership_id,
            params={"partnership": partnership_id},
        )
        drafts.append(draft)
    enqueue_owed(drafts, now=now)


def _news(now: datetime) -> Iterator[tuple[int, str, list[date]]]:
    """Days on which something became readable that a coordinator may read, by partnership; more than are asked for."""
    since = now - NEWS_LAST - timedelta(days=2)
    live = FeedbackComment.objects.filter(thread__isnull=False, window__meeting__partnership__ended_on=None)
    recent = (
        Q(window__closed_at__gte=since) | Q(offered_on__gte=since.date()) | Q(messages__written_on__gte=since.date())
    )
    about = "window__meeting__partnership"
    for partnership_id, zone, answered, closed_at, offered_on, seat_id, written_on in live.filter(recent).values_list(
        about,
        f"{about}__time_zone",
        "window__answered_count",
        "window__closed_at",
        "offered_on",
        "messages__seat",
        "messages__written_on",
    ):
        is_read = answered >= WORDS_FROM
        days = [clock.today(zone=zone, at=closed_at)] if is_read else [offered_on]
        days += [written_on] if seat_id is None and (is_read or offered_on) else []
        yield partnership_id, zone, [day for day in days if day]


def _build(partnership: Partnership, month: date, now: datetime) -> bool:
    """True for a report that is new."""
    try:
        report = reporting.build_report(partnership=partnership, month=month, now=now)
    except Exception as error:
        logger.exception("The health report of partnership %s for %s could not be built.", partnership.pk, month)
        reporting.note_failure(partnership=partnership, month=month, error=type(error).__name__, now=now)
        return False
    return report is not None
