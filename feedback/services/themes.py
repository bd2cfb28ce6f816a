"""Themes: a coordinator gives a name to comments of one month that say the same."""

import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import record
from feedback.models import CommentTheme, FeedbackComment, HealthReport
from feedback.models.response import FeedbackCommentQuerySet
from feedback.models.window import WORDS_FROM
from partners.models import Seat


class ThemeCannotBe(DomainError):
    """A theme that cannot be like this; the sentence says why."""


def words_of(report: HealthReport) -> FeedbackCommentQuerySet:
    """The words of a report that coordinators may read: of windows with ten answers or more."""
    windows = [w["id"] for w in json.loads(report.payload)["windows"] if "id" in w and w["answered"] >= WORDS_FROM]
    return FeedbackComment.objects.filter(window__in=windows).exclude(text="")


@transaction.atomic
def name_theme(
    *, report: HealthReport, name: str, comments: Collection[FeedbackComment], by: Seat, now: datetime
) -> CommentTheme:
    """Put comments of a report under one name."""
    theme = CommentTheme(partnership_id=report.partnership_id, month=report.month)
    return _keep(theme, report, name, comments, by, now, verb="comment_theme.named")


@transaction.atomic
def change_theme(
    *,
    theme: CommentTheme,
    report: HealthReport,
    name: str,
    comments: Collection[FeedbackComment],
    by: Seat,
    now: datetime,
) -> CommentTheme:
    """Another name, or other comments."""
    return _keep(theme, report, name, comments, by, now, verb="comment_theme.changed")


@transaction.atomic
def remove_theme(*, theme: CommentTheme, by: Seat, now: datetime) -> None:
    """Forget a name. The comments stay; what an action answers stays as well."""
    if theme.follow_ups.exists():
        raise ThemeCannotBe(_("An action answers this theme, so it stays."))
    record(
        verb="comment_theme.removed", target=theme, at=now, actor_id=by.person_id, partnership_id=theme.partnership_id
    )
    theme.delete()


def _keep(
    theme: CommentTheme,
    report: HealthReport,
    name: str,
    comments: Collection[FeedbackComment],
    by: Seat,
    now: datetime,
    *,
    verb: str,
) -> CommentTheme:
    theme.name = " ".join(name.split())
    of_month = CommentTheme.objects.filter(partnership=theme.partnership_id, month=theme.month)
    if of_month.exclude(pk=theme.pk).filter(name__iexact=theme.name).exists():
        raise ThemeCannotBe(_("There is a theme of this name in this month."))
    found = list(words_of(report).filter(pk__in=[comment.pk for comment in comments]))
    if not found or len(found) < len(comments):
        raise ThemeCannotBe(_("Tick the words that belong to this theme."))
    theme.save()
    theme.comments.set(found)
    record(verb=verb, target=theme, at=now, actor_id=by.person_id, partnership_id=theme.partnership_id)
    return theme
