"""The chats that hear what happens in a partnership. Their addresses are secrets: shown to nobody again in full."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.access import PAGE_AND_FORM, POST
from core.clock import now
from core.errors import DomainError
from core.http import Request, render_form, render_page
from core.limits import CHAT_TEST_PER_PARTNERSHIP, TooManyAttempts, spend
from core.once import creates_once
from notifications.chat import hooks
from notifications.chat.addresses import BadAddress
from notifications.chat.models import ChatHook
from partners.access import seat_view
from partners.forms import ChatForm
from partners.models import Seat
from partners.permissions import Permission


@seat_view(Permission.PARTNERSHIP_EDIT)
def chat_list(request: Request, seat: Seat) -> HttpResponse:
    context = {"seat": seat, "chats": hooks.hooks_of(seat.partnership_id), "hosts": hooks.allowed_hosts()}
    return render_page(request, "partners/chat_list.html", context)


@seat_view(Permission.PARTNERSHIP_EDIT, methods=PAGE_AND_FORM)
@creates_once
def chat_add(request: Request, seat: Seat) -> HttpResponse:
    form = ChatForm(request.POST or None, initial={"language": seat.partnership.language})
    if form.is_valid():
        try:
            added = hooks.add_hook(
                partnership_id=seat.partnership_id, facts=form.facts(), by_id=seat.person_id, now=now()
            )
        except DomainError as refusal:
            _note(form, refusal)
        else:
            messages.success(request, _("Saved. Send a test to see whether it arrives."))
            return redirect("partners:chat-detail", seat.partnership.slug, added.pk)
    context = {"seat": seat, "form": form, "hosts": hooks.allowed_hosts()}
    return render_form(request, "partners/chat_form.html", context)


@seat_view(Permission.PARTNERSHIP_EDIT)
def chat_detail(request: Request, seat: Seat, pk: int) -> HttpResponse:
    chat = _chat(seat, pk)
    log = hooks.log_of(chat)
    context = {
        "seat": seat,
        "chat": chat,
        "log": log,
        "is_waiting": any(line.is_open for line in log),
        "events": hooks.chosen_events(chat),
    }
    return render_page(request, "partners/chat_detail.html", context, partial="log")


@seat_view(Permission.PARTNERSHIP_EDIT, methods=PAGE_AND_FORM)
def chat_edit(request: Request, seat: Seat, pk: int) -> HttpResponse:
    chat = _chat(seat, pk)
    form = ChatForm(request.POST or None, hook=chat)
    if form.is_valid():
        try:
            hooks.edit_hook(hook=chat, facts=form.facts(), by_id=seat.person_id, now=now())
        except DomainError as refusal:
            _note(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("partners:chat-detail", seat.partnership.slug, chat.pk)
    context = {"seat": seat, "form": form, "chat": _chat(seat, pk), "hosts": hooks.allowed_hosts()}
    return render_form(request, "partners/chat_form.html", context)


@seat_view(Permission.PARTNERSHIP_EDIT, methods=POST)
def chat_test(request: Request, seat: Seat, pk: int) -> HttpResponse:
    chat = _chat(seat, pk)
    try:
        spend(CHAT_TEST_PER_PARTNERSHIP, str(seat.partnership_id), now=now())
    except TooManyAttempts as refusal:
        messages.error(request, str(refusal))
    else:
        hooks.send_test(hook=chat, by_id=seat.person_id, now=now())
        messages.success(request, _("A test is on its way. What became of it stands below."))
    return redirect("partners:chat-detail", seat.partnership.slug, chat.pk)


@seat_view(Permission.PARTNERSHIP_EDIT, methods=POST)
def chat_switch(request: Request, seat: Seat, pk: int) -> HttpResponse:
    chat = _chat(seat, pk)
    on = "on" in request.POST
    if not on and "off" not in request.POST:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    hooks.switch_hook(hook=chat, on=on, by_id=seat.person_id, now=now())
    messages.success(request, _("We post there from now on.") if on else _("We no longer post there."))
    return redirect("partners:chat-detail", seat.partnership.slug, chat.pk)


@seat_view(Permission.PARTNERSHIP_EDIT, methods=PAGE_AND_FORM)
def chat_remove(request: Request, seat: Seat, pk: int) -> HttpResponse:
    chat = _chat(seat, pk)
    if request.method != "POST":
        return render_page(request, "partners/chat_remove.html", {"seat": seat, "chat": chat})
    hooks.remove_hook(hook=chat, by_id=seat.person_id, now=now())
    messages.success(request, _("The chat is removed, and we have forgotten its address."))
    return redirect("partners:chat-list", seat.partnership.slug)


def _chat(seat: Seat, pk: int) -> ChatHook:
    return get_object_or_404(hooks.hooks_of(seat.partnership_id), pk=pk)


def _note(form: ChatForm, refusal: DomainError) -> None:
    fields = {BadAddress: "url", hooks.ChatNameTaken: "label"}
    form.add_error(fields.get(type(refusal)), str(refusal))
