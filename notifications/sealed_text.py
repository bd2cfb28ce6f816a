"""Text that waits in the database encrypted, under keys derived from ``SECRET_KEY`` and its fallbacks."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str) -> str:
    """Encrypt; nothing stays nothing."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The text again; raises ``cryptography.fernet.InvalidToken`` when it was sealed under a key we no longer have."""
    return _box().decrypt(sealed.encode()).decode() if sealed else ""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derived(key: str) -> bytes:
    return urlsafe_b64encode(salted_hmac("notifications.sealed_text", "", secret=key, algorithm="sha256").digest())
