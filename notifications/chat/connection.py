"""The only code that opens a connection to an address somebody typed.

The name is resolved once, every address it resolves to is looked at, and the connection goes to one of those: a name
that answers differently the second time leads nowhere. Redirects are not followed, the body of the answer is not read,
and everything together ends after ``PATIENCE`` seconds.
"""

import re
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from notifications.chat.addresses import AddressRefused, ChatAddress, is_allowed, may_connect_to
from notifications.chat.models import ChatTrouble

PATIENCE = 10.0
LONGEST_HEAD = 16_384
MOST_ADDRESSES = 3
MOST_INTERIM_ANSWERS = 5
NOT_UNDERSTOOD = gettext_noop("The chat’s answer is not one we understand.")
_HEAD_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r\n)")
_RETRY_AFTER = re.compile(rb"\r\nretry-after:[ \t]*([^\r\n]{1,40})", re.IGNORECASE)


class ChatUnavailable(Exception):
    """Nobody answers there now, or nobody we trust. Its words name no address."""


@dataclass(frozen=True)
class Answer:
    """What the chat said: a status, and how long it asks us to wait."""

    status: int
    retry_after: str = ""

    def wait(self, *, now: datetime) -> timedelta | None:
        """Seconds or a date, as RFC 9110 has it; None when it asks for nothing we understand."""
        if self.retry_after.isascii() and self.retry_after.replace(".", "", 1).isdigit():
            return timedelta(seconds=min(float(self.retry_after), 86_400))
        try:
            until = parsedate_to_datetime(self.retry_after)
            return max(until - now, timedelta(0))
        except (TypeError, ValueError):  # no date, or one without a zone
            return None


def post(address: ChatAddress, body: bytes) -> Answer:
    """Hand ``body`` over as JSON. Raises AddressRefused for good, ChatUnavailable for now."""
    if not is_allowed(address):
        raise AddressRefused(ChatTrouble.NOT_ALLOWED)
    deadline = time.monotonic() + PATIENCE
    try:
        with _connect(address, deadline) as plain, _encrypt(plain, address, deadline) as connection:
            connection.settimeout(_left(deadline))
            connection.sendall(_request(address, body))
            return _read_answer(connection, deadline)
    except ssl.SSLCertVerificationError as error:
        raise ChatUnavailable(gettext_noop("The certificate of the chat’s host is not valid.")) from error
    except TimeoutError as error:
        raise ChatUnavailable(gettext_noop("The chat did not answer in time.")) from error
    except OSError as error:
        raise ChatUnavailable(gettext_noop("The connection to the chat broke.")) from error


def _connect(address: ChatAddress, deadline: float) -> socket.socket:
    """A connection to the first address that takes one, out of those looked at here."""
    trouble: OSError = TimeoutError()
    for family, place in _resolve(address)[:MOST_ADDRESSES]:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(_left(deadline))
            connection.connect(place)
        except OSError as error:
            connection.close()
            trouble = error
        else:
            return connection
    raise trouble


def _resolve(address: ChatAddress) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ChatUnavailable(gettext_noop("The name of the chat’s host is not known.")) from error
    if not all(may_connect_to(str(place[0])) for *_others, place in found):
        raise AddressRefused(ChatTrouble.PRIVATE)
    return [(family, place) for family, _type, _protocol, _name, place in found]


def _encrypt(connection: socket.socket, address: ChatAddress, deadline: float) -> ssl.SSLSocket:
    connection.settimeout(_left(deadline))
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context.wrap_socket(connection, server_hostname=address.host)


def _request(address: ChatAddress, body: bytes) -> bytes:
    lines = (
        f"POST {address.target} HTTP/1.1",
        f"Host: {address.place}",
        f"User-Agent: CommonThread (+{settings.SITE_URL})",
        "Accept: */*",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join(lines).encode("ascii") + _HEAD_END + body


def _read_answer(connection: ssl.SSLSocket, deadline: float) -> Answer:
    """The head of the final answer; interim ones, as 103 is, are read over."""
    held = b""
    for _interim in range(MOST_INTERIM_ANSWERS):
        while _HEAD_END not in held:
            connection.settimeout(_left(deadline))
            received = connection.recv(4096)
            held += received
            if not received or len(held) > LONGEST_HEAD:
                raise ChatUnavailable(NOT_UNDERSTOOD)
        head, _end, held = held.partition(_HEAD_END)
        status = _STATUS.match(head + b"\r\n")
        if status is None:
            raise ChatUnavailable(NOT_UNDERSTOOD)
        if not status[1].startswith(b"1"):
            asked = _RETRY_AFTER.search(head)
            return Answer(int(status[1]), asked[1].decode("latin-1").strip() if asked else "")
    raise ChatUnavailable(NOT_UNDERSTOOD)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
