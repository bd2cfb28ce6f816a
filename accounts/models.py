"""People. One row per human, whether they ever sign in or not; knows nothing about partnerships."""

from typing import Any, Self
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone we know, for example Europe/Paris."), params={"name": name}
        )


def display_name(person: "Person") -> str:
    return person.name or person.email or str(_("Someone"))


class PersonManager(BaseUserManager["Person"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Addresses are compared in lower case: nobody's colleague is Robin@ beside robin@."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=self.normalize_email(username))

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email) or None, **fields)
        person.set_password(password)
        person.full_clean(exclude=["password"])
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Add an operator of the installation: staff, and allowed to start partnerships."""
        return self.create_user(email, password, **({"is_staff": True, "may_start_partnerships": True} | fields))


class PersonQuerySet(models.QuerySet["Person"]):
    def reachable(self) -> Self:
        """People a mail can be sent to."""
        return self.filter(is_active=True, email__isnull=False)


class Person(AbstractBaseUser):
    """One human. Who holds a seat may sign in, by password or by a mailed code; many never do."""

    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True, null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    is_active = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # since then nobody signs in with it
    is_staff = models.BooleanField(default=False, help_text=_("Operates this installation."))
    may_start_partnerships = models.BooleanField(default=False)

    objects = PersonManager.from_queryset(PersonQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=None) | (Q(email=Lower(F("email"))) & ~Q(email="")), name="person_email_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, closed_at=None) | Q(is_active=False, closed_at__isnull=False),
                name="person_closed_at_when_not_active",
            ),
        ]

    def __str__(self) -> str:
        return display_name(self)

    @property
    def is_superuser(self) -> bool:
        """Django's own tools ask for it; there is no admin site, so it grants nothing beyond staff."""
        return self.is_staff


class CalendarFeed(models.Model):
    """The secret address at which a person's calendar can be read without signing in: one, until it is made anew.

    Only an image of the secret is kept, so the address can be shown once and never again.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    verifier = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(verifier=""), name="calendar_feed_has_a_verifier")]

    def __str__(self) -> str:
        return f"calendar of {self.person_id}"
