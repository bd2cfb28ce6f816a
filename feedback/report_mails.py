"""The mails that say what came of an answer: what a report leads with, which everybody in the partnership may read."""

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import BigAutoField, Exists
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.http import absolute_url
from core.prepared import Given, Prepared
from feedback import samples
from feedback.announcing import CHANGE_KIND, REPORT_KIND
from feedback.models import HealthReport
from feedback.selectors import ReportPage, read_report
from notifications.choices import ANY_RHYTHM, Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, register_kind
from partners.models import Partnership, Seat

_ABOUT = Prepared(
    lambda: (
        HealthReport.objects.filter(pk=Given("report", BigAutoField()))
        .annotate(
            is_seated=Exists(
                Seat.objects.filter(
                    partnership=Given("partnership", BigAutoField()), person=Given("person", BigAutoField())
                )
            )
        )
        .values_list("month", "sha256", "partnership__name", "partnership__slug", "is_seated")
    )
)


def _read(message: Message) -> tuple[Any, ...] | None:
    """All but the payload, which is long, never changes and is known by its hash."""
    report, partnership = message.params["report"], message.partnership_id
    rows = _ABOUT.rows(report=report, partnership=partnership, person=message.recipient_id)
    return rows[0] if rows else None


def is_seated(message: Message, _now: datetime) -> bool:
    """Reports are for those who hold a seat on the day of sending."""
    message.at_hand = about = _read(message)
    return about is not None and bool(about[-1])


def compose(message: Message, _now: datetime) -> Letter:
    about = message.at_hand or _read(message)
    message.at_hand = None
    if about is None:
        raise LookupError(message.kind)
    month, sha256, name, slug, _ = about
    page = _page(message.params["report"], sha256, month, get_language() or "en")
    if page is None:
        raise LookupError(message.kind)
    path = reverse("feedback:health-detail", args=[slug, month])
    context = {"partnership": Partnership(name=name, slug=slug), "month": month, "page": page}
    return Letter(context | {"link": absolute_url(path)}, from_name=name, alike=(month, sha256, name, slug))


@lru_cache(maxsize=8)
def _page(report: int, sha256: str, month: date, language: str) -> ReportPage | None:
    """The same for everybody who reads this language, and their mails leave one after the other."""
    payload = HealthReport.objects.values_list("payload", flat=True).get(pk=report, sha256=sha256)
    return read_report(HealthReport(payload=payload, month=month), language=language)


REPORT = MailKind(
    name=REPORT_KIND,
    template=REPORT_KIND,
    description=_("The monthly report on how you work together is there."),
    label=_("The monthly health report"),
    compose=compose,
    still_wanted=is_seated,
    sample=samples.report,
    topic=Topic.FEEDBACK,
    who=_("Everybody with a seat"),
    when=_("On day 8 of the next month, at eight in the morning"),
    rhythms=ANY_RHYTHM,
)
CHANGE = replace(
    REPORT,
    name=CHANGE_KIND,
    template=CHANGE_KIND,
    description=_(
        "Something in the monthly report changed clearly, or views are split, so there is something to prepare."
    ),
    label=_("A clear change in the health report"),
    who=_("Coordinators"),
    when=_("Instead of the mail of the report, when a line changed by more than chance or views are split"),
    stays=_("The mail of the report comes instead."),
)


def register() -> None:
    for kind in (REPORT, CHANGE):
        register_kind(kind)
