"""Whether the chain runs the code of this build, behind every proxy."""

from __future__ import annotations

from collections.abc import Iterator

from ape import networks
from eth_typing import HexStr
from eth_utils import keccak, to_bytes, to_checksum_address

from scripts.building.code import runtime_code, without_metadata
from scripts.building.compilation import Compilation
from scripts.checking.finding import Finding, compare
from scripts.deployment import FORWARDER, Registry
from scripts.slots import erc1967, erc7201, word

_LOCKED = 2**64 - 1
_DOMAIN = keccak(
    text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)


def check_code(registry: Registry, build: Compilation) -> Iterator[Finding]:
    """Compare proxies, implementations and their slots with the build, byte for byte."""
    for name, placed in registry.placements.items():
        if name == FORWARDER:
            yield _compared(name, "code", placed.address, _forwarder(build, placed.address))
            continue
        yield _compared(name, "proxy", placed.address, runtime_code(build, "RegistryProxy", {}))
        yield from _check_implementation(registry, build, name)
        # ERC-1967 knows two more slots by which a proxy could be led elsewhere.
        others = [word(placed.address, erc1967(one)) for one in ("admin", "beacon")]
        yield compare(name, "admin and beacon of the proxy", others, [0, 0])


def _check_implementation(registry: Registry, build: Compilation, name: str) -> Iterator[Finding]:
    address = registry.placements[name].implementation
    renderer = _created_by(address)
    values = {"__self": address, "_trustedForwarder": registry.forwarder, "renderer": renderer}
    yield _compared(name, "code", address, runtime_code(build, name, values))
    if "renderer" in build.immutables(name):
        yield _compared("UnitRenderer", "code", renderer, runtime_code(build, "UnitRenderer", {}))
    version = word(address, erc7201("openzeppelin.storage.Initializable"))
    yield compare(name, "initialisers of the code itself", _lock(version & _LOCKED), "locked")


def _forwarder(build: Compilation, address: str) -> bytes:
    """Its code as its constructor leaves it, with the signing domain of this very address."""
    initcode = "0x" + build.contract(FORWARDER)["evm"]["bytecode"]["object"]
    code = bytearray(networks.provider.web3.eth.call({"data": HexStr(initcode)}))
    places = build.immutables(FORWARDER)
    words = {name: bytes(code[at : at + size]) for name, ((at, size), *_) in places.items()}
    chain, own = networks.provider.chain_id.to_bytes(32, "big"), to_bytes(hexstr=address)
    words["_cachedThis"] = own.rjust(32, b"\0")
    hashed = words["_hashedName"] + words["_hashedVersion"]
    words["_cachedDomainSeparator"] = keccak(_DOMAIN + hashed + chain + words["_cachedThis"])
    for name, found in places.items():
        for at, size in found:
            code[at : at + size] = words[name]
    return bytes(code)


def _created_by(address: str) -> str:
    """The address of what a contract created first (EIP-161: nonces of contracts begin at 1)."""
    # RLP of [address, 1]
    return to_checksum_address(keccak(b"\xd6\x94" + to_bytes(hexstr=address) + b"\x01")[-20:])


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
