"""The link under every mail that stops mails of its kind: who holds it may do just that, without signing in."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hmac import compare_digest

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from core.http import absolute_url

_PROOF_BYTES = 32


@dataclass(frozen=True)
class Subscription:
    """One kind of mail to one person."""

    person_id: int
    kind: str


def unsubscribe_url(subscription: Subscription) -> str:
    return absolute_url(reverse("notifications:unsubscribe", args=[write_token(subscription)]))


def write_token(subscription: Subscription) -> str:
    """A proof of 256 bits and what it proves, as one piece that logs recognise and hide."""
    content = f"{subscription.person_id}:{subscription.kind}".encode()
    return urlsafe_b64encode(_proof(content, settings.SECRET_KEY) + content).decode().rstrip("=")


def read_token(token: str) -> Subscription | None:
    """What a token stands for, or None when it was not written by us."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        proof, content = raw[:_PROOF_BYTES], raw[_PROOF_BYTES:]
        if not any(compare_digest(proof, _proof(content, key)) for key in _keys()):
            return None
        person_id, _, kind = content.decode().partition(":")
        return Subscription(int(person_id), kind)
    except ValueError:
        return None


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _proof(content: bytes, key: str) -> bytes:
    return salted_hmac("notifications.unsubscribe", content, secret=key, algorithm="sha256").digest()
