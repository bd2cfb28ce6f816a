"""From a message row to a mail: its words in the recipient's language and time zone, its headers safe."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from core.http import absolute_url
from notifications.links import Subscription, unsubscribe_url
from notifications.models import Message
from notifications.registry import Letter, MailKind
from notifications.services import mail_domain

WHOLE, PART = "emails/base", "emails/part"
MAX_NAME = 70
MAX_SUBJECT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class OutgoingMail(EmailMultiAlternatives):
    """A mail that knows what to take back when it certainly did not go out."""

    take_back: Callable[[], object]


def write_mail(message: Message, kind: MailKind, *, now: datetime) -> OutgoingMail:
    """The whole mail, ready to hand over. May mint tokens, so it runs once per attempt and outside any transaction."""
    person = message.person
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        letter = kind.compose(message, now)
        stop_url = ""
        if kind.offers_unsubscribe:
            stop_url = unsubscribe_url(Subscription(person.pk, kind.name))
        words = render_words(kind, letter, recipient=person, stop_url=stop_url)
    mail = OutgoingMail(
        subject=words["subject"],
        body=words["text"],
        from_email=_sender(letter),
        to=[formataddr((one_line(person.name, for_address=True), str(person.email)))],
        headers=_headers(message, kind, now=now, stop_url=stop_url),
    )
    mail.take_back = letter.take_back
    # Quoted-printable is plain ASCII on the wire: it survives servers that know nothing of 8 bits.
    mail.encoding = _quoted_printable()
    mail.attach_alternative(words["html"], "text/html")
    for attachment in letter.attachments:
        if attachment.mime_type.startswith("text/calendar"):
            mail.attach_alternative(attachment.content, attachment.mime_type)  # some programs look only here
        mail.attach(attachment.name, attachment.content, attachment.mime_type)
    return mail


def render_words(kind: MailKind, letter: Letter, *, recipient: Any, stop_url: str) -> dict[str, str]:
    """Subject, plain text and HTML with its styles inlined, in the active language."""
    context = {
        "layout": WHOLE,
        "recipient": recipient,
        "site_url": settings.SITE_URL,
        "mail_description": kind.description,
        "unsubscribe_url": stop_url,
        "preferences_url": absolute_url(reverse("notifications:preferences")),
        **letter.context,
    }
    subject = one_line(_render_plain(f"emails/{kind.template}.subject.txt", context))[:MAX_SUBJECT]
    context["subject"] = subject
    text = _BLANK_LINES.sub("\n\n", _render_plain(f"emails/{kind.template}.txt", context)).strip() + "\n"
    html = _inliner.inline(render_to_string(f"emails/{kind.template}.html", context))
    return {"subject": subject, "text": text, "html": html}


@dataclass(frozen=True)
class Part:
    """One message within a mail made of several."""

    subject: str
    text: str
    html: str
    from_name: str


def part_of(kind: MailKind, letter: Letter, *, recipient: Any) -> Part:
    """The same words as in a mail of its own, without its frame."""
    context = {"layout": PART, "recipient": recipient, "site_url": settings.SITE_URL, **letter.context}
    context["subject"] = subject = one_line(_render_plain(f"emails/{kind.template}.subject.txt", context))
    return Part(
        subject=subject,
        text=_BLANK_LINES.sub("\n\n", _render_plain(f"emails/{kind.template}.txt", context)).strip(),
        html=render_to_string(f"emails/{kind.template}.html", context),
        from_name=letter.from_name,
    )


def one_line(text: str, *, for_address: bool = False) -> str:
    """Text fit for a mail header: no line breaks, no control or direction characters.

    In the name before an address nothing may read as another address either.
    """
    plain = _CONTROL.sub(" ", text)
    if for_address:
        plain = re.sub(r'[@:;,"<>()\[\]\\]', " ", plain)[:MAX_NAME]
    return " ".join(plain.split())


def _render_plain(template: str, context: dict[str, Any]) -> str:
    """Plain text knows no markup, so nothing is escaped."""
    return str(get_template(template).template.render(Context(context, autoescape=False)))  # type: ignore[attr-defined]


def _sender(letter: Letter) -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(letter.from_name, for_address=True) or name, address))


def _headers(message: Message, kind: MailKind, *, now: datetime, stop_url: str) -> dict[str, str]:
    headers = {
        "Message-ID": message.message_id,
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<{re.sub(r'[^a-z0-9_]+', '-', kind.name.lower()).strip('-')}.{mail_domain()}>",
    }
    if stop_url:
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _quoted_printable() -> Charset:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return charset
