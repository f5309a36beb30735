"""Which addresses may be fetched from: those that anybody on the internet can reach, and no other.

What a stranger writes on chain must not make this machine ask its own network for anything.
"""

import ipaddress
import socket
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Public ways into a private network: an IPv6 address that stands for an IPv4 one.
_TRANSLATED = (
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)


class AddressRefused(Exception):
    """The host leads to an address that is not for everybody."""


class Allowance:
    """Addresses open to all, and what the settings allow besides: hosts, or networks by CIDR."""

    def __init__(self, allowed: Sequence[str] = (), setting: str = "OGCR_FETCH_ALLOW") -> None:
        self._setting = setting
        self._hosts = {entry.lower() for entry in allowed}
        self._networks = [net for net in map(_network, allowed) if net is not None]

    def resolve(self, host: str, port: int) -> str:
        """The address to connect to; the very one that was judged, so that DNS cannot change it.

        Raises `AddressRefused` when any of the host's addresses is not allowed, OSError when the
        host has none.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
        refused = [address for address in addresses if not self.permits(host, address)]
        if refused or not addresses:
            raise AddressRefused(
                f"{host} leads to {refused[0] if refused else 'no address'}, which is no address "
                f"on the internet; an operator can allow it with {self._setting}"
            )
        return str(addresses[0])

    def permits(self, host: str, address: Address) -> bool:
        """True for an address of the internet, or one that the settings allow."""
        if host.lower().rstrip(".") in self._hosts:
            return True
        if any(address in network for network in self._networks):
            return True
        return is_public(address)


def is_public(address: Address) -> bool:
    """True when the address is for everybody: not private, loopback, link-local, and so on."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    for network, shift in _TRANSLATED:
        if address in network and int(address) > 1:
            return ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address.teredo[1] if address.teredo else None


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None
