"""Which addresses may be posted to. Each way around the list that people know of is tried."""

import re

import pytest
from hypothesis import given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from notifications.chat.addresses import BadAddress, is_allowed, may_connect_to, read_address


def test_an_address_is_read_as_the_chat_shows_it():
    slack = read_address(" https://Hooks.Slack.com/services/T0/B0/xYz?wait=true&a=%20 \n")
    own = read_address("https://chat.example.org:8443/hooks/abc")

    assert (slack.host, slack.port, slack.target) == ("hooks.slack.com", 443, "/services/T0/B0/xYz?wait=true&a=%20")
    assert (slack.place, own.place) == ("hooks.slack.com", "chat.example.org:8443")


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.slack.com/x", "http://hooks.slack.com/x", "ftp://hooks.slack.com/x", "//hooks.slack.com/x",
        "file:///etc/passwd", "https://", "https:///x", "https://hooks.slack.com", "https://hooks.slack.com/",
        "https://robin:secret@hooks.slack.com/x", "https://robin@hooks.slack.com/x", "https://hooks.slack.com@evil.example/x",
        "https://hooks.slack.com\\@evil.example/x", "https://hooks.slack.com#@evil.example/x", "https://hooks.slack.com?@evil.example/x",
        "https://hooks.slack.com:0x1bb/x", "https://hooks.slack.com:99999/x", "https://hooks.slack.com:44 3/x",
        "https://hooks.slack.com/x y", "https://hooks.slack.com/x\r\nHost: evil.example", "https://hooks.slack.com/x\ty",
        "https://hooks.slack.com/x\x00", "https://hooks.slack.com/é", "https://hooks。slack.com/x", "https://ⓗooks.slack.com/x",
        "https://hooks.slack.com/x#part", "https://[::1/x", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x",
        "https://hooks.slack.com:/x", "https://hooks.slack.com:0/x", "https://hooks.slack.com:000443/x",
        f"https://hooks.slack.com/{'x' * 1000}",
    ],
)  # fmt: skip
def test_whatever_is_not_plainly_an_address_is_refused(url):
    with pytest.raises(BadAddress):
        read_address(url)


PIECES = st.sampled_from([
    "https://", "HTTPS://", "//", "/", "\\", "@", ":", "#", "?", "hooks.slack.com", "evil.example", "[::1]", ".", "%00",
    "%0d%0a", "\r\n", "\t", " ", "é", "。", "443", "Host: x", "x",
])  # fmt: skip


@fuzz(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_put_together_leads_to_the_host_it_is_read_as(url):
    """Either it is refused, or every program reads the same host and the request stays one line."""
    try:
        address = read_address(url)
    except BadAddress:
        return
    place = re.split(r"[/\\?#]", url.strip()[len("https://") :].lstrip("/\\"))[0]  # as browsers read it
    host = place.rpartition("@")[2].lower().removesuffix(":443")
    assert host == address.place
    assert address.target.isascii()
    assert address.target.isprintable()
    assert " " not in address.target


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://hooks.slack.com/x", True),
        ("https://HOOKS.slack.com:443/x", True),
        ("https://hooks.slack.com:8443/x", False),
        ("https://hooks.slack.com./x", False),
        ("https://evil-hooks.slack.com/x", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://prod-12.westeurope.logic.azure.com/x", True),
        ("https://evillogic.azure.com/x", False),
        ("https://logic.azure.com/x", False),
        ("https://chat.example.org:8443/x", True),
        ("https://chat.example.org/x", False),
        ("https://127.0.0.1/x", False),
        ("https://2130706433/x", False),
        ("https://0x7f.1/x", False),
    ],
)
def test_only_hosts_that_the_operators_named(settings, url, is_fine):
    settings.CHAT_HOSTS = ["hooks.slack.com", ".logic.azure.com", "Chat.example.org:8443"]

    assert is_allowed(read_address(url)) is is_fine


def test_without_a_list_there_is_no_host(settings):
    for hosts in ([], [""], [":443"]):
        settings.CHAT_HOSTS = hosts
        assert not is_allowed(read_address("https://hooks.slack.com/x"))


PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:53aa:64c::1",
]  # fmt: skip
PUBLIC = ["3.5.140.2", "162.159.128.233", "2606:4700::6810:1", "2a00:1450:4001::200e", "::ffff:8.8.8.8"]


@pytest.mark.parametrize(("address", "is_fine"), [(a, False) for a in PRIVATE] + [(a, True) for a in PUBLIC])
def test_private_addresses_are_never_connected_to_under_whatever_disguise(address, is_fine):
    assert may_connect_to(address) is is_fine


def test_a_private_network_that_the_operators_named_is_allowed_and_no_other(settings):
    settings.CHAT_PRIVATE_NETWORKS = ["10.1.2.0/24", "fd12::/16"]

    assert [may_connect_to(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd12::7")] == [True] * 3
    assert [may_connect_to(one) for one in ("10.1.3.3", "127.0.0.1", "fd13::7")] == [False] * 3
