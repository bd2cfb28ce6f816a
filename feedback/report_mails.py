"""The mails that say what came of an answer: what a report leads with, which everybody in the partnership may read."""

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.http import absolute_url
from feedback import samples
from feedback.announcing import CHANGE_KIND, REPORT_KIND
from feedback.models import HealthReport
from feedback.selectors import ReportPage, read_report
from notifications.choices import ANY_RHYTHM, Topic
from notifications.models import Message
from notifications.registry import Letter, MailKind, register_kind
from partners.models import Seat


def is_seated(message: Message, _now: datetime) -> bool:
    """Reports are for those who hold a seat on the day of sending."""
    return Seat.objects.filter(partnership=message.partnership_id, person=message.recipient_id).exists()


def compose(message: Message, _now: datetime) -> Letter:
    report = HealthReport.objects.select_related("partnership").get(pk=message.params["report"])
    page = _page(report.payload, report.month, get_language() or "en")
    if page is None:
        raise LookupError(message.kind)
    path = reverse("feedback:health-detail", args=[report.partnership.slug, report.month])
    context = {"partnership": report.partnership, "month": report.month, "page": page, "link": absolute_url(path)}
    return Letter(context, from_name=report.partnership.name)


@lru_cache(maxsize=8)
def _page(payload: str, month: date, language: str) -> ReportPage | None:
    """The same for everybody who reads this language, and their mails leave one after the other."""
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
