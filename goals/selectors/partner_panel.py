"""What a partner promised, for the partner's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from core.clock import today
from core.panels import Panel
from goals.models import Action
from partners.models import Participation, Seat

MOST_SHOWN = 8


@dataclass(frozen=True)
class Promises:
    """Open actions this partner answers for, by date, and how many it has finished."""

    partnership: str
    url: str
    open: Sequence[tuple[Action, int]]
    more: int
    finished: int


def partner_panel(seat: Seat, participation: Participation, now: datetime) -> Panel:
    """Each open action comes with how many days it is late. Two queries."""
    actions = seat.partnership.actions.filter(accountable__participation=participation)
    on: date = today(zone=seat.partnership.time_zone, at=now)
    open_actions = list(actions.open().select_related("goal").order_by("due_on", "pk"))
    content = Promises(
        partnership=seat.partnership.slug,
        url=f"{reverse('goals:action-list', args=[seat.partnership.slug])}?partner={participation.pk}",
        open=[(action, action.days_late(on=on)) for action in open_actions[:MOST_SHOWN]],
        more=max(0, len(open_actions) - MOST_SHOWN),
        finished=actions.done().count(),
    )
    return Panel("goals/_partner_panel.html", content)
