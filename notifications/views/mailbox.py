"""The mails of a development installation. These pages exist only with DEBUG and ``EMAIL_URL=mailbox://``."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse

from core.access import public
from core.http import Request, render_page
from notifications import mailbox
from notifications.mailbox import StoredMail

PER_PAGE = 50
# A mail brings its own styles and nothing else: no scripts, no forms, no pictures from elsewhere.
MAIL_POLICY = (
    "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'"
)


def in_development(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def enter(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEBUG and settings.EMAIL_URL.startswith("mailbox:")):
            raise Http404
        return view(request, *args, **kwargs)

    return enter


@public()
@in_development
def mail_list(request: Request) -> HttpResponse:
    page = Paginator(mailbox.stored_files(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "mails": mailbox.read_all(page.object_list)}
    return render_page(request, "notifications/mail_list.html", context)


@public()
@in_development
def mail_detail(request: Request, name: str) -> HttpResponse:
    return render_page(request, "notifications/mail_detail.html", {"mail": _mail(name)})


@public()
@in_development
def mail_as_sent(_request: Request, name: str) -> HttpResponse:
    return HttpResponse(_mail(name).html, headers={"Content-Security-Policy": MAIL_POLICY})


@public()
@in_development
def mail_attachment(_request: Request, name: str, number: int) -> HttpResponse:
    attachments = _mail(name).attachments
    if number >= len(attachments):
        raise Http404
    attachment = attachments[number]
    response = HttpResponse(attachment.content, content_type="application/octet-stream")
    safe_name = "".join(letter for letter in attachment.name if letter.isalnum() or letter in "-_.")
    response["Content-Disposition"] = f'attachment; filename="{safe_name or "attachment"}"'
    return response


def _mail(name: str) -> StoredMail:
    mail = mailbox.find(name)
    if mail is None:
        raise Http404
    return mail
