"""The words of a report: what only a coordinator reads, and themes as everybody sees them. One statement for both.

Of a theme the page shows a name, about how many said it, and what may be quoted. Nothing beside it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from feedback.models import HealthReport
from feedback.models.window import MINIMUM_GROUP
from feedback.services.themes import words_of


@dataclass(frozen=True)
class ThemeRead:
    """Small counts of people are never told exactly."""

    pk: int
    name: str
    people: str
    quotes: Sequence[str]


@dataclass(frozen=True)
class Words:
    """``quiet`` are the words that may not be quoted, for the one person who may paraphrase them."""

    quiet: Sequence[str] = field(default=())
    themes: Sequence[ThemeRead] = field(default=())

    @property
    def themed(self) -> set[str]:
        """What is quoted with a theme."""
        return {quote for theme in self.themes for quote in theme.quotes}


def read_words(report: HealthReport) -> Words:
    """Themes that most people spoke of first."""
    quiet: dict[object, str] = {}
    themes: defaultdict[tuple[int, str], list[tuple[str, bool]]] = defaultdict(list)
    rows = words_of(report).values_list("pk", "text", "may_quote", "themes__pk", "themes__name")
    for pk, text, may_quote, theme, name in rows:
        if not may_quote:
            quiet[pk] = text
        if theme is not None:
            themes[theme, name].append((text, may_quote))
    found = sorted(themes.items(), key=lambda item: (-_shown(len(item[1])), item[0][1]))
    return Words(
        quiet=sorted(quiet.values()),
        themes=[
            ThemeRead(pk, name, _people(len(said)), sorted(text for text, may_quote in said if may_quote))
            for (pk, name), said in found
        ],
    )


def _shown(count: int) -> int:
    """So that the order of themes tells no more than the count beside them."""
    return count if count >= MINIMUM_GROUP else 0


def _people(count: int) -> str:
    return _("%(count)s people") % {"count": count} if _shown(count) else _("a few people")
