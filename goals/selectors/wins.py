"""What there is to celebrate."""

from datetime import date, timedelta

from core.clock import start_of_day
from goals.models.action import ActionQuerySet
from partners.models import Partnership

WEEK = timedelta(days=7)


def wins_of_week(partnership: Partnership, monday: date) -> ActionQuerySet:
    """Actions finished with something to celebrate in the week before ``monday``, by the partnership's calendar."""
    start, end = (start_of_day(day, zone=partnership.time_zone) for day in (monday - WEEK, monday))
    return partnership.actions.filter(done_at__gte=start, done_at__lt=end).exclude(win="").order_by("done_at", "pk")
