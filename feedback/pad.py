"""The sector of an answer, unreadable while the window is open.

In the bag a sector stands beside its answer under a one-time pad: the HMAC of the answer's key under our server's key.
The same answer always gets the same bytes, a person without a sector gets as many as the others, and whoever holds the
database alone reads nothing. The server's key protects the sector only: it takes no part in joining links and answers.
"""

from django.conf import settings
from django.utils.crypto import salted_hmac

from partners.choices import Sector

WIDTH = 20  # bytes; no sector is longer, and nothing else decodes to one by chance
SALT = "feedback.sector"


def padded(sector: str, *, key: str) -> str:
    """The sector, or its absence, as the bag holds it beside the answer with this key."""
    return _under(settings.SECRET_KEY, key, sector.encode().ljust(WIDTH, b"\0")).hex()


def unpadded(text: str, *, key: str) -> str:
    """What was padded; nothing when the server's key was replaced without keeping the old one among its fallbacks."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        plain = _under(secret, key, bytes.fromhex(text)).rstrip(b"\0").decode(errors="replace")
        if plain in Sector.values:
            return plain
    return ""


def _under(secret: str, key: str, content: bytes) -> bytes:
    pad = salted_hmac(SALT, key, secret=secret, algorithm="sha256").digest()
    return bytes(one ^ other for one, other in zip(content, pad[:WIDTH], strict=True))
