"""Import what the person decided, in one transaction: all of it or nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from core.errors import DomainError
from core.models import record
from exchange.iati.records import Activity
from exchange.models import BatchState, ExternalKey, ImportBatch, KeptText
from exchange.services.choices import Choices
from exchange.services.journal import INSERTS, Journal
from exchange.services.organizations import write_organizations
from exchange.services.people import PeopleWriter
from exchange.services.planning import ORDER, ActivityPlan, Plan, chunks, plan_batch
from exchange.services.wishes import NAME_LENGTH, Status, Wish
from goals.models import Measurement
from partners.models import Participation, Partnership
from partners.services import MayNotStartPartnerships, free_slugs


class NotApproved(DomainError):
    """Nobody decided that this file may be imported, or it was imported already."""


@transaction.atomic
def apply_batch(*, batch: ImportBatch, now: datetime) -> ImportBatch:
    """Write an approved file. A second call finds nothing to do and says so."""
    approved = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPROVED)
    if not approved.update(state=BatchState.APPLIED, applied_at=now, claimed_at=None):
        raise NotApproved(_("This file is not waiting to be imported."))
    Person.objects.select_for_update().get(pk=batch.person_id)  # the same file twice at once: one after the other
    batch.refresh_from_db()
    if not batch.person.may_start_partnerships:
        raise MayNotStartPartnerships(_("Your account may not start partnerships. Ask whoever runs this installation."))
    plan = plan_batch(batch=batch, choices=Choices.from_json(batch.choices), now=now)
    batch.counts = _Writer(batch, plan, now=now).write()
    batch.save(update_fields=["counts"])
    record(verb="import.applied", actor_id=batch.person_id, target=batch, at=now)
    return batch


class _Writer:
    """Writes one plan, parents before children."""

    def __init__(self, batch: ImportBatch, plan: Plan, *, now: datetime) -> None:
        self.batch = batch
        self.plan = plan
        self.now = now
        self.journal = Journal()
        self.organizations: dict[str | int, int] = {}

    def write(self) -> dict[str, int]:
        """Write everything and return how many rows of each model were made or changed."""
        self.organizations = write_organizations(self.plan, self.journal)
        for model in ORDER:
            wishes = list(self.plan.wishes(model))
            self._create(model, [wish for wish in wishes if wish.status is Status.NEW])
            self._change(model, [wish for wish in wishes if wish.status is Status.CHANGED])
        people = PeopleWriter(self.plan, self.organizations, self.journal, person=self.batch.person, now=self.now)
        people.open_seats()
        people.write_contacts()
        counts = self.journal.counts()
        self._keep_texts()
        self._write_keys()
        self.journal.write(self.batch)
        return counts

    def _create(self, model: type[models.Model], wishes: list[Wish]) -> None:
        rows = [self._row(wish) for wish in wishes]
        if model is Partnership:
            for row, slug in zip(rows, free_slugs([wish.source["name"] for wish in wishes]), strict=True):
                row.slug = slug  # type: ignore[attr-defined]
        self.journal.insert(model, rows)
        for wish, row in zip(wishes, rows, strict=True):
            wish.row_id = row.pk

    def _row(self, wish: Wish) -> models.Model:
        parents = {f"{name}_id": parent.row_id for name, parent in wish.parents.items()}
        if wish.model is Participation:
            parents["organization_id"] = self.organizations[wish.organization]
        return wish.model(**wish.source, **wish.fixed, **parents)

    def _change(self, model: type[models.Model], wishes: list[Wish]) -> None:
        """Bring rows to what the newer file says. A measurement is corrected by a new row, as everywhere else."""
        rows = {
            pk: row
            for chunk in chunks([wish.row_id for wish in wishes])
            for pk, row in model._base_manager.in_bulk(list(chunk)).items()
        }
        for wish in wishes:
            row = rows[wish.row_id]
            if isinstance(row, Measurement):
                self._correct(wish, row)
            elif wish.source:
                self.journal.touch(row)
                for name, value in wish.source.items():
                    setattr(row, name, value)
                row.save(update_fields=list(wish.source))

    def _correct(self, wish: Wish, row: Measurement) -> None:
        while row.corrected_by is not None:
            row = row.corrected_by
        newer = self._row(wish)
        self.journal.insert(Measurement, [newer])
        self.journal.touch(row)
        row.corrected_by_id = newer.pk
        row.save(update_fields=["corrected_by"])
        wish.row_id = newer.pk

    def _keep_texts(self) -> None:
        rows: list[KeptText] = []
        activities = self._standing()
        known: set[tuple[int, str, str, str]] = set()
        for chunk in chunks(list(activities)):
            stored = KeptText.objects.filter(partnership__in=chunk)
            known |= set(stored.values_list("partnership_id", "place", "language", "text"))
        for pk, plan in activities.items():
            for row in _texts(plan.activity):
                identity = (pk, row.place, row.language, row.text)
                if identity not in known:
                    known.add(identity)
                    row.batch, row.partnership_id = self.batch, pk
                    rows.append(row)
        KeptText.objects.bulk_create(rows, batch_size=INSERTS)

    def _standing(self) -> dict[int, ActivityPlan]:
        """Partnerships of this import that are here now, with the plan of their activity."""
        wanted = [(plan.wishes.partnership, plan) for plan in self.plan.activities if plan.wishes is not None]
        return {
            head.row_id: plan for head, plan in wanted if head.status is not Status.GONE and head.row_id is not None
        }

    def _write_keys(self) -> None:
        """Remember which row stands for which element. A key that now says something else is remembered as it was."""
        fresh: list[ExternalKey] = []
        present: dict[int, dict[str, ExternalKey]] = defaultdict(dict)
        standing = self._standing()
        for chunk in chunks(list(standing)):
            for key in ExternalKey.objects.filter(partnership__in=chunk):
                present[key.partnership_id][key.key] = key
        for partnership, plan in standing.items():
            for wish in plan.wishes or ():
                if wish.status is not Status.GONE and wish.row_id is not None:
                    fresh += self._keys_of(wish, wish.row_id, partnership, present[partnership])
        ExternalKey.objects.bulk_create(fresh, batch_size=INSERTS)

    def _keys_of(
        self, wish: Wish, row_id: int, partnership: int, present: dict[str, ExternalKey]
    ) -> Iterable[ExternalKey]:
        said, label = wish.digest, wish.model._meta.label
        for name in wish.keys:
            key = present.get(name)
            if key is None:
                yield ExternalKey(
                    partnership_id=partnership, batch=self.batch, key=name, label=label, row_id=row_id, digest=said
                )
            elif (key.digest, key.row_id) != (said, row_id):
                self.journal.touch(key)
                key.digest, key.row_id = said, row_id
                key.save(update_fields=["digest", "row_id"])


def _texts(activity: Activity) -> Iterable[KeptText]:
    """Say what has no field of its own, with its place within the activity; a title we had to shorten comes whole."""
    if len(activity.title) > NAME_LENGTH:
        yield KeptText(line=activity.line, place="title", language=activity.titles[0].language, text=activity.title)
    own = f"iati-activity[{activity.number}]"
    for kept in activity.kept:
        place = kept.where.removeprefix(own).lstrip("/")[:200]
        yield KeptText(line=kept.line, place=place, language=kept.language[:35], text=kept.text)
