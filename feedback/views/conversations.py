"""A coordinator answers people they do not know: the conversations of a partnership, and one of them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM
from core.clock import now
from core.errors import DomainError
from core.http import Request, render_form, render_page
from core.once import creates_once
from feedback.forms import ReplyForm
from feedback.selectors.threads import conversation, conversations
from feedback.services.threads import reply
from partners.access import seat_view
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.COMMENT_READ)
def conversation_list(request: Request, seat: Seat) -> HttpResponse:
    context = {"seat": seat, "conversations": conversations(seat.partnership, now())}
    return render_page(request, "feedback/conversation_list.html", context)


@seat_view(Permission.COMMENT_READ, methods=PAGE_AND_FORM)
@creates_once
def conversation_detail(request: Request, seat: Seat, pk: UUID) -> HttpResponse:
    talk = conversation(seat.partnership, pk, now())
    if talk is None:
        raise Http404
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reply(comment=talk.comment, by=seat, text=form.cleaned_data["text"], now=now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your reply is there. Whoever wrote reads it when they use their code again."))
            return redirect("feedback:conversation-detail", seat.partnership.slug, pk)
    return render_form(request, "feedback/conversation_detail.html", {"seat": seat, "talk": talk, "form": form})
