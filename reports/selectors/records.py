"""What changed in the records of a month: numbers, promises, decisions. No opinion is in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.choices import Direction
from goals.models import Action
from goals.selectors import GoalReading, IndicatorReading, ValueRow
from goals.selectors.wording import quantity
from meetings.selectors import decisions_of_month
from partners.models import Partnership

MOST_SHOWN = 6


@dataclass(frozen=True)
class Change:
    """One line: what changed, and where to read more."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Changes:
    """Better, worse and decided, as the numbers and the notes say it."""

    better: Sequence[Change]
    worse: Sequence[Change]
    decided: Sequence[Change]


def changes_of_month(
    partnership: Partnership,
    *,
    month: date,
    readings: Sequence[GoalReading],
    became_late: int,
    start: datetime,
    end: datetime,
) -> Changes:
    """``readings`` are those of the month's last day; one query beside them."""
    better: list[Change] = []
    worse: list[Change] = []
    for reading in readings:
        for indicator in reading.indicators:
            moved = _movement(indicator, month=month)
            if moved is not None:
                text, improved = moved
                goal = reverse("goals:goal-detail", args=[partnership.slug, reading.pk])
                (better if improved else worse).append(Change(text, goal))
    if became_late:
        text = ngettext(
            "%(count)s action became late and is still open",
            "%(count)s actions became late and are still open",
            became_late,
        )
        worse.append(
            Change(text % {"count": became_late}, f"{reverse('goals:action-list', args=[partnership.slug])}?show=late")
        )
    decided = [
        Change(row.text, reverse("meetings:meeting-detail", args=[partnership.slug, row.meeting_id]))
        for row in decisions_of_month(partnership, start=start, end=end)[:MOST_SHOWN]
    ]
    return Changes(better[:MOST_SHOWN], worse[:MOST_SHOWN], decided)


def wins_of_month(partnership: Partnership, *, start: datetime, end: datetime) -> Sequence[Action]:
    """Finished actions with something to celebrate, newest first. One query."""
    finished = partnership.actions.filter(done_at__gte=start, done_at__lt=end).exclude(win="")
    people = finished.select_related("accountable__participation__organization")
    return list(people.order_by("-done_at", "-pk")[:MOST_SHOWN])


def _movement(reading: IndicatorReading, *, month: date) -> tuple[str, bool] | None:
    """How the indicator moved in the month, in a sentence, and whether that is better; None when it did not move."""
    numbers: list[ValueRow] = [row for row in reading.values if row.is_number]
    if len(numbers) < 2 or reading.indicator.direction == Direction.HOLD:  # noqa: PLR2004 -- a move has two ends
        return None
    before, now = numbers[-2], numbers[-1]
    if now.on < month or before.value is None or now.value is None or before.value == now.value:
        return None
    improved = (now.value > before.value) == (reading.indicator.direction == Direction.UP)
    sentence = _("%(what)s: from %(before)s to %(now)s") % {
        "what": reading.title,
        "before": quantity(reading.indicator, before.value),
        "now": quantity(reading.indicator, now.value),
    }
    return sentence, improved
