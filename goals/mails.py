"""The mails of this app: written from what is true when they leave, and left unsent when their reason is gone."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.http import absolute_url
from goals import samples
from goals.choices import Duty
from goals.models import Action
from goals.models.action import ActionQuerySet
from goals.number_mails import NUMBER_KINDS
from goals.selectors.wins import wins_of_week
from goals.services.actions import ASSIGNED
from notifications.bundling import bundle_kind
from notifications.choices import ANY_RHYTHM, Rhythm, Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, Moments
from partners.models import Partnership

DUE = "action_due"
OVERDUE = "action_overdue"
WINS = "wins"
SEVERAL = "several_actions"


def _held(message: Message) -> ActionQuerySet:
    """Open actions that the recipient is accountable for or does the work of."""
    theirs = Q(accountable__person=message.recipient_id) | Q(
        assignments__duty=Duty.RESPONSIBLE, assignments__seat__person=message.recipient_id
    )
    return Action.objects.open().filter(theirs).distinct()


def _is_still_theirs(message: Message, _now: datetime) -> bool:
    return _held(message).filter(pk=message.params["action"]).exists()


def _is_still_due(message: Message, _now: datetime) -> bool:
    """Also on the same day: another date has reminders of its own."""
    return _held(message).filter(pk=message.params["action"], due_on=message.params["due_on"]).exists()


def _action_letter(message: Message, now: datetime) -> Letter:
    actions = Action.objects.select_related("partnership", "goal", "accountable__participation__organization")
    action = actions.get(pk=message.params["action"])
    on = today(zone=action.partnership.time_zone, at=now)
    return Letter(
        {
            "action": action,
            "partnership": action.partnership,
            "is_accountable": action.accountable.person_id == message.recipient_id,
            "days_left": (action.due_on - on).days,
            "action_url": _action_url(action.partnership, action),
            "list_url": _mine_url(action.partnership),
        }
    )


def _partnership(message: Message) -> Partnership:
    return Partnership.objects.get(pk=message.params["partnership"])


def _late(message: Message, now: datetime) -> tuple[Partnership, date, ActionQuerySet]:
    partnership = _partnership(message)
    on = today(zone=partnership.time_zone, at=now)
    late = _held(message).overdue(on=on).filter(partnership=partnership)
    return partnership, on, late.order_by("due_on", "pk")


def _is_anything_late(message: Message, now: datetime) -> bool:
    return _late(message, now)[2].exists()


def _late_letter(message: Message, now: datetime) -> Letter:
    partnership, on, late = _late(message, now)
    items = [(action, action.days_late(on=on), _action_url(partnership, action)) for action in late]
    return Letter({"partnership": partnership, "items": items, "list_url": _mine_url(partnership)})


def _wins(message: Message) -> tuple[Partnership, ActionQuerySet]:
    """What was finished with something to celebrate in the week that the mail tells of."""
    partnership = _partnership(message)
    return partnership, wins_of_week(partnership, date.fromisoformat(message.params["monday"]))


def _is_anything_won(message: Message, _now: datetime) -> bool:
    """Also still by somebody who has a seat."""
    partnership, wins = _wins(message)
    return partnership.seats.filter(person=message.recipient_id).exists() and wins.exists()


def _wins_letter(message: Message, _now: datetime) -> Letter:
    partnership, wins = _wins(message)
    wins = wins.select_related("accountable__participation__organization")
    items = [(action, _action_url(partnership, action)) for action in wins]
    return Letter({"partnership": partnership, "items": items, "list_url": _all_url(partnership)})


def _action_url(partnership: Partnership, action: Action) -> str:
    return absolute_url(reverse("goals:action-detail", args=[partnership.slug, action.pk]))


def _all_url(partnership: Partnership) -> str:
    return absolute_url(reverse("goals:action-list", args=[partnership.slug]))


def _mine_url(partnership: Partnership) -> str:
    return f"{_all_url(partnership)}?mine=1"


KINDS = (
    MailKind(
        name=ASSIGNED,
        template=ASSIGNED,
        description=_("Actions you are given"),
        compose=_action_letter,
        still_wanted=_is_still_theirs,
        topic=Topic.ACTIONS,
        who=_("Who answers for the action or does the work"),
        when=_("At once; several within ten minutes come as one"),
        rhythms=ANY_RHYTHM,
        together=SEVERAL,
        sample=samples.assigned,
    ),
    MailKind(
        name=DUE,
        template=DUE,
        description=_("Actions of yours that are due soon"),
        compose=_action_letter,
        still_wanted=_is_still_due,
        topic=Topic.ACTIONS,
        who=_("Who answers for the action or does the work"),
        when=_("A week before, the day before and on the day, unless the partnership chose otherwise"),
        moments=Moments(
            usual=(timedelta(days=7), timedelta(days=1), timedelta(0)),
            before=_("before the day it is due"),
            shortest=timedelta(0),
            longest=timedelta(days=30),
        ),
        sample=samples.due,
        rhythm=Rhythm.DAILY,
        rhythms=(Rhythm.AT_ONCE, Rhythm.DAILY),
    ),
    MailKind(
        name=OVERDUE,
        template=OVERDUE,
        description=_("Actions of yours that are late, once a week"),
        compose=_late_letter,
        still_wanted=_is_anything_late,
        topic=Topic.ACTIONS,
        who=_("Who answers for a late action or does the work"),
        when=_("Once a week, as long as something is late and the e-mail of Monday morning does not say so"),
        sample=samples.overdue,
        rhythm=Rhythm.DAILY,
        rhythms=ANY_RHYTHM,
    ),
    *NUMBER_KINDS,
    MailKind(
        name=WINS,
        template=WINS,
        description=_("What we can celebrate, once a week"),
        compose=_wins_letter,
        still_wanted=_is_anything_won,
        topic=Topic.PARTNERSHIP,
        who=_("Everybody with a seat"),
        when=_("On Monday morning, when something was finished that we can celebrate"),
        sample=samples.wins,
        rhythms=ANY_RHYTHM,
    ),
    bundle_kind(
        SEVERAL,
        description=_("Actions you are given"),
        who=_("Who is given several actions within ten minutes"),
        when=_("Ten minutes after the first of them"),
    ),
)
