"""Who was told something lately, so that no reminder says it again."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from core.clock import start_of_day, today
from goals.services.actions import ASSIGNED
from notifications.models import OPEN_STATES, Message, MessageState
from partners.models import Partnership


def told_this_week(
    kind: str, partnerships: Collection[int], *, on: date, zone: str, **only: object
) -> set[tuple[int | None, int | None]]:
    """Partnerships and people of mails of this kind that went out, or wait, in the week up to ``on``."""
    if not partnerships:
        return set()
    this_week = start_of_day(on - timedelta(days=6), zone=zone)
    mails = Message.objects.filter(kind=kind, partnership_id__in=partnerships, due_at__gte=this_week, **only)
    mails = mails.filter(state__in=(*OPEN_STATES, MessageState.SENT))
    return set(mails.values_list("partnership_id", "recipient"))


def given_lately(
    partnerships: Iterable[Partnership], *, zone: str, since: datetime
) -> dict[tuple[int, int | None], date]:
    """The day on which people were last told, or are about to be, that an action is theirs."""
    told = Message.objects.filter(kind=ASSIGNED, partnership_id__in=[one.pk for one in partnerships], due_at__gte=since)
    rows = told.filter(state__in=(*OPEN_STATES, MessageState.SENT)).order_by("due_at")
    return {
        (action_id, person_id): today(zone=zone, at=due_at)
        for action_id, person_id, due_at in rows.values_list("params__action", "recipient", "due_at")
    }
