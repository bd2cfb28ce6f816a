"""Organisations, the people at them, the partnerships they form, and the seats people hold there."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from partners.choices import OrganizationKind, ParticipationRoleName, Sector
from partners.permissions import ROLE_PERMISSIONS, Permission, Role


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, person: Any) -> Self:
        """Organisations are one table; a person sees those of the partnerships they share."""
        return self.filter(participations__partnership__seats__person=person).distinct()


class Organization(models.Model):
    """A body that takes part. Its own words about itself are what partners read before they clash."""

    name = models.TextField(_("name"))
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind, default=OrganizationKind.UNKNOWN)
    type_code = models.CharField(max_length=20, blank=True, help_text="Code of the source it was imported from.")
    main_sector = models.CharField(_("main sector"), max_length=20, choices=Sector, default=Sector.UNKNOWN)
    website = models.URLField(_("website"), blank=True)
    mandate = models.TextField(_("mandate"), blank=True)
    approach = models.TextField(_("approach"), blank=True)
    strengths = models.TextField(_("strengths"), blank=True)
    limitations = models.TextField(_("limitations"), blank=True)
    political_context = models.TextField(_("political and administrative context"), blank=True)
    needs = models.TextField(_("what we need out of this"), blank=True)
    profile_checked_on = models.DateField(null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="organization_has_a_name"),
            models.CheckConstraint(condition=Q(kind__in=OrganizationKind.values), name="organization_kind_known"),
            models.CheckConstraint(condition=Q(main_sector__in=Sector.values), name="organization_sector_known"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def is_described(self) -> bool:
        """Whether it has said anything about itself yet."""
        words = (self.mandate, self.approach, self.strengths, self.limitations, self.political_context, self.needs)
        return any(words)

    @property
    def web_address(self) -> str:
        """The website, where it is an address a page may link to; imported files hold all kinds of text."""
        return self.website if self.website.startswith(("https://", "http://")) else ""


class SectorTag(models.Model):
    """A further sector an organisation works in; only the main sector counts in measurement."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sector_tags")
    sector = models.CharField(max_length=20, choices=Sector)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "sector"], name="sector_tagged_once")]

    def __str__(self) -> str:
        return self.get_sector_display()


class OrganizationIdentifier(models.Model):
    """An id some register gave an organisation, kept as text: leading zeros are part of it.

    Not unique over organisations: published files use one id for different bodies.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=200, db_index=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "value"], name="identifier_once_per_organization"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(is_primary=True), name="identifier_one_primary"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="identifier_not_empty"),
        ]

    def __str__(self) -> str:
        return self.value


class OrganizationAlias(models.Model):
    """Another name it goes by or went by."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="aliases")
    name = models.TextField()
    language = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person at an organisation, for a time."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contacts")
    title = models.CharField(_("role or title"), max_length=200, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "person"], name="contact_once_per_organization"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="contact_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Partnership(models.Model):
    """Organisations of different sectors that agreed to reach something together."""

    name = models.CharField(_("name"), max_length=250)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.TextField(_("what we want to change together"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="partnership_has_a_name")]

    def __str__(self) -> str:
        return self.name


_WHO_SPEAKS_FIRST = models.Case(
    models.When(role=Role.REPRESENTATIVE, then=0),
    models.When(role__in=[Role.COORDINATOR, Role.BACKBONE], then=1),
    default=2,
)


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def in_order(self) -> Self:
        """By name, whatever its capitals; the key breaks ties, so that pages can follow one another."""
        return self.annotate(sort_name=Lower("organization__name")).order_by("sort_name", "pk")

    def with_people(self) -> Self:
        """Organisation, roles and seats with whoever sits there, those who speak for it first."""
        seats = Seat.objects.select_related("person", "holder").order_by(_WHO_SPEAKS_FIRST, "pk")
        return self.select_related("organization").prefetch_related("roles", models.Prefetch("seats", queryset=seats))


class Participation(models.Model):
    """An organisation in a partnership, with a set of roles and a number of seats."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="participations")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="participations")
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "organization"], name="participation_once"),
            models.CheckConstraint(
                condition=Q(joined_on=None) | Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="participation_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"

    @property
    def names(self) -> list[str]:
        """What whoever holds a seat here is called, in the order of the seats."""
        return [seat.name for seat in self.seats.all() if not seat.is_vacant]


class ParticipationRole(models.Model):
    """One of the parts an organisation plays; the same organisation often plays several."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=ParticipationRoleName)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "role"], name="participation_role_once"),
            models.CheckConstraint(condition=Q(role__in=ParticipationRoleName.values), name="participation_role_known"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_by(self, person: Any) -> Self:
        return self.filter(person=person)

    def held(self) -> Self:
        return self.filter(person__isnull=False)

    def vacant(self) -> Self:
        return self.filter(person=None)

    def with_people(self) -> Self:
        return self.select_related("partnership", "participation__organization", "holder", "person")

    def with_names(self) -> Self:
        """:attr:`Seat.name` as ``shown_name``, to sort and search by: what may not be read may not be found either."""
        is_taken = models.When(invited_as="", then=F("person__name"))
        return self.annotate(shown_name=models.Case(is_taken, default=F("invited_as")))

    def called(self, name: str, *, how: str = "iexact") -> Self:
        return self.held().with_names().filter(Q((f"shown_name__{how}", name)))


class Seat(models.Model):
    """A place at the table. Duties belong to the seat, so they survive a change of people.

    ``partnership`` and ``person`` repeat what participation and holder say, so that the database itself can hold to one
    seat per person and partnership; ``partners.services.seating`` is the only writer.

    ``invited_as`` and ``invited_title`` are what a coordinator typed. They stand for the person until they take the
    seat: nobody learns from an invitation that an address has an account, or what its holder is called elsewhere.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="seats")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=120, blank=True, help_text="Spokesperson, sponsor: a title, not a permission.")
    holder = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="seats"
    )
    invited_as = models.CharField(max_length=200, blank=True)
    invited_title = models.CharField(max_length=200, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "person"], name="seat_one_per_person"),
            models.CheckConstraint(
                condition=Q(holder=None, person=None) | Q(holder__isnull=False, person__isnull=False),
                name="seat_holder_and_person_together",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(invited_as="", invited_title=""), name="seat_invites_somebody"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="seat_role_known"),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk} ({self.role})"

    @property
    def organization(self) -> Organization:
        return self.participation.organization

    @property
    def is_vacant(self) -> bool:
        return self.person_id is None

    @property
    def name(self) -> str:
        """What the others here call whoever holds it: the only way a name gets on a page. Never an address."""
        if self.person is None:
            return ""
        return self.invited_as or self.person.name or str(_("Someone"))

    @property
    def person_title(self) -> str:
        """What whoever holds it is at their organisation."""
        if self.invited_as or self.holder is None:
            return self.invited_title
        return self.holder.title

    def can(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[Role(self.role)]
