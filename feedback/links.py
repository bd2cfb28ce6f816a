"""Links: who may answer a window. A token exists in one mail only; we keep an image of it beside the invitation.

The answer's own image, which must never meet this one, is the business of ``feedback.sealed``.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import CharField, DateTimeField
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.prepared import Given, Prepared
from feedback.choices import Mode
from feedback.models import FeedbackWindow, InvitationToken

TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # 256 bits in the URL alphabet
LIVE_TOKENS = 5
INVITATION_IMAGE = "common-thread feedback invitation 1:"


class LinkIsOver(DomainError):
    """Unknown, malformed, expired or closed: whoever holds the link learns no more than that."""


@dataclass(frozen=True)
class Asked:
    """What a link leads to: which meeting, until when, in which form. Nothing about who holds the link."""

    form_version: str
    mode: str
    own_en: str | None
    own_fr: str | None
    invited: int
    closes_at: datetime
    meeting: str
    met_at: datetime
    partnership_id: int
    partnership: str
    zone: str
    language: str

    @property
    def with_names(self) -> bool:
        return self.mode == Mode.NAMED

    def own(self, language: str) -> str:
        """The partnership's own statement, where it has one."""
        return (self.own_fr if language == "fr" else self.own_en) or ""


ASKED = (
    "form_version",
    "mode",
    "own_question__text_en",
    "own_question__text_fr",
    "invited_count",
    "closes_at",
    "meeting__title",
    "meeting__starts_at",
    "meeting__partnership_id",
    "meeting__partnership__name",
    "meeting__partnership__time_zone",
    "meeting__partnership__language",
)


@dataclass(frozen=True)
class Receipt:
    """What the thank-you page tells: nothing that was answered."""

    asked: Asked
    answered: int


def mint_token(*, invitation_id: int) -> str:
    """A new link for this invitation. Call it when the mail is written: the token is kept nowhere else.

    At most LIVE_TOKENS stay valid; the oldest makes room.
    """
    token = token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        InvitationToken.objects.create(invitation_id=invitation_id, verifier=verifier_of(token))
        live = InvitationToken.objects.filter(invitation_id=invitation_id).order_by("-pk").values_list("pk", flat=True)
        InvitationToken.objects.filter(pk__in=list(live)[LIVE_TOKENS:]).delete()
    return token


def discard_token(token: str) -> None:
    """Forget a link whose mail certainly did not go out."""
    InvitationToken.objects.filter(verifier=verifier_of(token)).delete()


def discard_all(*, window_id: int) -> None:
    """No link leads to a window any more."""
    InvitationToken.objects.filter(invitation__window_id=window_id).delete()


def window_behind(token: str, *, now: datetime) -> Asked:
    """The open window this link leads to; LinkIsOver for anything else."""
    for row in _WINDOW_BEHIND.rows(verifier=verifier_of(token), now=now):
        return Asked(*row)
    raise over()


_WINDOW_BEHIND = Prepared(
    lambda: (
        FeedbackWindow.objects.open()
        .filter(
            closes_at__gt=Given("now", DateTimeField()), invitations__tokens__verifier=Given("verifier", CharField())
        )
        .values_list(*ASKED)[:1]
    )
)


def over() -> LinkIsOver:
    return LinkIsOver(_("This link does not work any more."))


def verifier_of(token: str) -> str:
    return image(INVITATION_IMAGE, token)


def image(domain: str, token: str) -> str:
    return sha256(f"{domain}{token}".encode()).hexdigest()
