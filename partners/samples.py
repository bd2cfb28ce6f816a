"""Invented people and letters, never stored: what the gallery of mails shows."""

from django.urls import reverse

from accounts.models import Person
from core.http import absolute_url
from notifications.registry import Letter
from partners.models import Contact, Organization, Participation, Partnership, Seat
from partners.permissions import ROLE_DESCRIPTIONS, Role


def partnership() -> Partnership:
    return Partnership(
        pk=1,
        name="Wrenfield Youth Futures",
        slug="wrenfield",
        summary="Every young person in Wrenfield has work, training or education within three months.",
        time_zone="Europe/London",
    )


def seat(name: str = "Priya Nair", role: Role = Role.REPRESENTATIVE) -> Seat:
    organization = Organization(pk=1, name="Wrenfield City Council")
    together = partnership()
    person = Person(pk=1, name=name, email="priya@example.org")
    return Seat(
        pk=1,
        partnership=together,
        participation=Participation(pk=1, partnership=together, organization=organization),
        role=role,
        holder=Contact(pk=1, organization=organization, person=person),
        person=person,
    )


def seat_invitation() -> Letter:
    offered = seat()
    return Letter(
        {
            "seat": offered,
            "role_means": ROLE_DESCRIPTIONS[Role(offered.role)],
            "invited_by": Person(name="Marek Dvorak"),
            "sign_in_url": absolute_url(reverse("account_request_login_code")),
        }
    )
