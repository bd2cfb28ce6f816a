"""What waits, what was sent, what could not be: for the operators, who may try again or give up."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import SignedInRequest
from core import clock
from core.access import POST, staff
from core.http import Request, number_in, render_page
from notifications import services
from notifications.delivery_log import log_page
from notifications.selectors import DEAD_LETTERS_SHOWN, dead_letters, outbox_at


@staff()
def outbox(request: Request) -> HttpResponse:
    state = outbox_at(clock.now())
    context = {"outbox": state, "vitals": state.vitals, "dead_letters": dead_letters(), "shown": DEAD_LETTERS_SHOWN}
    return render_page(request, "notifications/outbox_show.html", context)


@staff()
def outbox_log(request: Request) -> HttpResponse:
    page = log_page(request.GET.dict())
    return render_page(request, "notifications/outbox_log.html", {"page": page, "is_behind": "after" in request.GET})


@staff(methods=POST)
def outbox_wake(request: SignedInRequest) -> HttpResponse:
    """End a pause: the next round tries, within seconds and in the worker."""
    if services.wake(actor_id=request.user.pk, now=clock.now()):
        messages.success(request, _("One e-mail tries within seconds. If it goes out, the others follow."))
    return redirect("notifications:outbox")


@staff(methods=POST)
def outbox_settle(request: SignedInRequest) -> HttpResponse:
    """Try one dead letter or all of them again, or give them up for good."""
    chosen = request.POST.get("message", "")
    number = number_in(chosen)
    if number is None and chosen != "all":
        return redirect("notifications:outbox")
    at, actor = clock.now(), request.user.pk
    if "retry" in request.POST:
        count = services.try_again(message_id=number, actor_id=actor, now=at)
        said = ngettext("%(count)s e-mail is tried again.", "%(count)s e-mails are tried again.", count)
        messages.success(request, said % {"count": count})
    elif "cancel" in request.POST:
        count = services.give_up(message_id=number, actor_id=actor, now=at)
        said = ngettext("%(count)s e-mail is given up.", "%(count)s e-mails are given up.", count)
        messages.success(request, said % {"count": count})
    return redirect("notifications:outbox")
