"""Seats for the partners of an import, the coordinator's own, and the persons a file names."""

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import Person
from accounts.services import know_person
from exchange.iati.records import Contact as NamedPerson
from exchange.iati.texts import name_key
from exchange.services.homes import find_home
from exchange.services.journal import Journal
from exchange.services.planning import ActivityPlan, Plan
from exchange.services.wishes import Status
from partners.models import Contact, Organization, Participation
from partners.permissions import Role
from partners.services import give_seat, open_seat, open_seats

ACCOUNTABLE: Final = "2"  # role code
MAX_ADDRESS: Final = 254


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
        new = [row for row in self.journal.created if isinstance(row, Participation)]
        self.journal.created += open_seats(participations=new, role=Role.REPRESENTATIVE, now=self.now, by=self.person)
        home: Organization | None = None
        for plan in self.plan.activities:
            if plan.wishes is not None and plan.wishes.partnership.status is Status.NEW:
                home = home or self._find_home()
                self._coordinate(plan.wishes.partnership.row_id, home)

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
        seat = open_seat(participation=participation, role=Role.COORDINATOR, now=self.now, by=self.person)
        self.journal.created.append(seat)
        give_seat(seat=seat, person=self.person, now=self.now, by=self.person)
        if known is None:
            self.journal.created.append(contacts.get())
        else:
            known.refresh_from_db()

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
        """The organisation with that name, else the one that published the activity, else the first that leads it."""
        partners = [wish for wish in (plan.wishes.rows if plan.wishes else []) if wish.bodies]
        names = [named.organisation, plan.activity.reporter.name if plan.activity.reporter else ""]
        leads = [mention.name for mention in plan.activity.mentions if mention.role == ACCOUNTABLE]
        for name in filter(None, map(name_key, [*names, *leads])):
            for wish in partners:
                if any(name in self._names(key) for key in wish.bodies):
                    return self.organizations.get(wish.organization)
        return self.organizations.get(partners[0].organization) if partners else None

    def _names(self, body: str) -> set[str]:
        return {name_key(spelled.text) for spelled in self.plan.bodies.by_key[body].names}

    def _write_contact(self, named: NamedPerson, organization: int) -> None:
        existing = Contact.objects.filter(organization=organization)
        address = usable_address(named.email)
        if not address and existing.filter(person__name=named.name[:200]).exists():
            return
        person = self._person(named, address)
        if not existing.filter(person=person).exists():
            self.journal.insert(
                Contact, [Contact(organization_id=organization, person=person, title=named.title[:200])]
            )

    def _person(self, named: NamedPerson, address: str) -> Person:
        """Find the person by address, or write them down; without a usable address they are known by name only."""
        details = {"name": named.name[:200], "language": self.person.language, "time_zone": self.person.time_zone}
        if not address:
            person = Person.objects.create_user(**details)
            self.journal.created.append(person)
            return person
        was_known = Person.objects.filter(email=address).exists()
        person = know_person(email=address, **details)
        if not was_known:
            self.journal.created.append(person)
        return person


def usable_address(raw: str) -> str:
    """Return the address in lower case, or "" for one that no mail could reach."""
    address = Person.objects.normalize_email(raw)
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= MAX_ADDRESS else ""
