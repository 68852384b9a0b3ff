"""Addresses that a webhook may go to: those of the public internet, so that nobody reaches into our own network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Resolve = Callable[[str, int], Sequence[str]]
Allow = Callable[[str], bool]

_METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Public by number, and answered by a cloud's own host: Azure's. The others' are link-local, private or shared."""

_CARRIERS = (
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
)
"""NAT64, 6to4 and Teredo carry an IPv4 address inside."""


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, and no gateway to another.

    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False, False)
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return _is_public(address.ipv4_mapped)
        if any(address in network for network in _CARRIERS):
            return False
    return _is_public(address)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system finds them. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved and address not in _METADATA
