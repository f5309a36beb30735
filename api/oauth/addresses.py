"""Addresses: which places an authorization response may be sent to, and when two are the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

#: Printable ASCII without blanks, and without what browsers read differently: \ ^ ` { | } " < >
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,500}")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")

SENTENCE = (
    "Give an https address, http://127.0.0.1/… or http://[::1]/… for a program on the user's "
    "machine (any port), or a private scheme like com.example.app:/…; without user name and "
    "fragment, and written out: no star stands for anything."
)


def is_safe_address(address: str) -> bool:
    """True for https, and for http that does not leave the machine."""
    parts = _split(address)
    if parts is None or not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_loopback(host: str) -> bool:
    """True for a name or address of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may_be_registered(address: str) -> bool:
    """True when a client may ask for its answers there (RFC 6749, 3.1.2; RFC 8252, 7)."""
    parts = _split(address)
    if parts is None or "#" in address or "*" in address or "@" in parts.netloc:
        return False
    if any(step in (".", "..") for step in parts.path.split("/")):
        return False
    if _PRIVATE_SCHEME.fullmatch(parts.scheme):
        return not parts.netloc and parts.path.startswith("/")
    return is_safe_address(address)


def is_registered(address: str, registered: Iterable[str]) -> bool:
    """True when the address is a registered one, letter by letter (RFC 9700, 4.1.3).

    Of `http://127.0.0.1` and `http://[::1]` the port is free, since a program takes the one that
    it gets (RFC 8252, 7.3).
    """
    return any(address == one or _on_another_port(address, one) for one in registered)


def shown_host(address: str) -> str:
    """Where the answer goes, as a person is told."""
    parts = urlsplit(address)
    return parts.netloc or f"{parts.scheme}:"


def _on_another_port(address: str, registered: str) -> bool:
    asked, known = _split(address), _split(registered)
    if asked is None or known is None or known.hostname not in ("127.0.0.1", "::1"):
        return False
    if known.scheme != "http" or "@" in asked.netloc or "#" in address:
        return False
    return _without_port(asked) == _without_port(known)


def _without_port(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return parts._replace(netloc=host).geturl()


def _split(address: str) -> SplitResult | None:
    if not _PLAIN.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
        # Reading the port is what finds a wrong one.
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None
