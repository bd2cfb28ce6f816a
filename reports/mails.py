"""What somebody owes in all their partnerships, once a week; and what is open where somebody left their seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.http import absolute_url
from core.texts import StrOrPromise
from goals import samples
from goals.mails import OVERDUE
from goals.models import Indicator, SharedGoal
from goals.selectors import Owed, owed_by
from notifications.choices import ANY_RHYTHM, Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, register_kind
from partners.models import Seat
from partners.permissions import Role
from reports.selectors.departures import LeftOpen, left_open

COMMITMENTS = "weekly_commitments"
SEAT_LEFT = "seat_left"


@dataclass(frozen=True)
class Section:
    """Part of the mail: each thing with its words and its address."""

    title: StrOrPromise
    items: Sequence[tuple[Owed, str, str]]


def end_of_next_week(on: date) -> date:
    """The Sunday up to which the mail looks."""
    return on + timedelta(days=13 - on.weekday())


def _owed(message: Message, now: datetime) -> tuple[date, Sequence[Owed]]:
    on = today(zone=message.person.time_zone, at=now)
    return on, owed_by(message.person, now=now, until=end_of_next_week(on))


def _is_anything_owed(message: Message, now: datetime) -> bool:
    return bool(_owed(message, now)[1])


def _words(one: Owed) -> str:
    return gettext("Number: %(what)s") % {"what": one.title} if one.is_number else one.title


def _compose(message: Message, now: datetime) -> Letter:
    return _letter(*_owed(message, now))


def _letter(on: date, owed: Sequence[Owed]) -> Letter:
    sunday = on + timedelta(days=6 - on.weekday())
    late = [one for one in owed if one.is_late]
    this_week = [one for one in owed if not one.is_late and one.due_on <= sunday]
    next_week = [one for one in owed if not one.is_late and one.due_on > sunday]
    sections = [
        Section(title, [(one, _words(one), absolute_url(one.path)) for one in part])
        for title, part in ((_("Late"), late), (_("This week"), this_week), (_("Next week"), next_week))
        if part
    ]
    return Letter(
        {
            "sections": sections,
            "total": len(owed),
            "late": len(late),
            "calendar_url": absolute_url(reverse("reports:calendar")),
        }
    )


def _sample() -> Letter:
    """Invented, for the gallery of mails."""
    late, soon = samples.action(), samples.action("Agree one referral form", due_on=samples.DUE + timedelta(days=5))
    owed = [
        Owed("action:1", one.partnership, one.title, one.due_on, "/p/wrenfield/actions/1/", one.created_at, one is late)
        for one in (late, soon)
    ]
    return _letter(samples.DUE + timedelta(days=2), owed)


def _still_left(message: Message, _now: datetime) -> bool:
    """While nobody uses the seat; also still by somebody who may decide who takes it over."""
    coordinating = Seat.objects.filter(person=message.recipient_id, role=Role.COORDINATOR)
    left = Seat.objects.filter(Q(person=None) | Q(person__is_active=False))
    seat = left.filter(pk=message.params["seat"]).first()
    return seat is not None and coordinating.filter(partnership=seat.partnership_id).exists()


def _compose_left(message: Message, _now: datetime) -> Letter:
    seat = Seat.objects.with_people().get(pk=message.params["seat"])
    return _left_letter(left_open(seat))


def _left_letter(left: LeftOpen) -> Letter:
    """Every line leads to the page where it is handed over. A seat of a closed account has to be made vacant first."""
    slug = left.seat.partnership.slug
    is_closed = left.seat.person_id is not None
    actions = [
        (title, [(one.title, _page("goals:action-edit", slug, one.pk), one.due_on) for one in part])
        for title, part in ((_("It answers for"), left.answers_for), (_("It does the work of"), left.works_on))
    ]
    goals = [(one.title, _page("goals:goal-edit", slug, one.goal_id), None) for one in left.numbers]
    return Letter(
        {
            "seat": left.seat,
            "partnership": left.seat.partnership,
            "people_left": left.people_left,
            "sections": [section for section in (*actions, (_("Numbers it is asked for"), goals)) if section[1]],
            "is_closed": is_closed,
            "next_url": _page("partners:seat-vacate", slug, left.seat.pk)
            if is_closed
            else f"{_page('partners:seat-invite', slug)}?seat={left.seat.pk}",
        }
    )


def _page(name: str, *args: object) -> str:
    return absolute_url(reverse(name, args=args))


def _sample_left() -> Letter:
    seat = samples.action().accountable
    seat.person = seat.holder = None
    goal = SharedGoal(pk=1, partnership=seat.partnership, title="First support within 20 days")
    number = Indicator(pk=1, goal=goal, title="Days to a first appointment")
    return _left_letter(LeftOpen(seat, 0, [samples.action()], [samples.action("Agree one referral form")], [number]))


KINDS = (
    MailKind(
        name=COMMITMENTS,
        template=COMMITMENTS,
        description=_("What you owe in all your partnerships, on Monday morning"),
        compose=_compose,
        still_wanted=_is_anything_owed,
        topic=Topic.ACTIONS,
        who=_("Who owes an action or a number that is late, or due this week or next"),
        when=_("On Monday at eight, by your own clock"),
        covers=(OVERDUE,),
        stays=_("You would still hear once a week which of your actions are late."),
        sample=_sample,
    ),
    MailKind(
        name=SEAT_LEFT,
        template=SEAT_LEFT,
        description=_("Seats that somebody left, with what is open there"),
        compose=_compose_left,
        still_wanted=_still_left,
        topic=Topic.PARTNERSHIP,
        who=_("Coordinators"),
        when=_("At once, when a seat becomes vacant or the account of whoever holds it is closed"),
        rhythms=ANY_RHYTHM,
        sample=_sample_left,
    ),
)


def register() -> None:
    for kind in KINDS:
        register_kind(kind)
