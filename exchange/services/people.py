"""Seats for the partners of an import, the coordinator's own, and the persons a file names."""

from datetime import datetime

from accounts.models import Person
from accounts.services import know_person
from exchange.iati.records import Contact as NamedPerson
from exchange.iati.texts import name_key
from exchange.services.homes import find_home
from exchange.services.journal import Journal
from exchange.services.planning import ActivityPlan, Plan
from exchange.services.wishes import Status
from partners.models import Contact, Organization, Participation, Seat
from partners.permissions import Role
from partners.services import give_seat, open_seat


class PeopleWriter:
    """Seats and persons of one plan; ``organizations`` says which row stands for which organisation of the plan."""

    def __init__(
        self, plan: Plan, organizations: dict[str | int, int], journal: Journal, *, person: Person, now: datetime
    ) -> None:
        self.plan = plan
        self.organizations = organizations
        self.journal = journal
        self.person = person
        self.now = now

    def open_seats(self) -> None:
        """Give each new participation a vacant representative seat, and the importing person a coordinator's seat."""
        home: Organization | None = None
        by_pk = {row.pk: row for row in self.journal.created if isinstance(row, Participation)}
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
        self.journal.created.append(seat)
        return seat

    def _find_home(self) -> Organization:
        home, created = find_home(self.person, self.plan, self.organizations)
        self.journal.created += created
        return home

    def _coordinate(self, partnership: int | None, home: Organization) -> None:
        participation, is_new = Participation.objects.get_or_create(partnership_id=partnership, organization=home)
        if is_new:
            self.journal.created.append(participation)
        contacts = Contact.objects.filter(organization=home, person=self.person)
        known = contacts.first()
        if known is not None and known.until is not None:
            self.journal.touch(known)
        seat = self._open(participation, Role.COORDINATOR)
        give_seat(seat=seat, person=self.person, now=self.now, by=self.person)
        if known is None:
            self.journal.created.append(contacts.get())

    def write_contacts(self) -> None:
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
            self.journal.created.append(person)
        else:
            was_known = Person.objects.filter(email=Person.objects.normalize_email(named.email)).exists()
            person = know_person(
                name=named.name[:200],
                email=named.email,
                language=self.person.language,
                time_zone=self.person.time_zone,
            )
            if not was_known:
                self.journal.created.append(person)
            if existing.filter(person=person).exists():
                return
        self.journal.insert(Contact, [Contact(organization_id=organization, person=person, title=named.title[:200])])
