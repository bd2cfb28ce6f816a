"""Stop mails of one kind, by the link that every such mail carries."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import translation

from core import clock
from core.access import PAGE_AND_FORM, token
from core.http import Request, render_page
from notifications import preferences
from notifications.links import read_token
from notifications.selectors import is_unsubscribed, recipient_language, stopping


@token(methods=PAGE_AND_FORM)
def unsubscribe(request: Request, token: str) -> HttpResponse:
    """GET shows which mails; only a pressed button, or the one-click body of RFC 8058, changes anything."""
    subscription = read_token(token)
    language = recipient_language(subscription.person_id) if subscription else None
    if subscription is None or language is None:
        raise Http404
    status = HTTPStatus.OK
    if request.method == "POST":
        if request.POST.get("List-Unsubscribe") == "One-Click" or "stop" in request.POST:
            preferences.unsubscribe(person_id=subscription.person_id, kind=subscription.kind, now=clock.now())
        elif "resume" in request.POST:
            preferences.resubscribe(person_id=subscription.person_id, kind=subscription.kind, now=clock.now())
        else:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    chosen = request.GET.get("lang", "")
    with translation.override(chosen if chosen in dict(settings.LANGUAGES) else language):
        context = {
            "stopping": stopping(person_id=subscription.person_id, kind=subscription.kind),
            "is_stopped": is_unsubscribed(person_id=subscription.person_id, kind=subscription.kind),
        }
        return render_page(request, "notifications/subscription_change.html", context, status=status)
