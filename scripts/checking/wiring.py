"""Whether the contracts are linked to each other as this deployment links them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eth_utils import to_checksum_address

from scripts.checking.finding import Finding, compare
from scripts.deployment import ACCESS, CONTRACTS, Registry
from scripts.slots import erc7201, word


def check_links(registry: Registry, layouts: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare every stored address of another contract with where that contract is."""
    for name in CONTRACTS:
        if name != ACCESS:
            authority = registry[name].authority()
            yield compare(name, "access control", _named(registry, authority), ACCESS)
        for label, place in _links(layouts[name]):
            held = _address(word(registry.placements[name].address, place))
            found = _named(registry, held)
            known = found in registry.placements
            difference = "" if known else f"{name}: {label} leads to {held}, no contract of ours."
            yield Finding(name, f"link to {label}", found, difference)
        paused = name != ACCESS and registry[name].paused()
        yield Finding(name, "pause", "paused" if paused else "running")


def _links(layout: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Name and slot of each member that holds a contract, in namespaces of ours."""
    for namespace, members in layout["namespaces"].items():
        identifier = namespace.removeprefix("erc7201:")
        if not identifier.startswith("ogcr."):
            continue
        for member in members:
            if member["type"].startswith("t_contract("):
                yield member["label"], erc7201(identifier) + int(member["slot"])


def _address(stored: int) -> str:
    return to_checksum_address(f"0x{stored & (1 << 160) - 1:040x}")


def _named(registry: Registry, address: str) -> str:
    placed = registry.placements.items()
    return next((n for n, p in placed if p.address.lower() == address.lower()), address)
