"""Themes as the report shows them: a name, about how many said it, and what may be quoted. Nothing beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.models import CommentTheme, HealthReport
from feedback.models.window import MINIMUM_GROUP


@dataclass(frozen=True)
class ThemeRead:
    """Small counts of people are never told exactly."""

    theme: CommentTheme
    people: str
    quotes: Sequence[str]


def themes_of(report: HealthReport) -> list[ThemeRead]:
    """Those that most people spoke of first; two statements."""
    themes = CommentTheme.objects.filter(partnership=report.partnership_id, month=report.month)
    found = sorted(themes.prefetch_related("comments"), key=lambda theme: (-_shown(theme), theme.name))
    return [
        ThemeRead(theme, _people(theme), sorted(one.text for one in theme.comments.all() if one.may_quote))
        for theme in found
    ]


def _shown(theme: CommentTheme) -> int:
    """So that the order tells no more than the count beside it."""
    count = len(theme.comments.all())
    return count if count >= MINIMUM_GROUP else 0


def _people(theme: CommentTheme) -> str:
    return _("%(count)s people") % {"count": _shown(theme)} if _shown(theme) else _("a few people")
