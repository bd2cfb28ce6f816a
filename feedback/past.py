"""Earlier rounds, brought in as sums: frozen like every other month, and taken back by a revision that says so.

What always holds:

* Only sums reach the database. Whoever calls has already left out every round and question of fewer than five people.
* A month is brought in only when it is over and nothing of ours reports on it: no report stands, no form went out.
* What is taken back leaves the history that reports compare with; what was published before stays as it was. A month
  taken back may be brought again unless a number of answers differs by one to four people: the difference between the
  two would be theirs.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, dates, months
from core.errors import DomainError
from core.models import record
from feedback import form
from feedback.choices import Mode
from feedback.measure.cells import people_in
from feedback.models import FeedbackWindow, HealthReport, PastRound, PastSum
from feedback.models.window import MINIMUM_GROUP
from feedback.months import report_day
from feedback.payload import PAST, Composed, Inputs, Said, Tally, WindowInput, compose
from feedback.reporting import freeze
from partners.models import Partnership

TAKEN_BACK = "taken_back"


class RoundRefused(DomainError):
    """This month cannot be brought in; the sentence says why."""


class NothingToTakeBack(DomainError):
    """These rounds are not here any more."""


@dataclass(frozen=True)
class PastCell:
    """What may be kept of one question: as in ``WindowSum``. ``eighths`` counts the 33 scores of the index."""

    n: int
    total: int
    squares: int
    counts: tuple[int, ...] = (0, 0, 0, 0, 0)
    eighths: tuple[int, ...] = ()


@dataclass(frozen=True)
class PastDraft:
    """An earlier round without anybody in it. ``alike``: how many gave one answer to all eight statements."""

    held_on: date
    label: str
    invited: int | None
    answered: int
    alike: int
    cells: Mapping[str, PastCell] = field(default_factory=dict)

    @property
    def month(self) -> date:
        return months.first_of(self.held_on)


def by_month(rounds: Iterable[PastDraft]) -> dict[date, list[PastDraft]]:
    """Oldest first."""
    found: defaultdict[date, list[PastDraft]] = defaultdict(list)
    for one in sorted(rounds, key=lambda draft: draft.held_on):
        found[one.month].append(one)
    return dict(found)


def refusals(partnership: Partnership, rounds: Mapping[date, Sequence[PastDraft]], *, now: datetime) -> dict[date, str]:
    """The months that cannot be brought in, each with a sentence that says why. Two statements."""
    zone = partnership.time_zone
    published: defaultdict[date, list[Mapping[str, Any]]] = defaultdict(list)
    reports = HealthReport.objects.filter(partnership=partnership, month__in=rounds).order_by("revision")
    for month, payload in reports.values_list("month", "payload"):
        published[month].append(json.loads(payload))
    windows = FeedbackWindow.objects.filter(meeting__partnership=partnership).values_list("meeting__starts_at")
    asked_here = {months.current(at=starts_at, zone=zone) for (starts_at,) in windows}
    found = {}
    for month, drafts in rounds.items():
        if clock.start_of_day(report_day(month), zone=zone) > now:
            day = dates.day_year(report_day(month))
            found[month] = _("Rounds of this month can be brought in from %(day)s on, when the month is over.") % {
                "day": day
            }
        elif month in asked_here:
            found[month] = _("After a meeting of this month our own form went out, so its report comes from there.")
        elif published[month] and published[month][-1]["state"] != TAKEN_BACK:
            found[month] = _("There is a report of this month already, and a report is never changed.")
        elif _difference_would_tell(drafts, published[month]):
            found[month] = _(
                "This month was brought in before with a few people more or fewer. Whoever saw both could work out "
                "what those few said."
            )
    return found


@transaction.atomic
def bring_rounds(
    *, partnership: Partnership, rounds: Iterable[PastDraft], person_id: int | None, now: datetime
) -> list[HealthReport]:
    """Store the sums of all rounds and freeze the report of each of their months; all of it, or nothing."""
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    found, reports = by_month(rounds), []
    refused = refusals(partnership, found, now=now)
    for month, drafts in found.items():
        if month in refused:
            raise RoundRefused(f"{dates.month(month)}: {refused[month]}")
        for draft in drafts:
            _store(partnership, draft, person_id=person_id, now=now)
        inputs = inputs_of(partnership, month)
        reports.append(
            freeze(
                partnership=partnership,
                month=month,
                composed=compose(inputs),
                fingerprint=inputs.fingerprint,
                now=now,
            )
        )
    record(
        verb="past_rounds.brought",
        actor_id=person_id,
        target=partnership,
        at=now,
        partnership_id=partnership.pk,
        months=len(reports),
    )
    return reports


@transaction.atomic
def take_back(*, partnership: Partnership, month: date, person_id: int | None, now: datetime) -> HealthReport:
    """Delete the rounds of a month and freeze a revision that says so; reports that compared with them stay."""
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    if not rounds_of(partnership, month).delete()[0]:
        raise NothingToTakeBack(_("This month was already taken back."))
    nothing = Composed(compose(_inputs(month, ())).payload | {"state": TAKEN_BACK})
    report = freeze(partnership=partnership, month=month, composed=nothing, fingerprint="", now=now)
    record(
        verb="past_rounds.taken_back",
        actor_id=person_id,
        target=partnership,
        at=now,
        partnership_id=partnership.pk,
        month=f"{month:%Y-%m}",
    )
    return report


def rounds_of(partnership: Partnership, month: date) -> Any:
    """The rounds brought in for one month, oldest first."""
    days = {"held_on__gte": month, "held_on__lt": months.shift(month, 1)}
    return PastRound.objects.filter(partnership=partnership, **days).order_by("held_on")


def inputs_of(partnership: Partnership, month: date) -> Inputs:
    """What the report of a month of earlier rounds is made of."""
    rounds = rounds_of(partnership, month).prefetch_related("sums")
    return _inputs(month, [_window(one) for one in rounds])


def _inputs(month: date, rounds: Sequence[WindowInput]) -> Inputs:
    """People may have been asked in each round, so the fullest counts; unknown once, unknown altogether."""
    asked = [one.said.invited for one in rounds if one.said.invited is not None]
    return Inputs(
        month=f"{month:%Y-%m}",
        windows=tuple(rounds),
        people_asked=max(asked) if asked and len(asked) == len(rounds) else None,
        meetings=0,
        people_came=0,
        partners_came=0,
        origin=PAST,
    )


def _window(one: PastRound) -> WindowInput:
    sums = {
        row.item: Tally(row.n, row.total, row.squares, (row.c1, row.c2, row.c3, row.c4, row.c5), tuple(row.eighths))
        for row in one.sums.all()
    }
    return WindowInput(
        said=Said(-one.pk, one.invited, None, sums, {}, {}),
        meeting=one.label,
        met_on=one.held_on.isoformat(),
        mode=Mode.ANONYMOUS,
        form_version=one.form_version,
        answered=one.answered,
        alike=one.alike,
        wants_action=0,
        quotable=(),
    )


def _store(partnership: Partnership, draft: PastDraft, *, person_id: int | None, now: datetime) -> None:
    stored = PastRound.objects.create(
        partnership=partnership,
        held_on=draft.held_on,
        label=draft.label,
        form_version=form.CURRENT,
        invited=draft.invited,
        answered=draft.answered,
        alike=draft.alike,
        brought_by_id=person_id,
        brought_at=now,
    )
    PastSum.objects.bulk_create(
        PastSum(
            past_round=stored,
            item=item,
            n=cell.n,
            total=cell.total,
            squares=cell.squares,
            eighths=list(cell.eighths),
            **{f"c{value}": count for value, count in enumerate(cell.counts, start=1)},
        )
        for item, cell in sorted(draft.cells.items())
    )


def _difference_would_tell(rounds: Sequence[PastDraft], published: Iterable[Mapping[str, Any]]) -> bool:
    """Whether somebody could subtract one to four people from what was published of the month before."""
    keys = {key for one in rounds for key in one.cells}
    heard = {key: people_in(one.cells[key].n for one in rounds if key in one.cells) for key in keys}
    heard |= {one.held_on.isoformat(): one.answered for one in rounds}
    for payload in published:
        before = {cell["key"]: cell["people"] for cell in payload.get("dimensions", ()) if "people" in cell}
        before |= {one["on"]: one["answered"] for one in payload["windows"]}
        if any(0 < abs(heard[key] - before[key]) < MINIMUM_GROUP for key in heard.keys() & before.keys()):
            return True
    return False
