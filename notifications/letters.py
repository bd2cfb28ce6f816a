"""From a message row to a mail: its words in the recipient's language and time zone, its headers safe."""

import re
from binascii import b2a_qp
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.policy import Compat32
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from secrets import token_hex
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator

from accounts.models import Person
from core.http import absolute_url
from notifications.links import Subscription, unsubscribe_url
from notifications.models import Message
from notifications.registry import Letter, MailKind
from notifications.services import mail_domain

WHOLE, PART = "emails/base", "emails/part"
MAX_NAME = 70
PREVIEW_LENGTH = 140
MAX_SUBJECT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_BREAK = re.compile(r"[\r\n]")
_BLANK_LINES = re.compile(r"\n{3,}")
FOLDED_FROM, LONGEST_LINE = 78, 998
MOST_KEPT = 50
_kept: dict[Hashable, dict[str, str]] = {}
_keeping = Lock()  # a worker with threads dispatches in several
_STOP_HERE = f"https://{token_hex(16)}.invalid/"  # nobody can know it, so nobody can write it into a title
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class OutgoingMail(EmailMultiAlternatives):
    """A mail that knows what to take back when it certainly did not go out, and that is quick to write."""

    take_back: Callable[[], object]
    address: str

    def recipients(self) -> list[Any]:
        """As a pair, which Django's backend need not take apart as it does with a text."""
        return [("", self.address)]

    def message(self) -> Any:
        written = super().message()
        written.policy = _POLICY
        for part in written.walk():
            if part.is_multipart():
                part.set_boundary(token_hex(16))  # else all of the text is searched for the one that is made up
        return written


class _ShortHeadersAsTheyAre(Compat32):
    """Only what is long and has spaces can be folded."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, str) and value.isascii() and not _BREAK.search(value):
            line = f"{name}: {value}"
            if len(line) < FOLDED_FROM or (" " not in value and len(line) < LONGEST_LINE):
                return f"{line}{self.linesep}".encode()
        return bytes(super().fold_binary(name, value))


_POLICY = _ShortHeadersAsTheyAre()


def write_mail(message: Message, kind: MailKind, *, now: datetime) -> OutgoingMail:
    """The whole mail, ready to hand over. May mint tokens, so it runs once per attempt and outside any transaction."""
    person = message.person
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        letter = kind.compose(message, now)
        stop_url = ""
        if kind.offers_unsubscribe:
            stop_url = unsubscribe_url(Subscription(person.pk, kind.name))
        words = _words(kind, letter, recipient=person, stop_url=stop_url)
    mail = OutgoingMail(
        subject=words["subject"],
        body=words["text"],
        from_email=("", _parsed(settings.DEFAULT_FROM_EMAIL)[1]),  # type: ignore[arg-type]
        to=[formataddr((one_line(person.name, for_address=True), str(person.email)))],
        headers={"From": _sender(letter), **_headers(message, kind, now=now, stop_url=stop_url)},
    )
    mail.take_back, mail.address = letter.take_back, str(person.email)
    # Quoted-printable is plain ASCII on the wire: it survives servers that know nothing of 8 bits.
    mail.encoding = _QUOTED_PRINTABLE
    mail.attach_alternative(words["html"], "text/html")
    for attachment in letter.attachments:
        if attachment.mime_type.startswith("text/calendar"):
            mail.attach_alternative(attachment.content, attachment.mime_type)  # some programs look only here
        mail.attach(attachment.name, attachment.content, attachment.mime_type)
    return mail


def _words(kind: MailKind, letter: Letter, *, recipient: Person, stop_url: str) -> dict[str, str]:
    """The words of one mail; those of letters that are alike are kept, and only the link to stop them is put in."""
    if letter.alike is None:
        return render_words(kind, letter, recipient=recipient, stop_url=stop_url)
    key = (kind.name, recipient.language, recipient.time_zone, settings.SITE_URL, letter.alike)
    words = _kept.get(key)
    if words is None:
        # Without a recipient: a template that names one cannot name the wrong one.
        words = render_words(kind, letter, recipient=None, stop_url=stop_url and _STOP_HERE)
        with _keeping:
            _kept[key] = words
            while len(_kept) > MOST_KEPT:
                del _kept[next(iter(_kept))]
    return {name: text.replace(_STOP_HERE, stop_url) for name, text in words.items()}


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
    context["preview"] = _preview(text)
    html = _inliner.inline(render_to_string(f"emails/{kind.template}.html", context))
    return {"subject": subject, "text": text, "html": html}


def _preview(text: str) -> str:
    """What lists of mail show behind the subject: how the text goes on below its heading."""
    _heading, _blank, rest = text.partition("\n\n")
    first, _line, _rest = rest.lstrip("* ").partition("\n")
    return Truncator(first).chars(PREVIEW_LENGTH)


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
    """Text fit for a mail header: no line breaks, no control or direction characters, and none in an encoded word.

    In the name before an address nothing may read as another address either.
    """
    plain = _CONTROL.sub(" ", text).replace("=?", "= ?")
    if for_address:
        plain = re.sub(r'[@:;,"<>()\[\]\\]', " ", plain)[:MAX_NAME]
    return " ".join(plain.split())


def _render_plain(template: str, context: dict[str, Any]) -> str:
    """Plain text knows no markup, so nothing is escaped."""
    return str(get_template(template).template.render(Context(context, autoescape=False)))  # type: ignore[attr-defined]


def _sender(letter: Letter) -> str:
    name, address = _parsed(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(letter.from_name, for_address=True) or name, address))


_parsed = lru_cache(maxsize=2)(parseaddr)


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


class _QuotedPrintable(Charset):
    """UTF-8 as quoted-printable, written in C: the standard library's own takes longer than all else about a mail."""

    def __init__(self) -> None:
        super().__init__("utf-8")
        self.body_encoding = QP

    def body_encode(self, string: Any) -> Any:
        content = string if isinstance(string, bytes) else string.encode()
        return b2a_qp(content, istext=True).decode("ascii")


_QUOTED_PRINTABLE = _QuotedPrintable()
