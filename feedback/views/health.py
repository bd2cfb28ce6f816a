"""The health of working together: the months of a partnership, and the report of one."""

import csv
from datetime import date
from io import StringIO

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from core.clock import now
from core.http import Request, number_in, render_page
from feedback.models import HealthReport
from feedback.selectors import (
    HealthMonth,
    MonthState,
    answers_to,
    follow_through,
    health_month,
    health_months,
    numbers_of,
    paper_of,
    printed,
    read_report,
    replies_until,
    said_and_agreed,
)
from feedback.selectors.themes import read_words
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.HEALTH_VIEW)
def health_list(request: Request, seat: Seat) -> HttpResponse:
    found = health_months(seat.partnership, now())
    shown = (month.report for month in found if month.state is MonthState.PUBLISHED and month.report)
    newest = next(shown, None)
    context = {
        "seat": seat,
        "months": found,
        "newest": read_report(newest, language=_language()) if newest else None,
        "changed": follow_through(seat.partnership_id),
        "may_decide": seat.can(Permission.PARTNERSHIP_EDIT),
        "may_read_words": seat.can(Permission.COMMENT_READ),
    }
    return render_page(request, "feedback/health_list.html", context)


@seat_view(Permission.HEALTH_VIEW)
def health_detail(request: Request, seat: Seat, month: date) -> HttpResponse:
    """The report where there is one, else the sentence that says why there is none."""
    found = health_month(seat.partnership, month, now())
    if found is None:
        raise Http404
    report = _revision(seat, found, request.GET.get("revision"))
    page = read_report(report, language=_language()) if report else None
    context = {"seat": seat, "month": found, "report": report, "page": page}
    if report and page:
        words, replies = read_words(report), replies_until(report)
        context |= {
            "said": said_and_agreed(replies, at=now()),
            "for_coordinator": words.quiet if seat.can(Permission.COMMENT_READ) else [],
            "may_plan": seat.can(Permission.FOLLOW_UP_PLAN),
            "may_group": seat.can(Permission.COMMENT_READ),
            "answers": answers_to(report, replies),
            "themes": words.themes,
            "themed": words.themed,
            "all_themed": bool(words.themed) and words.themed >= set(page.comments),
            "latest": found.report,
            "paper": paper_of(report, language=_language(), now=now()),
        }
    return render_page(request, "feedback/health_detail.html", context)


@seat_view(Permission.HEALTH_VIEW)
def health_document(request: Request, seat: Seat, month: date) -> HttpResponse:
    """The printed report in the reader's language, as the worker made it."""
    reports = seat.partnership.health_reports.filter(month=month).order_by("-revision")
    if wanted := request.GET.get("revision"):
        reports = reports.filter(revision=number_in(wanted) or 0)
    report = reports.first()
    content = printed(report, language=_language()) if report else None
    if report is None or content is None:
        raise Http404
    name = f"{seat.partnership.slug}-{month:%Y-%m}-r{report.revision}-{_language()}.pdf"
    return HttpResponse(content, content_type="application/pdf", headers=_saved_as(name))


@seat_view(Permission.HEALTH_VIEW)
def health_numbers(_request: Request, seat: Seat) -> HttpResponse:
    """Everything that reports show, for a spreadsheet; with a mark by which it knows the letters."""
    table = StringIO()
    csv.writer(table).writerows(numbers_of(seat.partnership))
    content = table.getvalue().encode("utf-8-sig")
    return HttpResponse(content, content_type="text/csv", headers=_saved_as(f"{seat.partnership.slug}-health.csv"))


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""}


def _language() -> str:
    return get_language() or "en"


def _revision(seat: Seat, month: HealthMonth, wanted: str | None) -> HealthReport | None:
    """The latest, or an older one that was asked for: what was published stays readable."""
    if wanted is None or month.report is None:
        return month.report
    older = seat.partnership.health_reports.filter(month=month.month)
    report = older.filter(revision=number_in(wanted) or 0).first()
    if report is None:
        raise Http404
    return report
