"""Every kind of mail with invented contents, as its recipients see it: nothing is read from the outbox or written."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from accounts.models import Person
from notifications.bundling import letter_of
from notifications.letters import part_of, render_words
from notifications.links import Subscription, unsubscribe_url
from notifications.registry import Letter, MailKind, kinds
from notifications.wishes import Wishes

ZONE = "Europe/London"


@dataclass(frozen=True)
class Look:
    """One kind in one language."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Entry:
    """One kind of the catalogue: what is declared about it, and how it looks."""

    kind: MailKind
    rhythms: list[str]
    looks: list[Look]


def catalogue() -> Iterator[Entry]:
    for kind in kinds():
        rhythms = [str(one.label) for one in (kind.rhythm, *(other for other in kind.rhythms if other != kind.rhythm))]
        is_shown = kind.sample or kind.gathers
        looks = [look_of(kind, language) for language, _name in settings.LANGUAGES] if is_shown else []
        yield Entry(kind, rhythms if kind.can_be_chosen else [], looks)


def look_of(kind: MailKind, language: str) -> Look:
    reader = Person(pk=0, name="Priya Nair", email="priya@example.org", language=language, time_zone=ZONE)
    with translation.override(language), timezone.override(ZoneInfo(ZONE)):
        stop_url = unsubscribe_url(Subscription(0, kind.name)) if kind.offers_unsubscribe else ""
        words = render_words(kind, sample_of(kind, reader), recipient=reader, stop_url=stop_url)
    return Look(language, **words)


def sample_of(kind: MailKind, reader: Person) -> Letter:
    """What the kind declares; a digest shows one of each kind that may come in it, a bundle two of its own."""
    if kind.sample is not None:
        return kind.sample()
    if not kind.gathers:
        raise LookupError(kind.name)
    samples = [(one, one.sample()) for one in kinds() if one.sample and _may_come_in(one, kind)]
    if len(samples) == 1:
        samples *= 2
    return letter_of([part_of(one, letter, recipient=reader) for one, letter in samples])


def _may_come_in(one: MailKind, bundle: MailKind) -> bool:
    wishes = (Wishes(chosen={one.name: rhythm}) for rhythm in one.rhythms)
    return any(wish.bundle_of(one) == bundle.name for wish in wishes)
