"""The official Safe contracts: the artefacts of their npm package, deployed beside ours."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ape import chain, networks
from ape.api import AccountAPI
from ape.contracts import ContractContainer, ContractInstance
from eth_utils import keccak, to_bytes, to_checksum_address
from ethpm_types import ContractType

_ARTEFACTS = (
    Path(__file__).parents[2] / "node_modules/@safe-global/safe-smart-account/build/artifacts"
)
_FILES = {
    "Safe": "contracts/Safe.sol/Safe.json",
    "SafeL2": "contracts/SafeL2.sol/SafeL2.json",
    "SafeProxy": "contracts/proxies/SafeProxy.sol/SafeProxy.json",
    "SafeProxyFactory": "contracts/proxies/SafeProxyFactory.sol/SafeProxyFactory.json",
    "CompatibilityFallbackHandler": (
        "contracts/handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json"
    ),
}

#: Creators that anybody may use: what they create with salt 0 has one address on every chain. The
#: first is the Safe's own, the second that of most other projects.
_FACTORIES = (
    "0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7",
    "0x4e59b44847b379578588920cA78FbF26c0B4956C",
)

#: keccak256 of the runtime code of earlier versions, which this package does not have.
_EARLIER_SINGLETONS = {
    "1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4": "1.4.1",
    "b1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff": "1.4.1+L2",
    "bba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e": "1.3.0",
    "21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f": "1.3.0+L2",
}
_EARLIER_PROXIES = {
    "d7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c",
    "b89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000",
}


@cache
def artefact(name: str) -> Any:
    """What the Safe's own compilation left of one contract; raises OSError when not installed."""
    return json.loads((_ARTEFACTS / _FILES[name]).read_text())


def contract_at(name: str, address: str) -> ContractInstance:
    """A Safe contract at an address; nothing is asked of any explorer."""
    return chain.contracts.instance_at(
        address, contract_type=_type(name), fetch_from_explorer=False, detect_proxy=False
    )


def canonical_address(name: str, factory: str = _FACTORIES[0]) -> str:
    """Where a factory puts the contract, on every chain: the Safe's own deployment by default."""
    code = keccak(hexstr=artefact(name)["bytecode"])
    packed = b"\xff" + to_bytes(hexstr=factory) + bytes(32) + code
    return to_checksum_address(keccak(packed)[-20:])


def placed(name: str, account: AccountAPI) -> str:
    """Where a Safe contract is on this chain; deploys it where nobody did, once for all."""
    for factory in _FACTORIES:
        address = canonical_address(name, factory)
        if runs(address, name):
            return address
        if bytes(networks.provider.get_code(factory)):
            _create_by(factory, name, account)
            return address
    constructor = ContractContainer(_type(name)).constructor
    return str(account.call(constructor.serialize_transaction()).contract_address)


def _create_by(factory: str, name: str, account: AccountAPI) -> None:
    data = bytes(32) + to_bytes(hexstr=artefact(name)["bytecode"])
    account.transfer(factory, 0, data=data)


def runs(address: str, name: str) -> bool:
    """Whether exactly that official contract is at the address."""
    return _hash_at(address) == _hash(name)


def is_proxy(address: str) -> bool:
    """Whether a proxy of the Safe, of this or an earlier version, is at the address."""
    return _hash_at(address) in {_hash("SafeProxy"), *_EARLIER_PROXIES}


def singleton_version(address: str) -> str:
    """The version of the singleton at the address by its code; empty when it is none."""
    known = {_hash("Safe"): "1.5.0", _hash("SafeL2"): "1.5.0+L2", **_EARLIER_SINGLETONS}
    return known.get(_hash_at(address), "")


def _hash_at(address: str) -> str:
    return keccak(bytes(networks.provider.get_code(address))).hex()


@cache
def _hash(name: str) -> str:
    return keccak(hexstr=artefact(name)["deployedBytecode"]).hex()


@cache
def _type(name: str) -> ContractType:
    found = artefact(name)
    return ContractType.model_validate(
        {
            "abi": found["abi"],
            "contractName": found["contractName"],
            "deploymentBytecode": {"bytecode": found["bytecode"]},
            "runtimeBytecode": {"bytecode": found["deployedBytecode"]},
        }
    )
