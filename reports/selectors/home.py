"""Today: what needs this person, what comes next, and one piece of good news."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.clock import today
from core.dates import day as day_in_words
from core.dates import month as month_in_words
from feedback.choices import Cause
from feedback.selectors import HealthMonth, WindowCount, follow_through, health_months, read_report
from feedback.selectors.threads import waiting_for_reply
from goals.models import Action
from goals.selectors import GoalReading, goal_readings, missing_periods
from meetings.models import Meeting
from meetings.selectors import upcoming_meetings
from partners.models import Seat
from partners.permissions import Permission

MOST_NEEDS = 12
MOST_MEETINGS = 4
GOOD_NEWS_FROM = timedelta(days=45)


@dataclass(frozen=True)
class Need:
    """One thing that needs the reader: why, where to do it, and the verb on the button."""

    title: str
    url: str
    icon: str
    tone: Literal["off", "risk", "brand"]
    late: str = ""
    meta: Sequence[str] = ()
    button: str = ""


@dataclass(frozen=True)
class Home:
    """Everything on the first page of a partnership."""

    needs: Sequence[Need]
    more: int
    upcoming: Iterable[Meeting]
    goals: Sequence[GoalReading]
    windows: Sequence[WindowCount]
    good_news: Action | None
    vacant: int


def home_page(seat: Seat, *, now: datetime) -> Home:
    """What the holder of ``seat`` sees first; coordinators see the whole partnership, partners what is theirs."""
    partnership = seat.partnership
    health = health_months(partnership, now)
    needs = list(_needs(seat, health=health, now=now))
    news = partnership.actions.filter(done_at__gte=now - GOOD_NEWS_FROM).exclude(win="")
    return Home(
        needs=needs[:MOST_NEEDS],
        more=max(0, len(needs) - MOST_NEEDS),
        upcoming=upcoming_meetings(partnership, now=now)[:MOST_MEETINGS],
        goals=goal_readings(partnership, today=today(zone=partnership.time_zone, at=now)),
        windows=[window for month in health for window in month.windows if window.is_open],
        good_news=news.select_related("accountable__participation__organization").order_by("-done_at").first(),
        vacant=partnership.seats.vacant().count() if seat.can(Permission.SEAT_MANAGE) else 0,
    )


def _needs(seat: Seat, *, health: Sequence[HealthMonth], now: datetime) -> Iterator[Need]:
    yield from _late_actions(seat, now=now)
    if seat.can(Permission.MEETING_MANAGE):
        yield from _meetings_to_close(seat, now=now)
    if seat.can(Permission.FOLLOW_UP_PLAN):
        yield from _calls_for_action(seat, health=health)
    if seat.can(Permission.COMMENT_READ):
        yield from _conversations(seat, now=now)
    if seat.can(Permission.MEASUREMENT_RECORD):
        yield from _missing_numbers(seat, now=now)


def _late_actions(seat: Seat, *, now: datetime) -> Iterator[Need]:
    on = today(zone=seat.partnership.time_zone, at=now)
    late = seat.partnership.actions.overdue(on=on)
    if not seat.can(Permission.PARTNERSHIP_EDIT):
        late = late.filter(Q(accountable=seat) | Q(pk__in=seat.assignments.values("action_id")))
    people = late.select_related("accountable__participation__organization", "accountable__person")
    for action in people.order_by("due_on", "pk")[: MOST_NEEDS + 1]:
        days = action.days_late(on=on)
        who = action.accountable.name
        yield Need(
            title=action.title,
            url=reverse("goals:action-detail", args=[seat.partnership.slug, action.pk]),
            icon="clock",
            tone="off",
            late=ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days},
            meta=[f"{who}, {action.accountable.organization}" if who else str(action.accountable.organization)],
            button=_("Open"),
        )


def _meetings_to_close(seat: Seat, *, now: datetime) -> Iterator[Need]:
    over = seat.partnership.meetings.filter(
        ends_at__lt=now, closed_at=None, cancelled_at=None, invited_at__isnull=False
    )
    for meeting in over.order_by("starts_at")[:3]:
        yield Need(
            title=_("“%(meeting)s” is over and not closed yet") % {"meeting": meeting.title},
            url=reverse("meetings:meeting-detail", args=[seat.partnership.slug, meeting.pk]),
            icon="calendar-event",
            tone="risk",
            meta=[_("Record who came. Then everybody who was there is asked for feedback.")],
            button=_("Record and close"),
        )


def _calls_for_action(seat: Seat, *, health: Sequence[HealthMonth]) -> Iterator[Need]:
    """What the newest report calls for and nobody has planned an action on yet."""
    newest = next((month for month in health if month.report is not None), None)
    page = read_report(newest.report, language=get_language() or "en") if newest and newest.report else None
    if page is None or newest is None:
        return
    answered = {(row.month, row.cause.value) for row in follow_through(seat.partnership_id)}
    called = [
        (line.key, _("%(name)s: %(value)s") % {"name": line.label, "value": line.words.lower()}) for line in page.low
    ]
    if page.wants_action:
        called.append((Cause.FLAG.value, page.wants_action.removesuffix(".")))
    for cause, title in called:
        if (newest.month, cause) not in answered:
            yield Need(
                title=title,
                url=reverse("feedback:follow-up", args=[seat.partnership.slug, newest.month, cause]),
                icon="scale",
                tone="risk",
                meta=[_("Health report of %(month)s") % {"month": month_in_words(newest.month)}],
                button=_("Plan an action"),
            )


def _conversations(seat: Seat, *, now: datetime) -> Iterator[Need]:
    """People who asked for a reply on the form; nobody knows who they are."""
    waiting = waiting_for_reply(seat.partnership, now)
    if waiting:
        yield Need(
            title=ngettext(
                "%(waiting)s person who sent the form waits for a reply",
                "%(waiting)s people who sent the form wait for a reply",
                waiting,
            )
            % {"waiting": waiting},
            url=reverse("feedback:conversation-list", args=[seat.partnership.slug]),
            icon="messages",
            tone="brand",
            meta=[_("Nobody knows who they are, and nobody can find out.")],
            button=_("Read and reply"),
        )


def _missing_numbers(seat: Seat, *, now: datetime) -> Iterator[Need]:
    on = today(zone=seat.partnership.time_zone, at=now)
    for missing in missing_periods([seat.partnership], on=on):
        if seat.can(Permission.GOAL_EDIT) or missing.indicator.goal.lead_id == seat.participation_id:
            yield Need(
                title=_("No number yet: %(what)s") % {"what": missing.indicator.title},
                url=reverse("goals:measurement-add", args=[seat.partnership.slug, missing.indicator.pk]),
                icon="chart-line",
                tone="brand",
                meta=[
                    _("For %(period)s, which ended on %(day)s.")
                    % {"period": missing.period, "day": day_in_words(missing.period.end)}
                ],
                button=_("Add a number"),
            )
