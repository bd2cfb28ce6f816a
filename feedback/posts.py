"""What the chats of a partnership hear of its health reports: that there is one, and nothing of what it says."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import month as month_in_words
from core.http import absolute_url
from feedback.models import HealthReport
from notifications.chat import hooks
from notifications.chat.events import ChatEvent, Post, register_event
from notifications.models import Message

REPORT = "health_report"
NEWS_FOR = timedelta(days=3)


def announce_report(report: HealthReport, *, now: datetime) -> None:
    """Inside the transaction that freezes it; a later revision is no news."""
    hooks.announce(
        REPORT,
        partnership_id=report.partnership_id,
        facts=f"{report.partnership_id}-{report.month:%Y-%m}",
        params={"report": report.pk},
        now=now,
        expires_at=now + NEWS_FOR,
    )


def _is_there(message: Message, _now: datetime) -> bool:
    return HealthReport.objects.filter(pk=message.params["report"]).exists()


def _report(message: Message, _now: datetime) -> Post:
    report = HealthReport.objects.select_related("partnership").get(pk=message.params["report"])
    return Post(
        title=_("The health report of %(month)s is out") % {"month": month_in_words(report.month)},
        url=absolute_url(reverse("feedback:health-detail", args=[report.partnership.slug, report.month])),
    )


def register() -> None:
    register_event(ChatEvent(REPORT, gettext_lazy("A health report comes out"), _report, _is_there))
