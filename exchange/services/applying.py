"""Import what the person decided, in one transaction: all of it or nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.services import know_person
from core.errors import DomainError
from core.models import record
from exchange.iati.records import Activity
from exchange.iati.records import Contact as NamedPerson
from exchange.iati.texts import name_key
from exchange.models import BatchState, ExternalKey, ImportBatch, ImportedRow, KeptText
from exchange.services import mapping
from exchange.services.bodies import Body
from exchange.services.choices import Choices
from exchange.services.homes import find_home
from exchange.services.packing import digest, snapshot
from exchange.services.planning import ORDER, ActivityPlan, Plan, chunks, plan_batch
from exchange.services.wishes import NAME_LENGTH, Status, Wish
from goals.models import Measurement
from partners.models import (
    Contact,
    Organization,
    OrganizationAlias,
    OrganizationIdentifier,
    Participation,
    Partnership,
    Seat,
)
from partners.permissions import Role
from partners.services import give_seat, open_seat

SLUG_LENGTH = 60
IDENTIFIER_LENGTH = 200
INSERTS = 500  # rows of one statement


class NotApproved(DomainError):
    """Nobody decided that this file may be imported, or it was imported already."""


class MayNotImport(DomainError):
    """Importing starts partnerships, which is a right of the account."""


@transaction.atomic
def apply_batch(*, batch: ImportBatch, now: datetime) -> ImportBatch:
    """Write an approved file. A second call finds nothing to do and says so."""
    approved = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPROVED)
    if not approved.update(state=BatchState.APPLIED, applied_at=now, claimed_at=None):
        raise NotApproved(_("This file is not waiting to be imported."))
    batch.refresh_from_db()
    if not batch.person.may_start_partnerships:
        raise MayNotImport(_("Your account may not start partnerships. Ask whoever runs this installation."))
    plan = plan_batch(batch=batch, choices=Choices.from_json(batch.choices), now=now)
    batch.counts = _Writer(batch, plan, now=now).write()
    batch.save(update_fields=["counts"])
    record(verb="import.applied", actor_id=batch.person_id, target=batch, at=now)
    return batch


class _Writer:
    """Writes one plan. Every row made or changed is remembered, so that it can be taken back."""

    def __init__(self, batch: ImportBatch, plan: Plan, *, now: datetime) -> None:
        self.batch = batch
        self.plan = plan
        self.now = now
        self.person: Person = batch.person
        self.created: list[models.Model] = []
        self.before: dict[tuple[str, int], dict[str, Any]] = {}
        self.changed: list[models.Model] = []
        self.organizations: dict[str | int, int] = {}

    def write(self) -> dict[str, int]:
        """Write everything and return how many rows of each model were made or changed."""
        self._write_organizations()
        for model in ORDER:
            wishes = list(self.plan.wishes(model))
            self._create(model, [wish for wish in wishes if wish.status is Status.NEW])
            self._change(model, [wish for wish in wishes if wish.status is Status.CHANGED])
        self._open_seats()
        self._write_contacts()
        self._keep_texts()
        counts = Counter(row._meta.label for row in (*self.created, *self.changed))
        self._write_keys()
        self._remember()
        return dict(sorted(counts.items()))

    def _insert(self, model: type[models.Model], rows: Sequence[models.Model]) -> None:
        self.created += model._base_manager.bulk_create(rows, batch_size=INSERTS)

    def _touch(self, row: models.Model) -> None:
        """Remember a row as it is before it is changed."""
        self.before.setdefault((row._meta.label, row.pk), snapshot(row))
        self.changed.append(row)

    # -- Organisations ------------------------------------------------------------------------------------------------
    def _write_organizations(self) -> None:
        """Make new organisations; add names and identifiers the file has and we lack, where the file has news."""
        members: dict[str | int, dict[str, Body]] = defaultdict(dict)
        for wish in self.plan.wishes(Participation):
            self.organizations.update(
                {wish.organization: wish.organization} if isinstance(wish.organization, int) else {}
            )
            if wish.is_linked or wish.status in {Status.NEW, Status.CHANGED}:
                members[wish.organization].update({key: self.plan.bodies.by_key[key] for key in wish.bodies})
        fresh = [key for key in members if isinstance(key, str)]
        rows = [_organization(list(members[key].values())) for key in fresh]
        self._insert(Organization, rows)
        self.organizations.update(zip(fresh, (row.pk for row in rows), strict=True))
        self._add_names({self.organizations[key]: list(bodies.values()) for key, bodies in members.items()})

    def _add_names(self, members: dict[int, list[Body]]) -> None:
        known = _names_of(members)
        held, has_primary = _identifiers_of(members)
        aliases: list[models.Model] = []
        identifiers: list[models.Model] = []
        for pk, bodies in members.items():
            for name in [name for body in bodies for name in body.names]:
                if name.text not in known[pk]:
                    known[pk].add(name.text)
                    aliases.append(OrganizationAlias(organization_id=pk, name=name.text, language=name.language[:20]))
            for ref in [ref for body in bodies for ref in body.refs if len(ref) <= IDENTIFIER_LENGTH]:
                if ref not in held[pk]:
                    held[pk].add(ref)
                    is_first = pk not in has_primary
                    has_primary.add(pk)
                    scheme = mapping.scheme_of(ref)
                    identifiers.append(
                        OrganizationIdentifier(organization_id=pk, value=ref, scheme=scheme, is_primary=is_first)
                    )
        self._insert(OrganizationAlias, aliases)
        self._insert(OrganizationIdentifier, identifiers)

    # -- Rows of the activities ---------------------------------------------------------------------------------------
    def _create(self, model: type[models.Model], wishes: list[Wish]) -> None:
        rows = [self._row(wish) for wish in wishes]
        if model is Partnership:
            for row, slug in zip(rows, _free_slugs([wish.source["name"] for wish in wishes]), strict=True):
                row.slug = slug  # type: ignore[attr-defined]
        self._insert(model, rows)
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
                self._touch(row)
                for name, value in wish.source.items():
                    setattr(row, name, value)
                row.save(update_fields=list(wish.source))

    def _correct(self, wish: Wish, row: Measurement) -> None:
        while row.corrected_by is not None:
            row = row.corrected_by
        newer = self._row(wish)
        self._insert(Measurement, [newer])
        self._touch(row)
        row.corrected_by_id = newer.pk
        row.save(update_fields=["corrected_by"])
        wish.row_id = newer.pk

    # -- Seats and people ---------------------------------------------------------------------------------------------
    def _open_seats(self) -> None:
        """Give each new participation a vacant representative seat, and the importing person a coordinator's seat."""
        home: Organization | None = None
        by_pk = {row.pk: row for row in self.created if isinstance(row, Participation)}
        for plan in self.plan.activities:
            if plan.wishes is None:
                continue
            for wish in plan.wishes.rows:
                if wish.model is Participation and wish.status is Status.NEW and wish.row_id is not None:
                    self._open(by_pk[wish.row_id], Role.REPRESENTATIVE)
            if plan.wishes.partnership.status is Status.NEW:
                home = home or self._find_home()
                self._coordinate(plan.wishes.partnership.row_id, home)

    def _open(self, participation: Participation, role: Role) -> Seat:
        seat = open_seat(participation=participation, role=role, now=self.now, by=self.person)
        self.created.append(seat)
        return seat

    def _find_home(self) -> Organization:
        home, created = find_home(self.person, self.plan, self.organizations)
        self.created += created
        return home

    def _coordinate(self, partnership: int | None, home: Organization) -> None:
        participation, is_new = Participation.objects.get_or_create(partnership_id=partnership, organization=home)
        if is_new:
            self.created.append(participation)
        contacts = Contact.objects.filter(organization=home, person=self.person)
        known = contacts.first()
        if known is not None and known.until is not None:
            self._touch(known)
        seat = self._open(participation, Role.COORDINATOR)
        give_seat(seat=seat, person=self.person, now=self.now, by=self.person)
        if known is None:
            self.created.append(contacts.get())

    def _write_contacts(self) -> None:
        """Write down the persons the file names, at the organisation it names them for. Only after a tick."""
        for plan in self.plan.activities:
            if plan.wishes is None or plan.wishes.partnership.status is not Status.NEW:
                continue
            for named in plan.activity.contacts:
                organization = self._organization_of(named, plan)
                if organization is not None:
                    self._write_contact(named, organization)

    def _organization_of(self, named: NamedPerson, plan: ActivityPlan) -> int | None:
        """The organisation with that name, else the one that published the activity, if it takes part."""
        wanted = [name_key(named.organisation)]
        wanted += [name_key(plan.activity.reporter.name)] if plan.activity.reporter else []
        for name in filter(None, wanted):
            for wish in plan.wishes.rows if plan.wishes else []:
                for key in wish.bodies:
                    if name in {name_key(spelled.text) for spelled in self.plan.bodies.by_key[key].names}:
                        return self.organizations.get(wish.organization)
        return None

    def _write_contact(self, named: NamedPerson, organization: int) -> None:
        existing = Contact.objects.filter(organization=organization)
        if not named.email:
            if existing.filter(person__name=named.name).exists():
                return
            person = Person(name=named.name[:200], language=self.person.language, time_zone=self.person.time_zone)
            person.set_unusable_password()
            person.save()
            self.created.append(person)
        else:
            was_known = Person.objects.filter(email=Person.objects.normalize_email(named.email)).exists()
            person = know_person(
                name=named.name[:200],
                email=named.email,
                language=self.person.language,
                time_zone=self.person.time_zone,
            )
            if not was_known:
                self.created.append(person)
            if existing.filter(person=person).exists():
                return
        self._insert(Contact, [Contact(organization_id=organization, person=person, title=named.title[:200])])

    # -- What is kept beside ------------------------------------------------------------------------------------------
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
                self._touch(key)
                key.digest, key.row_id = said, row_id
                key.save(update_fields=["digest", "row_id"])

    def _remember(self) -> None:
        rows = [
            ImportedRow(
                batch=self.batch, label=row._meta.label, row_id=row.pk, before=None, after=digest(snapshot(row))
            )
            for row in self.created
        ]
        made = {(row.label, row.row_id) for row in rows}
        last = {(row._meta.label, row.pk): row for row in self.changed}
        rows += [
            ImportedRow(
                batch=self.batch,
                label=label,
                row_id=pk,
                before=self.before[label, pk],
                after=digest(snapshot(row)),
            )
            for (label, pk), row in last.items()
            if (label, pk) not in made
        ]
        ImportedRow.objects.bulk_create(rows, batch_size=INSERTS)


def _organization(bodies: list[Body]) -> Organization:
    types = [code for body in bodies for code in body.types]
    kind = mapping.kind_of(types)
    return Organization(
        name=bodies[0].name,
        kind=kind,
        type_code=types[0][:20] if types else "",
        main_sector=mapping.sector_of(kind),
    )


def _names_of(pks: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for chunk in chunks(list(pks)):
        for pk, name in Organization.objects.filter(pk__in=chunk).values_list("pk", "name"):
            found[pk].add(name)
        for pk, name in OrganizationAlias.objects.filter(organization__in=chunk).values_list("organization_id", "name"):
            found[pk].add(name)
    return found


def _identifiers_of(pks: Iterable[int]) -> tuple[dict[int, set[str]], set[int]]:
    found: dict[int, set[str]] = defaultdict(set)
    primary: set[int] = set()
    for chunk in chunks(list(pks)):
        rows = OrganizationIdentifier.objects.filter(organization__in=chunk)
        for pk, value, is_primary in rows.values_list("organization_id", "value", "is_primary"):
            found[pk].add(value)
            if is_primary:
                primary.add(pk)
    return found, primary


def _free_slugs(names: list[str]) -> list[str]:
    """Find a free address for each name; a name in another script becomes "partnership-2" and so on."""
    bases = [slugify(name)[:SLUG_LENGTH].strip("-") or "partnership" for name in names]
    taken = set(Partnership.objects.values_list("slug", flat=True)) if bases else set()
    found = []
    for base in bases:
        number, slug = 1, base
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        found.append(slug)
    return found


def _texts(activity: Activity) -> Iterable[KeptText]:
    """Say what has no field of its own, with its place within the activity; a title we had to shorten comes whole."""
    if len(activity.title) > NAME_LENGTH:
        yield KeptText(line=activity.line, place="title", language=activity.titles[0].language, text=activity.title)
    own = f"iati-activity[{activity.number}]"
    for kept in activity.kept:
        place = kept.where.removeprefix(own).lstrip("/")[:200]
        yield KeptText(line=kept.line, place=place, language=kept.language[:35], text=kept.text)
