"""From a low line of a report to an action with an owner, in one step."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import dates
from core.access import PAGE_AND_FORM
from core.clock import now, today
from core.errors import DomainError
from core.http import Request, render_form
from feedback.choices import Cause
from feedback.models import HealthReport
from feedback.selectors import read_report
from feedback.selectors.report_lines import Line
from feedback.services.follow_ups import plan_follow_up
from goals.forms import ActionForm
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.FOLLOW_UP_PLAN, methods=PAGE_AND_FORM)
def follow_up(request: Request, seat: Seat, month: date, dimension: str) -> HttpResponse:
    """A form that is nearly filled in; the action and its link to the report are saved together."""
    report, line = _low_line(seat, month, dimension)
    day = today(zone=seat.partnership.time_zone, at=now())
    form = ActionForm(
        request.POST or None, partnership=seat.partnership, today=day, initial={"detail": _reason(month, line)}
    )
    path = reverse("feedback:health-detail", args=[seat.partnership.slug, month])
    if request.method == "POST" and form.is_valid():
        try:
            action = plan_follow_up(
                report=report,
                dimension=Cause(dimension),
                by=seat,
                now=now(),
                origin_text=_("Health report of %(month)s: %(topic)s")
                % {"month": dates.month(month), "topic": line.label},
                origin_path=path,
                facts=form.facts(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(title)s” is planned.") % {"title": action.title})
            return redirect(path)
    context = {"seat": seat, "form": form, "line": line, "month": month, "report_url": path}
    return render_form(request, "feedback/follow_up.html", context)


def _low_line(seat: Seat, month: date, dimension: str) -> tuple[HealthReport, Line]:
    """Only what the latest report calls low, or makes a suggestion about, can be answered: else not found."""
    report = seat.partnership.health_reports.filter(month=month).order_by("-revision").first()
    page = read_report(report, language=get_language() or "en") if report else None
    for line in page.answerable if page else ():
        if report and line.key == dimension:
            return report, line
    raise Http404


def _reason(month: date, line: Line) -> str:
    sentence = _("“%(statement)s” In %(month)s the answer was: %(words)s.")
    return sentence % {"statement": line.statement, "month": dates.month(month), "words": line.words.lower()}
