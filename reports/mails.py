"""The mail of the week: what somebody owes in all their partnerships, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.http import absolute_url
from core.texts import StrOrPromise
from goals import samples
from goals.selectors import Owed, owed_by
from notifications.choices import Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, register_kind

COMMITMENTS = "weekly_commitments"


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
        sample=_sample,
    ),
)


def register() -> None:
    for kind in KINDS:
        register_kind(kind)
