"""What the chats of a partnership hear of its actions: what was achieved, and once a week what is late."""

from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import dates
from core.clock import at_local_time, start_of_day, today
from core.http import absolute_url
from goals.models import Action
from goals.models.action import ActionQuerySet
from notifications.chat import hooks
from notifications.chat.events import ChatEvent, Post, register_event
from notifications.models import Message
from partners.models import Partnership

WIN = "win"
LATE = "action_late"
NEWS_FOR = timedelta(days=3)
MOST_SHOWN = 8
MORNING = time(8)
WORTH_IT = timedelta(days=3)  # from Monday on; later the week is half over


def announce_win(action: Action, *, now: datetime) -> None:
    hooks.announce(
        WIN,
        partnership_id=action.partnership_id,
        facts=f"{action.pk}-{int(now.timestamp())}",
        params={"action": action.pk},
        now=now,
        expires_at=now + NEWS_FOR,
    )


def plan_late(now: datetime) -> None:
    """On Monday morning, where a chat wants it and anything is late; after an outage until Wednesday."""
    for partnership in Partnership.objects.filter(pk__in=hooks.listening(LATE), ended_on=None):
        zone = partnership.time_zone
        on = today(zone=zone, at=now)
        year, week, weekday = on.isocalendar()
        monday = on - timedelta(days=weekday - 1)
        facts = f"{partnership.pk}-{year}-W{week:02}"
        if on >= monday + WORTH_IT or hooks.is_announced(LATE, facts=facts):
            continue
        if partnership.actions.overdue(on=on).exists():
            hooks.announce(
                LATE,
                partnership_id=partnership.pk,
                facts=facts,
                params={"partnership": partnership.pk},
                now=now,
                due_at=max(now, at_local_time(datetime.combine(monday, MORNING), zone=zone)),
                expires_at=start_of_day(monday + WORTH_IT, zone=zone),
            )


def _action_of(message: Message) -> Action | None:
    people = Action.objects.select_related("partnership", "accountable__participation__organization")
    return people.filter(pk=message.params["action"], done_at__isnull=False).exclude(win="").first()


def _is_won(message: Message, _now: datetime) -> bool:
    return _action_of(message) is not None


def _win(message: Message, _now: datetime) -> Post:
    action = _action_of(message)
    if action is None:
        raise LookupError(message.params["action"])
    return Post(
        title=_("Something to celebrate: %(win)s") % {"win": action.win},
        lines=[_("%(action)s, %(partner)s") % {"action": action.title, "partner": action.accountable.organization}],
        url=absolute_url(reverse("goals:action-detail", args=[action.partnership.slug, action.pk])),
    )


def _late(message: Message, now: datetime) -> tuple[Partnership, date, ActionQuerySet]:
    partnership = Partnership.objects.get(pk=message.params["partnership"])
    on = today(zone=partnership.time_zone, at=now)
    return partnership, on, partnership.actions.overdue(on=on)


def _is_anything_late(message: Message, now: datetime) -> bool:
    return _late(message, now)[2].exists()


def _digest(message: Message, now: datetime) -> Post:
    """By partner, not by person: a chat is no place to name somebody."""
    partnership, on, late = _late(message, now)
    actions = list(late.select_related("accountable__participation__organization").order_by("due_on", "pk"))
    lines = [
        _("%(action)s, %(partner)s: %(late)s")
        % {"action": one.title, "partner": one.accountable.organization, "late": dates.days_late(one.days_late(on=on))}
        for one in actions[:MOST_SHOWN]
    ]
    more = len(actions) - MOST_SHOWN
    if more > 0:
        lines.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
    title = ngettext(
        "%(count)s action waits past its date", "%(count)s actions wait past their dates", len(actions)
    ) % {"count": len(actions)}
    page = reverse("goals:action-list", args=[partnership.slug])
    return Post(title=title, lines=lines, url=absolute_url(f"{page}?show=late"))


EVENTS = (
    ChatEvent(WIN, gettext_lazy("An action ends with something to celebrate"), _win, _is_won),
    ChatEvent(LATE, gettext_lazy("Actions are late, once a week on Monday"), _digest, _is_anything_late),
)


def register() -> None:
    for event in EVENTS:
        register_event(event)
