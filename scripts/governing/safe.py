"""The administrator's multi-signature account: created by the official contracts, or verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ape import networks
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from ape.utils import ZERO_ADDRESS
from eth_abi.packed import encode_packed
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils import keccak, to_bytes, to_checksum_address, to_int

from scripts.governing.safe_contracts import contract_at, is_proxy, placed, singleton_version
from scripts.governing.terms import SafeTerms
from scripts.slots import word

_MODULES_START = to_checksum_address("0x" + "01".rjust(40, "0"))
_GUARD_SLOT = to_int(keccak(text="guard_manager.guard.address"))
_FIELDS = (
    ("to", "address"),
    ("value", "uint256"),
    ("data", "bytes"),
    ("operation", "uint8"),
    ("safeTxGas", "uint256"),
    ("baseGas", "uint256"),
    ("gasPrice", "uint256"),
    ("gasToken", "address"),
    ("refundReceiver", "address"),
    ("nonce", "uint256"),
)


class SafeError(Exception):
    """No Safe that could administrate; the message lists what is wrong."""


@dataclass(frozen=True)
class SafeTransaction:
    """A call that the Safe is to make: no delegate call, no refund, in the order of its nonces."""

    to: str
    data: bytes
    nonce: int
    value: int = 0

    def message(self, safe: str, chain_id: int) -> Mapping[str, Any]:
        """The EIP-712 typed data that owners sign; any wallet can show it."""
        filled = {name: 0 for name, kind in _FIELDS if kind.startswith("uint")}
        filled |= {"gasToken": ZERO_ADDRESS, "refundReceiver": ZERO_ADDRESS, **asdict(self)}
        domain = [
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ]
        return {
            "types": {
                "EIP712Domain": domain,
                "SafeTx": [{"name": name, "type": kind} for name, kind in _FIELDS],
            },
            "primaryType": "SafeTx",
            "domain": {"chainId": chain_id, "verifyingContract": safe},
            "message": filled,
        }

    def arguments(self) -> tuple[Any, ...]:
        """What `execTransaction` and `getTransactionHash` take before the last argument."""
        return (self.to, self.value, self.data, 0, 0, 0, 0, ZERO_ADDRESS, ZERO_ADDRESS)


@dataclass(frozen=True)
class Safe:
    """A Safe on the connected chain."""

    address: str

    @property
    def contract(self) -> ContractInstance:
        """The Safe itself; every version since 1.3.0 answers to this interface."""
        return contract_at("SafeL2", self.address)

    @property
    def owners(self) -> list[str]:
        """Who may sign."""
        return [to_checksum_address(owner) for owner in self.contract.getOwners()]

    @property
    def threshold(self) -> int:
        """How many of the owners must sign."""
        return int(self.contract.getThreshold())

    @property
    def nonce(self) -> int:
        """The number of the next transaction."""
        return int(self.contract._view_methods_["nonce"]())

    @property
    def version(self) -> str:
        """The version, such as `1.5.0+L2`, by the code itself; empty when it is no known Safe."""
        singleton = _address_in(self.address, 0)
        return singleton_version(singleton) if is_proxy(self.address) else ""

    def signable(self, transaction: SafeTransaction) -> SignableMessage:
        """What an owner signs."""
        message = transaction.message(self.address, networks.provider.chain_id)
        return encode_typed_data(full_message=dict(message))

    def hash_of(self, transaction: SafeTransaction) -> str:
        """The Safe's own hash of a transaction, asked of the Safe."""
        digest = self.contract.getTransactionHash(*transaction.arguments(), transaction.nonce)
        return "0x" + bytes(digest).hex()

    def faults(self, terms: SafeTerms) -> Iterator[str]:
        """A sentence for each way in which this is not the Safe of the terms."""
        name = f"The Safe {self.address}"
        if not self.version:
            yield f"{self.address} is no Safe of version 1.5.0, 1.4.1 or 1.3.0."
            return
        if self.threshold != terms.threshold:
            yield f"{name} asks for {self.threshold} signatures, not {terms.threshold}."
        if terms.owners and set(self.owners) != set(terms.owners):
            yield f"{name} is owned by {', '.join(self.owners)}."
        modules, _ = self.contract.getModulesPaginated(_MODULES_START, 10)
        if modules:
            yield f"{name} has modules that act without its owners: {', '.join(modules)}."
        guard = _address_in(self.address, _GUARD_SLOT)
        if guard != ZERO_ADDRESS:
            yield f"{name} has a guard that may refuse its transactions: {guard}."


def safe_of(account: AccountAPI, terms: SafeTerms, deployment: str) -> Safe:
    """The Safe of the terms: the existing one, verified, or a new one for this deployment.

    `deployment` is the address of access control: each registry has a Safe of its own. Raises
    SafeError with a sentence for everything that does not fit.
    """
    safe = Safe(terms.address) if terms.address else _created(account, terms, deployment)
    faults = list(safe.faults(terms))
    if faults:
        raise SafeError(" ".join([*faults, "Name a Safe as it is, or change it first."]))
    return safe


def _created(account: AccountAPI, terms: SafeTerms, deployment: str) -> Safe:
    singleton = placed("SafeL2", account)
    handler = placed("CompatibilityFallbackHandler", account)
    factory = contract_at("SafeProxyFactory", placed("SafeProxyFactory", account))
    initializer = contract_at("SafeL2", singleton).setup.encode_input(
        list(terms.owners),
        terms.threshold,
        ZERO_ADDRESS,
        b"",
        handler,
        ZERO_ADDRESS,
        0,
        ZERO_ADDRESS,
    )
    salt = to_int(hexstr=deployment)
    expected = _address(factory, singleton, initializer, salt)
    if not bytes(networks.provider.get_code(expected)):
        factory.createProxyWithNonce(singleton, initializer, salt, sender=account)
    return Safe(expected)


def _address(factory: ContractInstance, singleton: str, initializer: bytes, salt: int) -> str:
    """CREATE2: an earlier run that broke off, or anybody else, may have created the same Safe."""
    code = bytes(factory.proxyCreationCode()) + bytes(12) + to_bytes(hexstr=singleton)
    salted = keccak(encode_packed(["bytes32", "uint256"], [keccak(initializer), salt]))
    packed = b"\xff" + to_bytes(hexstr=factory.address) + salted + keccak(code)
    return to_checksum_address(keccak(packed)[-20:])


def _address_in(address: str, slot: int) -> str:
    return to_checksum_address(f"0x{word(address, slot) & (1 << 160) - 1:040x}")
