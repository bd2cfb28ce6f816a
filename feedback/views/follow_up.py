"""From what a report shows to an action with an owner, in one step."""

import json
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import dates
from core.access import PAGE_AND_FORM
from core.clock import now, today
from core.errors import DomainError
from core.http import Request, render_form
from core.once import creates_once
from feedback.choices import Cause
from feedback.models import CommentTheme, HealthReport
from feedback.selectors import read_report
from feedback.selectors.report_lines import Line
from feedback.services.follow_ups import answerable, plan_follow_up
from goals.forms import ActionForm
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@dataclass(frozen=True)
class Call:
    """What calls for an action: its name, why, and the line or the theme it is about."""

    report: HealthReport
    cause: Cause
    label: str
    reason: str
    line: Line | None = None
    theme: CommentTheme | None = None


@seat_view(Permission.FOLLOW_UP_PLAN, methods=PAGE_AND_FORM)
@creates_once
def follow_up(request: Request, seat: Seat, month: date, cause: str) -> HttpResponse:
    """A form that is nearly filled in; the action and its link to the report are saved together."""
    return _plan(request, seat, _call(_report(seat, month), cause))


@seat_view(Permission.FOLLOW_UP_PLAN, methods=PAGE_AND_FORM)
@creates_once
def theme_follow_up(request: Request, seat: Seat, month: date, pk: int) -> HttpResponse:
    """The same for a theme of the comments."""
    theme = get_object_or_404(CommentTheme, pk=pk, partnership=seat.partnership, month=month)
    words = {"month": dates.month(month), "theme": theme.name}
    reason = _("In the comments of %(month)s people wrote about “%(theme)s”.") % words
    return _plan(request, seat, Call(_report(seat, month), Cause.THEME, theme.name, reason, theme=theme))


def _plan(request: Request, seat: Seat, call: Call) -> HttpResponse:
    month, day = call.report.month, today(zone=seat.partnership.time_zone, at=now())
    form = ActionForm(request.POST or None, partnership=seat.partnership, today=day, initial={"detail": call.reason})
    path = reverse("feedback:health-detail", args=[seat.partnership.slug, month])
    if request.method == "POST" and form.is_valid():
        try:
            action = plan_follow_up(
                report=call.report,
                cause=call.cause,
                theme=call.theme,
                by=seat,
                now=now(),
                origin_text=_("Health report of %(month)s: %(topic)s")
                % {"month": dates.month(month), "topic": call.label},
                origin_path=path,
                facts=form.facts(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(title)s” is planned.") % {"title": action.title})
            return redirect(path)
    context = {"seat": seat, "form": form, "call": call, "month": month, "report_url": path}
    return render_form(request, "feedback/follow_up.html", context)


def _report(seat: Seat, month: date) -> HealthReport:
    report = seat.partnership.health_reports.filter(month=month).order_by("-revision").first()
    if report is None:
        raise Http404
    return report


def _call(report: HealthReport, cause: str) -> Call:
    """Only what the latest report of the month calls for can be answered: anything else is not found."""
    page = read_report(report, language=get_language() or "en")
    if page is None or cause not in answerable(json.loads(report.payload)):
        raise Http404
    if cause == Cause.FLAG:
        return Call(report, Cause.FLAG, str(Cause.FLAG.label), page.wants_action)
    line = next(line for line in (*page.lines, page.energy) if line.key == cause)
    return Call(report, Cause(cause), line.label, _reason(report.month, line), line=line)


def _reason(month: date, line: Line) -> str:
    sentence = _("“%(statement)s” In %(month)s the answer was: %(words)s.")
    return sentence % {"statement": line.statement, "month": dates.month(month), "words": line.words.lower()}
