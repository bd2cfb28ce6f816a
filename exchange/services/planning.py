"""Compare what a file asks for with what is here. Made anew for each page and again inside the applying transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from core.errors import DomainError
from exchange.iati.records import Activity, Document
from exchange.models import ExternalKey, ImportBatch
from exchange.services.bodies import Bodies, gather, known_organizations
from exchange.services.choices import Choices
from exchange.services.packing import snapshot, unpack
from exchange.services.wishes import ActivityWishes, Status, Wish, partnership_key, wish_for
from goals.models import Baseline, Indicator, Measurement, SharedGoal, Target
from partners.models import Participation, ParticipationRole, Partnership, Seat
from partners.permissions import Role

ORDER: Final[tuple[type[models.Model], ...]] = (
    Partnership,
    Participation,
    ParticipationRole,
    SharedGoal,
    Indicator,
    Baseline,
    Target,
    Measurement,
)
"""Parents before children; undo goes the other way."""

CHUNK: Final = 500


class FileForgotten(DomainError):
    """The 30 days are over; the file has to be uploaded again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field the newer file says differently; ``before`` is what stands here now."""

    where: str
    label: str
    field: str
    before: str
    after: str


@dataclass(slots=True, eq=False)
class ActivityPlan:
    """What importing one activity would do: rows by status and model, changed fields, rows the file no longer has."""

    activity: Activity
    wishes: ActivityWishes | None
    partnership: Partnership | None
    counts: Counter[tuple[Status, str]] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def total(self) -> Counter[Status]:
        found: Counter[Status] = Counter()
        for (status, _label), number in self.counts.items():
            found[status] += number
        return found

    @property
    def writes(self) -> int:
        return self.total[Status.NEW] + self.total[Status.CHANGED]


@dataclass(slots=True, eq=False)
class Plan:
    document: Document
    bodies: Bodies
    resolved: dict[str, str | int]
    choices: Choices
    activities: list[ActivityPlan]

    @property
    def writes(self) -> int:
        return sum(plan.writes for plan in self.activities)

    def wishes(self, model: type[models.Model]) -> Iterator[Wish]:
        for plan in self.activities:
            for wish in plan.wishes or ():
                if wish.model is model:
                    yield wish


def document_of(batch: ImportBatch) -> Document:
    if batch.document is None:
        raise FileForgotten(_("We forgot this file after 30 days. Please upload it again."))
    return unpack(batch.document)


def plan_batch(*, batch: ImportBatch, choices: Choices, now: datetime) -> Plan:
    """Read only: who would take part, which rows are new, changed, unchanged or gone here, for each wanted activity."""
    document = document_of(batch)
    person = batch.person
    importable = [activity for activity in document.activities if not activity.repeats]
    partnerships = _partnerships_led_by(person)
    bodies = gather(importable, known=known_organizations(person), before=_bodies_before(partnerships))
    resolved = bodies.resolve(choices.merges)
    plans: list[ActivityPlan] = []
    for activity in document.activities:
        if activity.repeats or not choices.wants(activity.number):
            plans.append(ActivityPlan(activity, None, None))
            continue
        wishes = wish_for(activity, bodies=bodies, resolved=resolved, choices=choices, person=person, now=now)
        plans.append(ActivityPlan(activity, wishes, None))
    _compare(plans, partnerships)
    return Plan(document, bodies, resolved, choices, plans)


def _partnerships_led_by(person: Any) -> list[int]:
    """Only a coordinator's import may change a partnership that is here already."""
    led = Seat.objects.held_by(person).filter(role=Role.COORDINATOR)
    return list(led.order_by("partnership_id").values_list("partnership_id", flat=True))


def _bodies_before(partnerships: list[int]) -> dict[str, int]:
    """Which organisation each body of an earlier file became, in the partnerships this person coordinates."""
    keys = ExternalKey.objects.filter(label=Participation._meta.label, key__startswith="org/")
    keys = keys.filter(partnership__in=partnerships).order_by("pk")
    rows = dict(keys.values_list("key", "row_id"))
    organizations = dict(_by_pk(Participation, rows.values(), "organization_id"))
    return {key: organizations[row] for key, row in rows.items() if row in organizations}


def _by_pk(model: type[models.Model], pks: Iterable[int], *columns: str) -> Iterator[tuple[Any, ...]]:
    for chunk in chunks(sorted(set(pks))):
        yield from model._base_manager.filter(pk__in=chunk).values_list("pk", *columns)


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Split into lists short enough for one statement on either database."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _compare(plans: list[ActivityPlan], partnerships: list[int]) -> None:
    """Give every wish its status and, where a row stands for it, that row's id."""
    heads = {partnership_key(plan.activity): plan for plan in plans if plan.wishes is not None}
    label = Partnership._meta.label
    found = ExternalKey.objects.filter(label=label, key__in=list(heads), partnership__in=partnerships)
    owners = dict(found.order_by("-pk").values_list("key", "partnership_id"))
    keys: dict[int, dict[str, ExternalKey]] = defaultdict(dict)
    for key in ExternalKey.objects.filter(partnership__in=list(owners.values())):
        keys[key.partnership_id][key.key] = key
    alive = _alive(keys)
    present = _present(list(owners.values()))
    changed: list[tuple[ActivityPlan, Wish]] = []
    for head, plan in heads.items():
        known = keys.get(owners.get(head, 0), {})
        for wish in plan.wishes or ():
            _settle(wish, known, alive, present)
            plan.counts[wish.status, wish.model._meta.label] += 1
            if wish.status is Status.CHANGED:
                changed.append((plan, wish))
        plan.missing = _missing(plan, known)
    _attach_partnerships(plans)
    _describe(changed)


def _alive(keys: dict[int, dict[str, ExternalKey]]) -> set[tuple[str, int]]:
    """Rows that earlier imports made and that are still here."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for known in keys.values():
        for key in known.values():
            wanted[key.label].add(key.row_id)
    return {(model._meta.label, pk) for model in ORDER for (pk,) in _by_pk(model, wanted[model._meta.label])}


@dataclass(slots=True)
class _Present:
    """Rows that stand here without any import knowing of them, found by what makes them unique."""

    participations: dict[tuple[int, int], int]
    roles: dict[tuple[int, str], int]


def _present(partnerships: list[int]) -> _Present:
    rows = Participation.objects.filter(partnership__in=partnerships)
    roles = ParticipationRole.objects.filter(participation__partnership__in=partnerships)
    return _Present(
        participations={(one, two): pk for pk, one, two in rows.values_list("pk", "partnership_id", "organization_id")},
        roles={(one, two): pk for pk, one, two in roles.values_list("pk", "participation_id", "role")},
    )


def _settle(wish: Wish, known: dict[str, ExternalKey], alive: set[tuple[str, int]], present: _Present) -> None:
    if any(parent.status is Status.GONE for parent in wish.parents.values()):
        wish.status = Status.GONE
        return
    keys = [known[name] for name in wish.keys if name in known]
    if keys:
        wish.row_id = keys[0].row_id
        if (keys[0].label, keys[0].row_id) not in alive:
            wish.status = Status.GONE
        elif all(key.digest == wish.digest for key in keys):
            wish.status = Status.UNCHANGED
        else:
            wish.status = Status.CHANGED
        return
    wish.row_id = _standing(wish, present)
    if wish.row_id is not None:
        wish.status, wish.is_linked = Status.UNCHANGED, True


def _standing(wish: Wish, present: _Present) -> int | None:
    if wish.model is Participation and isinstance(wish.organization, int):
        return present.participations.get((wish.parents["partnership"].row_id or 0, wish.organization))
    if wish.model is ParticipationRole:
        return present.roles.get((wish.parents["participation"].row_id or 0, str(wish.source["role"])))
    return None


def _missing(plan: ActivityPlan, known: dict[str, ExternalKey]) -> list[str]:
    wanted = {key for wish in plan.wishes or () for key in wish.keys}
    return sorted(key for key in known if key not in wanted and key != "backbone")


def _attach_partnerships(plans: list[ActivityPlan]) -> None:
    heads = {plan.wishes.partnership.row_id: plan for plan in plans if plan.wishes and plan.wishes.partnership.row_id}
    for partnership in Partnership.objects.filter(pk__in=list(heads)):
        heads[partnership.pk].partnership = partnership


def _describe(changed: list[tuple[ActivityPlan, Wish]]) -> None:
    """List field by field what a newer file changes. A row whose fields agree already is not listed."""
    for model in ORDER:
        mine = [(plan, wish) for plan, wish in changed if wish.model is model]
        rows: dict[int | None, models.Model] = {}
        for chunk in chunks([wish.row_id for _plan, wish in mine]):
            rows |= model._base_manager.in_bulk(list(chunk))
        if model is Participation:
            models.prefetch_related_objects(list(rows.values()), "organization")
        for plan, wish in mine:
            where = "/".join(filter(None, [f"iati-activity[{plan.activity.number}]", wish.where]))
            row = rows[wish.row_id]
            plan.changes += (
                _named_anew(wish, row, where) if isinstance(row, Participation) else _fields(wish, row, where)
            )


def _fields(wish: Wish, row: models.Model, where: str) -> Iterator[Change]:
    now, wanted = snapshot(row), snapshot(wish.model(**wish.source))
    differing = [name for name in wish.source if now[name] != wanted[name]]
    for name in differing:
        if "raw_text" in differing and name in {"value", "value_kind"}:
            continue  # what was written says it already
        yield Change(where, wish.model._meta.label, name, str(now[name] or ""), str(wanted[name] or ""))


def _named_anew(wish: Wish, row: Participation, where: str) -> Iterator[Change]:
    said = ", ".join(text for entry in wish.said for text in entry if text)
    yield Change(where, wish.model._meta.label, "organization", str(row.organization), said)
