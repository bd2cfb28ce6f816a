"""Coordinators group the words of a month under names; the report shows the names to everybody."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM, POST
from core.clock import now
from core.errors import DomainError
from core.http import Request, render_form
from core.once import creates_once
from feedback.forms import ThemeForm
from feedback.models import CommentTheme, HealthReport
from feedback.selectors.themes import read_words
from feedback.services import themes
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.COMMENT_READ, methods=PAGE_AND_FORM)
@creates_once
def theme_list(request: Request, seat: Seat, month: date) -> HttpResponse:
    """All of a month, and a new one."""
    report = _report(seat, month)
    form = ThemeForm(request.POST or None, words=themes.words_of(report))
    if request.method == "POST" and form.is_valid():
        try:
            theme = themes.name_theme(report=report, by=seat, now=now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(name)s” stands in the report.") % {"name": theme.name})
            return redirect("feedback:theme-list", seat.partnership.slug, month)
    context = {"seat": seat, "month": month, "form": form, "themes": read_words(report).themes}
    return render_form(request, "feedback/theme_list.html", context)


@seat_view(Permission.COMMENT_READ, methods=PAGE_AND_FORM)
def theme_edit(request: Request, seat: Seat, month: date, pk: int) -> HttpResponse:
    report = _report(seat, month)
    theme = get_object_or_404(CommentTheme, pk=pk, partnership=seat.partnership, month=month)
    known = {"name": theme.name, "comments": theme.comments.all()}
    form = ThemeForm(request.POST or None, words=themes.words_of(report), initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            themes.change_theme(theme=theme, report=report, by=seat, now=now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("feedback:theme-list", seat.partnership.slug, month)
    context = {"seat": seat, "month": month, "form": form, "theme": theme, "name": known["name"]}
    return render_form(request, "feedback/theme_edit.html", context)


@seat_view(Permission.COMMENT_READ, methods=POST)
def theme_remove(request: Request, seat: Seat, month: date, pk: int) -> HttpResponse:
    theme = get_object_or_404(CommentTheme, pk=pk, partnership=seat.partnership, month=month)
    try:
        themes.remove_theme(theme=theme, by=seat, now=now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The theme is gone. The words stay."))
    return redirect("feedback:theme-list", seat.partnership.slug, month)


def _report(seat: Seat, month: date) -> HealthReport:
    """The latest of a month whose words may be read."""
    report = seat.partnership.health_reports.filter(month=month).order_by("-revision").first()
    if report is None:
        raise Http404
    return report
