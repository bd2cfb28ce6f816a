"""allauth as this product uses it: closed sign-up, mails through the outbox, limits from the database, plain words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from core import limits
from core.clock import now
from core.http import client_address
from core.texts import StrOrPromise
from notifications.account_mails import LOGIN_CODE, PASSWORD_RESET
from notifications.services import Draft, enqueue

# allauth names its mails by template; a mail to an unknown address is asked for so that it costs the same time.
KINDS: Mapping[str, str] = {
    "account/email/login_code": LOGIN_CODE,
    "account/email/password_reset_key": PASSWORD_RESET,
    "account/email/unknown_account": LOGIN_CODE,
}
LIMITS: Mapping[str, limits.Limit] = {
    LOGIN_CODE: limits.CODE_PER_ACCOUNT,
    PASSWORD_RESET: limits.RESET_PER_ACCOUNT,
}
LASTS: Mapping[str, timedelta] = {
    LOGIN_CODE: timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
    PASSWORD_RESET: timedelta(hours=1),
}
SAID: Mapping[str, StrOrPromise] = {
    "account/messages/password_changed.txt": _("Your new password is saved."),
    "account/messages/password_set.txt": _("Your password is saved."),
}
NOBODY = 0


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: people come in by an invitation to a seat."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. Ask your coordinator."),
        "email_password_mismatch": _(
            "This e-mail and password do not belong together. Try again, or ask for a code by mail."
        ),
        "enter_current_password": _("This is not the password you have now. Please type it again."),
        "incorrect_code": _("This is not the code we sent. Look at the newest mail and type it again."),
        "incorrect_password": _("This is not your password. Please type it again."),
        "too_many_login_attempts": _("That code is used up. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        return False

    def is_ajax(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        """Answer with pages only; there is no script that asks for anything else."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """After signing in people stay on this site, whatever Host the request claims."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 -- allauth's signature
        return reverse("accounts:profile")

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Put the mail into the outbox, counting it against the limits of the account and of the visitor's address.

        For an unknown address the same statements run and the message is taken back, so that neither the page nor the
        time it takes tells who has an account.
        """
        kind = self._kind(template_prefix)
        at = now()
        person = Person.objects.reachable().filter(email=Person.objects.normalize_email(email)).first()
        person_id = person.pk if person else NOBODY
        draft = Draft(
            key=f"{kind}:{person_id}:{at:%Y%m%d%H%M%S%f}",
            kind=kind,
            recipient_id=person_id,
            due_at=at,
            expires_at=at + LASTS[kind],
            secret=str(context.get("code", "")),
        )
        with transaction.atomic():
            limits.spend(LIMITS[kind], email, now=at)
            limits.spend(limits.MAIL_PER_ADDRESS, client_address(self.request), now=at)
            with transaction.atomic():
                enqueue([draft], now=at)
                if person is None:
                    transaction.set_rollback(True)

    def _kind(self, template_prefix: str) -> str:
        """Find the kind of a mail; one to an unknown address counts as what the page would have sent."""
        is_reset = self.request.resolver_match.url_name == "account_reset_password"
        return PASSWORD_RESET if is_reset else KINDS[template_prefix]

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002 -- allauth's signature
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what somebody needs to know, in our words; "you have signed in" is plain to see."""
        said = message or SAID.get(message_template or "")
        if said:
            messages.add_message(request, level, str(said), extra_tags=extra_tags)
