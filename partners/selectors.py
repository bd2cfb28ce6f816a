"""What the pages about partners and seats show."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.query import QuerySet

from accounts.models import Person
from notifications.chat.models import ChatHook
from notifications.models import Channel, Message, MessageState
from notifications.registry import kinds
from notifications.selectors import LONGEST_WAIT
from partners.models import Organization, Participation, Partnership, Seat
from partners.permissions import Role

PAGE_SIZE = 50
ALIKE = 0.85  # share of letters in common from which two names may mean one organisation

LOST_MAIL_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class Directory:
    """One page of partners; ``next_after`` is the key the next page begins behind, None on the last."""

    partners: list[Participation]
    next_after: int | None


def directory(partnership: Partnership, *, wanted: Mapping[str, str], after: int | None = None) -> Directory:
    """Partners by name. ``wanted`` may narrow by ``sector``, ``kind``, ``role`` and ``q``, a part of a name."""
    partners = partnership.participations.in_order().with_people()
    if sector := wanted.get("sector"):
        partners = partners.filter(Q(organization__main_sector=sector) | Q(organization__sector_tags__sector=sector))
    if kind := wanted.get("kind"):
        partners = partners.filter(organization__kind=kind)
    if role := wanted.get("role"):
        partners = partners.filter(roles__role=role)
    if text := wanted.get("q", "").strip():
        named = partnership.seats.called(text, how="icontains")
        partners = partners.filter(
            Q(organization__name__icontains=text)
            | Q(organization__short_name__icontains=text)
            | Q(organization__aliases__name__icontains=text)
            | Q(pk__in=named.values("participation"))
        )
    last = partnership.participations.in_order().filter(pk=after).first() if after else None
    if last is not None:
        name = last.sort_name  # type: ignore[attr-defined]  # annotated by in_order
        partners = partners.filter(Q(sort_name__gt=name) | Q(sort_name=name, pk__gt=last.pk))
    found = list(partners.distinct()[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    return Directory(page, page[-1].pk if len(found) > PAGE_SIZE else None)


def profile(partnership: Partnership) -> QuerySet[Participation]:
    """Participations of this partnership with everything a profile shows."""
    return partnership.participations.with_people().prefetch_related(
        "organization__sector_tags", "organization__identifiers", "organization__aliases"
    )


def seats_of(person: Person) -> QuerySet[Seat]:
    """The seats somebody holds, with how many partners sit at each table."""
    return (
        Seat.objects.held_by(person)
        .with_people()
        .annotate(partners=Count("partnership__participations"))
        .order_by("partnership__name", "pk")
    )


def similar_organizations(name: str, *, among: Iterable[Organization]) -> list[Organization]:
    """Organisations whose name, short name or alias may mean the same body, whatever its accents and capitals."""
    wanted = _plain(name)
    if not wanted:
        return []
    return [row for row in among if any(_alike(wanted, _plain(other)) for other in _names(row))]


def _names(organization: Organization) -> list[str]:
    return [organization.name, organization.short_name, *(alias.name for alias in organization.aliases.all())]


def _alike(one: str, other: str) -> bool:
    if not other:
        return False
    if one == other or sorted(one.split()) == sorted(other.split()):
        return True
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(mark for mark in letters if not unicodedata.combining(mark))
    return " ".join("".join(mark if mark.isalnum() else " " for mark in kept).split())


def partnership_names() -> dict[int, str]:
    """Every partnership by its number, for the operators' pages."""
    return dict(Partnership.objects.order_by("name").values_list("pk", "name"))


def seats_with_mail_trouble(person: Person, *, now: datetime) -> QuerySet[Seat]:
    """The seats somebody holds; at those of a coordinator, whether mail is lost or late, or a chat has stopped."""
    quiet = [kind.name for kind in kinds() if not kind.tells_coordinators]
    mails = Message.objects.filter(channel=Channel.MAIL).exclude(kind__in=quiet)
    theirs = mails.filter(partnership_id=OuterRef("partnership_id"))
    lost = theirs.filter(state=MessageState.FAILED, due_at__gt=now - LOST_MAIL_SHOWN)
    late = theirs.waiting(since=now - LONGEST_WAIT)
    stopped = ChatHook.objects.filter(partnership_id=OuterRef("partnership_id")).exclude(trouble="")
    runs_it = Q(role=Role.COORDINATOR)
    return Seat.objects.held_by(person).annotate(
        has_lost_mail=ExpressionWrapper(runs_it & Exists(lost), BooleanField()),
        has_late_mail=ExpressionWrapper(runs_it & Exists(late), BooleanField()),
        has_stopped_chat=ExpressionWrapper(runs_it & Exists(stopped), BooleanField()),
    )
