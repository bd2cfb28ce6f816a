"""Which addresses may be posted to: only https, only hosts that the operators named, and never a private network."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError
from notifications.chat.models import ChatTrouble

HTTPS = 443
HIGHEST_PORT = 65_535
LONGEST = 1000
# Letters, digits and what RFC 3986 allows beside them: neither blanks nor line breaks, so that nothing can be added to
# the request, and neither "@" nor "\" before the path, where programs disagree about which part is the host.
_ADDRESS = re.compile(
    r"(?i:https)://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[1-9][0-9]{1,4}))?"
    r"(?P<target>/[A-Za-z0-9._~%!$&'()*+,;=:@/?-]+)"
)
# What ``is_global`` lets pass and is no host on the internet: protocol assignments, and IPv4 addresses in disguise.
_NEVER = tuple(map(ip_network, ("192.0.0.0/24", "2001::/23", "2002::/16")))
_UNICAST = ip_network("2000::/3")

Address = IPv4Address | IPv6Address


class BadAddress(DomainError):
    """An address we would not post to; the sentence says what to change."""


class AddressRefused(Exception):
    """An address that was fine when it was entered and is not any more."""

    def __init__(self, trouble: ChatTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class ChatAddress:
    """Where to connect and what to ask for there. ``target`` is the secret part."""

    host: str
    port: int
    target: str

    @property
    def place(self) -> str:
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


def read_address(url: str) -> ChatAddress:
    """The parts of an address as the chat shows it; raises BadAddress for whatever is not plainly one."""
    url = url.strip()
    if not url.lower().startswith("https://"):
        raise BadAddress(_("The address has to begin with https://"))
    found = _ADDRESS.fullmatch(url) if len(url) <= LONGEST else None
    if found is None or int(found["port"] or HTTPS) > HIGHEST_PORT:
        raise BadAddress(_("This is not the address of a webhook. Copy it from the chat just as it stands there."))
    return ChatAddress(host=found["host"].lower(), port=int(found["port"] or HTTPS), target=found["target"])


def refuse_unless_allowed(address: ChatAddress) -> None:
    """The sentence for whoever enters the address."""
    if not is_allowed(address):
        raise BadAddress(
            _("The operators of this site do not allow posts to %(host)s. Ask them to add it.")
            % {"host": address.place}
        )


def is_allowed(address: ChatAddress) -> bool:
    """Whether ``CHAT_HOSTS`` names this host; ``.example.org`` stands for every host below it, ``:8443`` for a port."""
    for allowed in settings.CHAT_HOSTS:
        host, _colon, port = allowed.lower().partition(":")
        fits = address.host.endswith(host) if host.startswith(".") else address.host == host
        if host and fits and address.port == (int(port) if port.isdigit() else HTTPS):
            return True
    return False


def may_connect_to(text: str) -> bool:
    """Whether a resolved address is a public one, or in a network that ``CHAT_PRIVATE_NETWORKS`` names."""
    address = _plain(ip_address(text))
    if any(address in ip_network(network) for network in settings.CHAT_PRIVATE_NETWORKS):
        return True
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)


def _plain(address: Address) -> Address:
    """``::ffff:10.0.0.1`` is 10.0.0.1."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
