"""The action plan as pages show it: rows, counts, and months of promised against finished work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.clock import start_of_day
from core.dates import short_day
from goals.choices import ActionStatus
from goals.models import Action, Assignment
from goals.models.action import ActionQuerySet
from goals.services.actions import may_update
from partners.models import Partnership, Seat
from partners.permissions import Permission

PAGE_SIZE = 30
LATELY = timedelta(days=14)
LATELY_SHOWN = 5
OPEN = Q(done_at=None, dropped_at=None)

# What the filter of the list offers; "late" cuts across the other open ones.
SHOWN: Mapping[str, Callable[[date], Q]] = {
    "open": lambda _on: OPEN,
    "late": lambda on: OPEN & Q(due_on__lt=on),
    ActionStatus.TO_DO: lambda _on: OPEN & Q(started_at=None, waiting_on=""),
    ActionStatus.UNDER_WAY: lambda _on: OPEN & Q(started_at__isnull=False, waiting_on=""),
    ActionStatus.WAITING: lambda _on: OPEN & ~Q(waiting_on=""),
    ActionStatus.DONE: lambda _on: Q(done_at__isnull=False),
    ActionStatus.DROPPED: lambda _on: Q(dropped_at__isnull=False),
}
NEWEST_FIRST: Mapping[str, str] = {ActionStatus.DONE: "-done_at", ActionStatus.DROPPED: "-dropped_at"}


@dataclass(frozen=True)
class ActionFilter:
    """What a reader asked for; ids that are not of this partnership find nothing."""

    show: str = "open"
    mine: bool = False
    participation: int | None = None
    goal: int | None = None

    @property
    def narrows(self) -> bool:
        return self != ActionFilter()


@dataclass(frozen=True)
class ActionCounts:
    """How many actions there are; ``late`` are among the open ones."""

    total: int
    open: int
    late: int
    to_do: int
    under_way: int
    waiting: int
    done: int
    dropped: int

    def of(self, show: str) -> int:
        return int(getattr(self, show))


@dataclass(frozen=True)
class ActionRow:
    """One action with what its row needs to know about the reader and the day."""

    action: Action
    days_late: int
    may_update: bool
    goal_number: int | None

    @property
    def goal_text(self) -> str:
        return _("Goal %(number)s") % {"number": self.goal_number} if self.goal_number else ""

    @property
    def key(self) -> str:
        """For addresses and ids; templates would write thousands marks into a number."""
        return str(self.action.pk)

    @property
    def is_open(self) -> bool:
        return self.action.is_open

    @property
    def status(self) -> ActionStatus:
        return self.action.status

    @property
    def assignments(self) -> Sequence[Assignment]:
        return list(self.action.assignments.all())

    @property
    def due_text(self) -> str:
        return _("Due %(day)s") % {"day": short_day(self.action.due_on)}

    @property
    def holder_text(self) -> str:
        seat = self.action.accountable
        holder = seat.name or _("vacant seat")
        return _("%(holder)s, %(partner)s") % {"holder": holder, "partner": seat.organization}

    @property
    def note(self) -> str:
        """What there is to say about its status: whom it waits for, what to celebrate, why it was dropped."""
        if self.action.waiting_on:
            return _("Waiting for: %(text)s") % {"text": self.action.waiting_on}
        return self.action.win or self.action.drop_reason

    @property
    def moves(self) -> Sequence[tuple[str, str]]:
        """What one press of a button can do from here: the end of the address, and the word on the button."""
        if not self.is_open:
            return [("reopen", _("Open again"))]
        complete = ("complete", _("Mark as done"))
        if self.status == ActionStatus.UNDER_WAY:
            return [complete]
        return [("start", _("Carry on") if self.action.started_at else _("Start")), complete]


@dataclass(frozen=True)
class ActionPage:
    """A page of the list, its counts, and what was finished lately beside the open ones."""

    rows: Sequence[ActionRow]
    lately: Sequence[ActionRow]
    counts: ActionCounts
    page: Page

    @property
    def choices(self) -> Sequence[tuple[str, str, int]]:
        """What the list can show: name, words and how many."""
        words = {
            "open": pgettext("actions", "Open"),
            "late": _("Late"),
            **{status.value: str(status.label) for status in ActionStatus},
        }
        return [(name, words[name], self.counts.of(name)) for name in map(str, SHOWN)]


def action_counts(actions: ActionQuerySet, *, on: date) -> ActionCounts:
    """One query for every count."""
    counts = actions.aggregate(
        total=Count("pk"), **{str(name): Count("pk", filter=condition(on)) for name, condition in SHOWN.items()}
    )
    return ActionCounts(**counts)


def action_page(
    seat: Seat, wanted: ActionFilter, *, on: date, number: str, goal_numbers: Mapping[int, int]
) -> ActionPage:
    """One page of the partnership's actions: open ones by due date, so late ones first; closed ones newest first."""
    matching = _matching(seat, wanted)
    counts = action_counts(matching, on=on)
    shown = matching.filter(SHOWN[wanted.show](on)).order_by(NEWEST_FIRST.get(wanted.show, "due_on"), "pk")
    paginator = Paginator(for_rows(shown), PAGE_SIZE)
    paginator.count = counts.of(wanted.show)
    page = paginator.get_page(number)
    rows, lately = list(page), []
    if wanted.show == "open":
        since = start_of_day(on - LATELY, zone=seat.partnership.time_zone)
        lately = list(for_rows(matching.filter(done_at__gte=since).order_by("-done_at", "pk"))[:LATELY_SHOWN])
    if not seat.can(Permission.ACTION_PLAN):  # who plans may update all of them anyway
        prefetch_related_objects([*rows, *lately], "assignments")
    return ActionPage(
        rows=[action_row(action, seat, on=on, goal_numbers=goal_numbers) for action in rows],
        lately=[action_row(action, seat, on=on, goal_numbers=goal_numbers) for action in lately],
        counts=counts,
        page=page,
    )


def action_row(action: Action, seat: Seat, *, on: date, goal_numbers: Mapping[int, int]) -> ActionRow:
    return ActionRow(
        action=action,
        days_late=action.days_late(on=on),
        may_update=may_update(action, seat),
        goal_number=goal_numbers.get(action.goal_id) if action.goal_id else None,
    )


def for_rows(actions: ActionQuerySet) -> ActionQuerySet:
    """What a row shows, in one query."""
    return actions.select_related("accountable__participation__organization", "accountable__person").defer("detail")


@dataclass(frozen=True)
class NumberedGoal:
    """A goal by its place in the agreed order, from 1; ``in_use`` when there are actions for it."""

    number: int
    pk: int
    title: str
    in_use: bool


def numbered_goals(partnership: Partnership) -> list[NumberedGoal]:
    in_use = Exists(Action.objects.filter(goal=OuterRef("pk")))
    rows = partnership.goals.annotate(in_use=in_use).values_list("pk", "title", "in_use")
    return [NumberedGoal(number, *row) for number, row in enumerate(rows, 1)]


def accountable_partners(partnership: Partnership) -> list[tuple[int, str]]:
    """Partners that answer for an action, by name."""
    holding = Action.objects.filter(accountable__participation=OuterRef("pk"))
    rows = partnership.participations.filter(Exists(holding)).select_related("organization")
    return [(row.pk, str(row.organization)) for row in rows.order_by("organization__name", "pk")]


def _matching(seat: Seat, wanted: ActionFilter) -> ActionQuerySet:
    actions = seat.partnership.actions.all()
    if wanted.mine:
        actions = actions.filter(Q(accountable=seat) | Q(pk__in=seat.assignments.values("action_id")))
    if wanted.participation is not None:
        actions = actions.filter(accountable__participation_id=wanted.participation)
    if wanted.goal is not None:
        actions = actions.filter(goal_id=wanted.goal)
    return actions
