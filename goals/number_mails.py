"""The mails about numbers: whoever is asked for one, and the coordinators while a partner leaves one out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.http import absolute_url
from goals import samples
from goals.selectors.missing import MissingPeriod, missing_periods
from notifications.choices import ANY_RHYTHM, Rhythm, Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, Moments
from partners.models import Partnership, Seat
from partners.permissions import Role

MEASUREMENT_DUE = "measurement_due"
NUMBERS_WAITING = "numbers_waiting"
FIRST_ASKED_AGAIN = timedelta(days=3)  # after the day on which a number was due


def _seat(message: Message) -> Seat | None:
    seats = Seat.objects.filter(partnership=message.params["partnership"], person=message.recipient_id)
    return seats.select_related("partnership").first()


def _missing(message: Message, now: datetime) -> Sequence[MissingPeriod]:
    """What the recipient is asked for: goals their partner leads, and as coordinator those that nobody leads.

    Before the day it is what is due on that day, afterwards everything of theirs that is late.
    """
    seat = _seat(message)
    if seat is None:
        return []
    on = today(zone=seat.partnership.time_zone, at=now)
    due_on = _due_on(message)
    missing = missing_periods([seat.partnership], on=on, until=due_on or on)
    theirs = [one for one in missing if one.is_asked_of(seat)]
    return [one for one in theirs if (one.due_on == due_on if due_on else one.due_on < on)]


def _due_on(message: Message) -> date | None:
    """The day that a reminder before it is about; None once that day is over."""
    due_on = message.params.get("due_on")
    return date.fromisoformat(due_on) if due_on else None


def _is_anything_missing(message: Message, now: datetime) -> bool:
    return bool(_missing(message, now))


def _missing_letter(message: Message, now: datetime) -> Letter:
    items = [(one, _add_url(one)) for one in _missing(message, now)]
    return Letter({"partnership": _partnership(message), "items": items, "due_on": _due_on(message)})


def is_waited_for(one: MissingPeriod, *, seat: Seat, on: date) -> bool:
    """Whether a coordinator hears of it: a partner was asked again, and it is not the coordinator's own."""
    is_theirs_to_know = seat.role == Role.COORDINATOR and seat.partnership_id == one.indicator.goal.partnership_id
    return is_theirs_to_know and on - one.due_on >= FIRST_ASKED_AGAIN and not one.is_asked_of(seat)


def _waiting(message: Message, now: datetime) -> tuple[date, Sequence[MissingPeriod]]:
    partnership = _partnership(message)
    on = today(zone=partnership.time_zone, at=now)
    seat = _seat(message)
    missing = missing_periods([partnership], on=on) if seat else []
    waiting = [one for one in missing if seat and is_waited_for(one, seat=seat, on=on)]
    return on, sorted(waiting, key=lambda one: one.due_on)


def _is_anything_waited_for(message: Message, now: datetime) -> bool:
    return bool(_waiting(message, now)[1])


def _waiting_letter(message: Message, now: datetime) -> Letter:
    """The longest waited for first. A coordinator may enter a number for a partner, so each line leads there."""
    partnership = _partnership(message)
    on, waiting = _waiting(message, now)
    items = [(one, (on - one.due_on).days, _add_url(one)) for one in waiting]
    goals_url = absolute_url(reverse("goals:goal-list", args=[partnership.slug]))
    return Letter({"partnership": partnership, "items": items, "list_url": goals_url})


def _partnership(message: Message) -> Partnership:
    return Partnership.objects.get(pk=message.params["partnership"])


def _add_url(one: MissingPeriod) -> str:
    slug = one.indicator.goal.partnership.slug
    return absolute_url(reverse("goals:measurement-add", args=[slug, one.indicator.pk]))


NUMBER_KINDS = (
    MailKind(
        name=MEASUREMENT_DUE,
        template=MEASUREMENT_DUE,
        description=_("Numbers we are waiting for"),
        compose=_missing_letter,
        still_wanted=_is_anything_missing,
        topic=Topic.NUMBERS,
        who=_("The partner that leads the goal; coordinators where nobody does"),
        when=_(
            "A week and a day before the number is due, unless the partnership chose otherwise; "
            "three days after that day, and every week from then on until the number is there"
        ),
        moments=Moments(
            usual=(timedelta(days=7), timedelta(days=1)),
            before=_("before the number is due"),
            shortest=timedelta(0),
            longest=timedelta(days=30),
        ),
        sample=samples.missing,
        rhythms=ANY_RHYTHM,
    ),
    MailKind(
        name=NUMBERS_WAITING,
        template=NUMBERS_WAITING,
        description=_("Numbers that other partners have left out"),
        compose=_waiting_letter,
        still_wanted=_is_anything_waited_for,
        topic=Topic.NUMBERS,
        who=_("Coordinators"),
        when=_("Three days after a number was due, then once a week until it is there; one e-mail for all numbers"),
        stays=_("You would still be asked for the numbers of your own organisation, and for those nobody answers for."),
        sample=samples.waiting,
        rhythm=Rhythm.DAILY,
        rhythms=ANY_RHYTHM,
    ),
)
