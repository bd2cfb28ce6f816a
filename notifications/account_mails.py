"""Mails that somebody asks for at the door: a code for signing in, a link for a new password."""

from datetime import datetime

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.http import int_to_base36
from django.utils.translation import gettext_lazy as _

from core.http import absolute_url
from notifications.models import Message
from notifications.registry import Letter, MailKind
from notifications.sealed_text import unseal

LOGIN_CODE = "login_code"
PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of a mail
AT_ONCE = 10


def _compose_code(message: Message, _now: datetime) -> Letter:
    return Letter({"code": unseal(message.secret)})


def _compose_reset(message: Message, _now: datetime) -> Letter:
    """Mint the link while sending, so that it is stored nowhere; it stops working once a password is set."""
    person = message.person
    link = {"uidb36": int_to_base36(person.pk), "key": default_token_generator.make_token(person)}
    return Letter({"reset_url": absolute_url(reverse("account_reset_password_from_key", kwargs=link))})


def _code_is_still_there(message: Message, now: datetime) -> bool:
    """A code given up once is gone: whoever needs one asks for a new one."""
    return bool(message.secret) and _may_sign_in(message, now)


def _may_sign_in(message: Message, _now: datetime) -> bool:
    return message.person.is_active


ACCOUNT_KINDS = (
    MailKind(
        name=LOGIN_CODE,
        template="login_code",
        description=_("Codes for signing in"),
        compose=_compose_code,
        still_wanted=_code_is_still_there,
        who=_("Who asks for a code to sign in"),
        when=_("At once, whatever the hour"),
        sample=lambda: Letter({"code": "W7KQ-2M4D"}),
        offers_unsubscribe=False,
        priority=AT_ONCE,
    ),
    MailKind(
        name=PASSWORD_RESET,
        template="password_reset",
        description=_("Links for a new password"),
        compose=_compose_reset,
        still_wanted=_may_sign_in,
        who=_("Who asks for a new password"),
        when=_("At once, whatever the hour"),
        sample=lambda: Letter({"reset_url": absolute_url("/account/password/reset/")}),
        offers_unsubscribe=False,
        priority=AT_ONCE,
    ),
)
