"""Today, the monthly progress page, and everybody's own calendar."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from accounts import services as account_services
from accounts.access import SignedInRequest
from core import months
from core.access import PAGE_AND_FORM, signed_in, token
from core.clock import now
from core.clock import today as today_in
from core.http import Request, render_page
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission
from partners.selectors import seats_of
from reports import pictures, selectors
from reports.selectors.progress import first_month, latest_month, month_title

GOALS_SHOWN = PARTNERS_SHOWN = 20


@signed_in()
def today(request: SignedInRequest) -> HttpResponse:
    """The only partnership somebody is in, or the list of theirs."""
    seats = list(seats_of(request.user))
    if len(seats) == 1:
        return redirect("reports:home", partnership=seats[0].partnership.slug)
    return redirect("partners:partnership-list")


@signed_in(methods=PAGE_AND_FORM)
def calendar(request: SignedInRequest) -> HttpResponse:
    """The address of one's own calendar. It is shown in the answer that made it, and nowhere else."""
    person = request.user
    links: Sequence[selectors.FeedLink] = ()
    status = HTTPStatus.OK
    if request.method == "POST":
        if "make" in request.POST:
            secret = account_services.make_calendar_feed(person=person, now=now())
            links = selectors.feed_links(person, secret)
        elif "revoke" in request.POST:
            account_services.revoke_calendar_feed(person=person, now=now())
            messages.success(request, _("The address no longer works."))
            return redirect("reports:calendar")
        else:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"links": links, "made_at": selectors.feed_made_at(person)}
    response = render_page(request, "reports/calendar.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@token()
def calendar_feed(request: Request, token: str) -> HttpResponse:
    """What the holder of the link owes, for a calendar that asks every hour or so."""
    held = account_services.calendar_feed_of(token)
    if held is None:
        raise Http404
    feed = selectors.feed_of(held, only=request.GET.get("only", ""), now=now())
    etag = quote_etag(feed.etag)
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        feed.text, content_type="text/calendar; charset=utf-8"
    )
    response.headers["ETag"] = etag
    return response


@seat_view(Permission.PARTNERSHIP_VIEW)
def home(request: Request, seat: Seat) -> HttpResponse:
    at = now()
    page = selectors.home_page(seat, now=at)
    context = {
        "seat": seat,
        "page": page,
        "day": today_in(zone=seat.partnership.time_zone, at=at),
        "windows": [(window, pictures.replies(window)) for window in page.windows],
        "may_plan_actions": seat.can(Permission.ACTION_PLAN),
        "may_plan_meetings": seat.can(Permission.MEETING_MANAGE),
    }
    return render_page(request, "reports/home.html", context)


@seat_view(Permission.PARTNERSHIP_VIEW)
def progress_latest(_request: Request, seat: Seat) -> HttpResponse:
    return redirect("reports:progress-month", seat.partnership.slug, latest_month(seat.partnership, now=now()))


@seat_view(Permission.PARTNERSHIP_VIEW)
def progress(request: Request, seat: Seat, month: date) -> HttpResponse:
    at = now()
    this_month = months.current(zone=seat.partnership.time_zone, at=at)
    if not first_month(seat.partnership) <= month <= this_month:
        raise Http404(_("There is no progress page for this month."))
    page = selectors.progress_page(seat.partnership, month=month, now=at)
    context = {
        "seat": seat,
        "page": page,
        "title": month_title(month),
        "goals": [(reading, pictures.goal(reading)) for reading in page.goals[:GOALS_SHOWN]],
        "turnout": page.turnout[:PARTNERS_SHOWN],
        "plan_bar": pictures.plan_bar(page.plan),
        "burnup": pictures.burnup(page.plan_months),
        "burnup_table": pictures.burnup_table(page.plan_months),
        "may_plan": seat.can(Permission.FOLLOW_UP_PLAN),
    }
    return render_page(request, "reports/progress.html", context)
