"""Whether the chain runs the code of this build, behind every proxy."""

from __future__ import annotations

from collections.abc import Iterator

from ape import networks

from scripts.building.code import runtime_code, without_metadata
from scripts.building.compilation import Compilation
from scripts.checking.finding import Finding, compare
from scripts.deployment import Registry, immutables_of
from scripts.slots import erc1967, erc7201, word

_LOCKED = 2**64 - 1


def check_code(registry: Registry, build: Compilation) -> Iterator[Finding]:
    """Compare proxies, implementations and their slots with the build, byte for byte."""
    for name, placed in registry.placements.items():
        if placed.address == placed.implementation:
            yield _compared(name, "code", placed.address, _expected(registry, build, name))
            continue
        yield _compared(name, "proxy", placed.address, runtime_code(build, "RegistryProxy", {}))
        yield _compared(name, "code", placed.implementation, _expected(registry, build, name))
        # ERC-1967 knows two more slots by which a proxy could be led elsewhere.
        others = [word(placed.address, erc1967(one)) for one in ("admin", "beacon")]
        yield compare(name, "admin and beacon of the proxy", others, [0, 0])
        version = word(placed.implementation, erc7201("openzeppelin.storage.Initializable"))
        yield compare(name, "initialisers of the code itself", _lock(version & _LOCKED), "locked")


def _expected(registry: Registry, build: Compilation, name: str) -> bytes:
    placed = registry.placements[name]
    values = {"__self": placed.implementation, **immutables_of(registry, name)}
    return runtime_code(build, name, values)


def _compared(name: str, what: str, address: str, expected: bytes) -> Finding:
    held = bytes(networks.provider.get_code(address))
    if held == expected:
        return Finding(name, what, f"{len(held):,} bytes, as built")
    found = f"other code at {address}"
    if not held:
        found = f"no code at {address}"
    elif len(held) == len(expected) and without_metadata(held) == without_metadata(expected):
        found = f"the code at {address} is compiled from sources or settings that differ in words"
    return Finding(name, what, found, f"{name}: {found}, not the {what} of this build.")


def _lock(version: int) -> str:
    return "locked" if version == _LOCKED else f"open (version {version})"
