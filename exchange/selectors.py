"""What the import pages show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from accounts.models import Person
from core.components import Fact
from exchange.iati.records import Document, Problem
from exchange.models import BatchState, ImportBatch, ImportBatchQuerySet, KeptText
from exchange.services.bodies import Proposal
from exchange.services.choices import Choices
from exchange.services.planning import ActivityPlan, Change, Plan, document_of, plan_batch
from exchange.services.undoing import Obstacle, find_obstacles
from exchange.services.wishes import Status
from exchange.wording import (
    OBSTACLES,
    PROPOSALS,
    key_in_words,
    place_in_words,
    problem_sentence,
    refusal_sentence,
    rows_in_words,
)
from partners.models import Partnership

PROBLEMS_SHOWN = 8
PROBLEMS_PER_PAGE = 50
BATCHES_PER_PAGE = 20
CHANGES_SHOWN = 200
PROPOSALS_SHOWN = 500  # a form has at most 2,000 fields; pairs beyond stay apart
ORGANISATIONS_OFFERED = 1_000

LOOKS = {
    BatchState.UPLOADED: ("none", "hourglass"),
    BatchState.READ: ("risk", "file-import"),
    BatchState.REFUSED: ("off", "alert-octagon"),
    BatchState.APPROVED: ("none", "hourglass"),
    BatchState.APPLIED: ("done", "rosette-discount-check"),
    BatchState.UNDONE: ("none", "arrow-back-up"),
}


@dataclass(frozen=True, slots=True)
class ProblemRow:
    line: int
    where: str
    value: str
    what: str


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity of the file with what importing it would do."""

    number: int
    title: str
    identifier: str
    organisations: int
    results: int
    indicators: int
    periods: int
    repeats: int
    is_ticked: bool
    partnership: Partnership | None
    note: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    id: str
    why: str
    first: str
    second: str
    value: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the dry-run page says before anything is written."""

    facts: list[Fact]
    activities: list[ActivityRow]
    proposals: list[ProposalRow]
    problems: list[ProblemRow]
    problem_count: int
    changes: list[ChangeRow]
    change_count: int
    missing: list[str]
    ledger: list[tuple[str, str, int]]
    ledger_total: int
    persons: int


def batches_of(person: Person) -> ImportBatchQuerySet:
    return ImportBatch.objects.of(person)


def batch_page(person: Person, number: str | None) -> Page:
    return Paginator(batches_of(person).without_files(), BATCHES_PER_PAGE).get_page(number)


def look_of(batch: ImportBatch) -> tuple[str, str]:
    """Give the tone and the icon of a batch's state."""
    return LOOKS[BatchState(batch.state)]


def refusal_of(batch: ImportBatch) -> str:
    return refusal_sentence(batch.refusal, batch.refusal_facts) if batch.refusal else ""


def report_of(plan: Plan) -> Report:
    document = plan.document
    changes = [change for activity in plan.activities for change in activity.changes]
    return Report(
        facts=_facts(document, plan),
        activities=[_activity_row(activity, plan.choices) for activity in plan.activities],
        proposals=[_proposal_row(proposal, plan.choices) for proposal in plan.bodies.proposals[:PROPOSALS_SHOWN]],
        problems=[_problem_row(problem) for problem in document.problems[:PROBLEMS_SHOWN]],
        problem_count=len(document.problems) + document.unlisted_problems,
        changes=[_change_row(change) for change in changes[:CHANGES_SHOWN]],
        change_count=len(changes),
        missing=[key_in_words(key) for one in plan.activities for key in one.missing][:CHANGES_SHOWN],
        ledger=_ledger(document),
        ledger_total=document.ledger.source,
        persons=sum(len(activity.contacts) for activity in document.activities),
    )


def plan_for(batch: ImportBatch, choices: Choices, *, now: datetime) -> Plan:
    return plan_batch(batch=batch, choices=choices, now=now)


def problem_page(batch: ImportBatch, number: str | None) -> Page:
    document = document_of(batch)
    return Paginator(_LazyRows(document.problems), PROBLEMS_PER_PAGE).get_page(number)


class _LazyRows(Sequence[ProblemRow]):
    """Words only for the problems of the page that is shown."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._problems = problems

    def __len__(self) -> int:
        return len(self._problems)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [_problem_row(problem) for problem in self._problems[index]]
        return _problem_row(self._problems[index])


def imported_partnerships(batch: ImportBatch) -> list[Partnership]:
    """Partnerships this batch made or brought up to date, that are still here."""
    keys = batch.keys.order_by().values("partnership")
    return list(Partnership.objects.filter(pk__in=keys).order_by("name", "pk"))


def kept_text_count(batch: ImportBatch) -> int:
    return KeptText.objects.filter(batch=batch).count()


def kept_text_page(batch: ImportBatch, number: str | None) -> Page:
    texts = KeptText.objects.filter(batch=batch).select_related("partnership").order_by("line", "pk")
    return Paginator(texts, PROBLEMS_PER_PAGE).get_page(number)


def counts_in_words(batch: ImportBatch) -> list[str]:
    return rows_in_words(batch.counts)


@dataclass(frozen=True, slots=True)
class ObstacleRow:
    what: str
    text: str
    why: str


def obstacles_of(batch: ImportBatch) -> list[ObstacleRow]:
    return [obstacle_row(obstacle) for obstacle in find_obstacles(batch)]


def obstacle_row(obstacle: Obstacle) -> ObstacleRow:
    name = str(apps.get_model(obstacle.label)._meta.verbose_name)
    return ObstacleRow(name, obstacle.text or f"#{obstacle.row_id}", str(OBSTACLES[obstacle.why]))


def _facts(document: Document, plan: Plan) -> list[Fact]:
    results = [result for activity in document.activities for result in activity.results]
    return [
        Fact(_("Activities"), str(len(document.activities)), detail=_("each becomes a partnership")),
        Fact(_("Organisations"), str(len(plan.bodies.by_key))),
        Fact(_("Results"), str(len(results)), detail=_("each becomes a goal")),
        Fact(_("Indicators"), str(sum(len(result.indicators) for result in results))),
    ]


def _activity_row(plan: ActivityPlan, choices: Choices) -> ActivityRow:
    activity = plan.activity
    indicators = [indicator for result in activity.results for indicator in result.indicators]
    return ActivityRow(
        number=activity.number,
        title=activity.title or activity.identifier,
        identifier=activity.identifier,
        organisations=len({mention.ref or mention.name.casefold() for mention in activity.mentions}),
        results=len(activity.results),
        indicators=len(indicators),
        periods=sum(len(indicator.periods) for indicator in indicators),
        repeats=activity.repeats,
        is_ticked=choices.wants(activity.number) and not activity.repeats,
        partnership=plan.partnership,
        note=_note(plan),
    )


def _note(plan: ActivityPlan) -> str:
    if plan.activity.repeats:
        return _("Same identifier as activity %(number)s: left out") % {"number": plan.activity.repeats}
    if plan.wishes is None:
        return ""
    total = plan.total
    if plan.wishes.partnership.status is Status.NEW:
        return _("New partnership")
    if plan.wishes.partnership.status is Status.GONE:
        return _("Was imported and deleted since: stays deleted")
    if not plan.writes:
        return _("Here already, nothing new")
    return _("Here already: %(new)s new, %(changed)s changed") % {
        "new": total[Status.NEW],
        "changed": total[Status.CHANGED],
    }


def _proposal_row(proposal: Proposal, choices: Choices) -> ProposalRow:
    second = proposal.other.name if proposal.other else proposal.known.name if proposal.known else ""
    refs = ", ".join(proposal.body.refs) or _("no identifier")
    other_refs = (", ".join(proposal.other.refs) or _("no identifier")) if proposal.other else ""
    return ProposalRow(
        id=proposal.id,
        why=str(PROPOSALS[proposal.kind]),
        first=f"{proposal.body.name} ({refs})",
        second=f"{second} ({other_refs})" if other_refs else second,
        value=proposal.value,
        is_accepted=proposal.id in choices.merges,
    )


def _problem_row(problem: Problem) -> ProblemRow:
    return ProblemRow(problem.line, place_in_words(problem.where), problem.value, problem_sentence(problem))


def _change_row(change: Change) -> ChangeRow:
    field = apps.get_model(change.label)._meta.get_field(change.field)
    name = str(getattr(field, "verbose_name", change.field))
    return ChangeRow(": ".join(filter(None, [place_in_words(change.where), name])), change.before, change.after)


def _ledger(document: Document) -> list[tuple[str, str, int]]:
    ledger = document.ledger
    return [
        (_("Imported"), _("Became a partnership, a partner, a goal, an indicator or a value"), ledger.imported),
        (_("Merged"), _("Said again what another element says, for instance a further role or name"), ledger.merged),
        (_("Kept as text"), _("Has no field with us, or is no number: kept word for word"), ledger.kept_as_text),
        (_("Left out on purpose"), _("Money, places, documents and other things we do not work with"), ledger.ignored),
    ]


def organisation_choices(plan: Plan) -> Iterator[tuple[str, str]]:
    """Organisations of the file as a choice, by name; merged ones once."""
    shown: set[str | int] = set()
    bodies = sorted(plan.bodies.by_key.values(), key=lambda body: (body.name.casefold(), body.key))
    for body in bodies[:ORGANISATIONS_OFFERED]:
        target = plan.resolved[body.key]
        if target not in shown:
            shown.add(target)
            yield body.key, body.name
