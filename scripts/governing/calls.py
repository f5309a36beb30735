"""Calls of the registry's contracts in words: read, described, tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ape import networks
from eth_utils import is_address, to_checksum_address
from web3.exceptions import ContractLogicError, Web3RPCError

from api.refusals import refusal_of
from indexer.abi import Abi, Parameter
from scripts.accounts import address_of
from scripts.deployment import ROLE_IDS, Registry


class CallError(Exception):
    """A call that cannot be made; the message says how to mend it."""


@dataclass(frozen=True)
class Calls:
    """Calls of one registry's contracts."""

    registry: Registry
    abi: Abi

    def encoded(self, contract: str, function: str, words: Sequence[str]) -> str:
        """Calldata from words as they are typed; raises CallError.

        An address may be the name of a contract or an Ape alias, a role its name; lists and structs
        are JSON.
        """
        try:
            found = self.abi.function(contract, function, len(words))
        except KeyError as error:
            raise CallError(self._unknown(contract, function, len(words))) from error
        if len(found.inputs) != len(words):
            raise CallError(self._unknown(contract, function, len(words)))
        values = [self._value(p, word) for p, word in zip(found.inputs, words, strict=True)]
        try:
            return self.abi.encode_call(contract, found.signature, values)
        except ValueError as error:
            raise CallError(f"{found.signature}: {error}") from error

    def described(self, target: str, calldata: str) -> str:
        """A call as people read it: `ProjectRegistry.upgradeToAndCall(…)`."""
        contract = self.name_of(target)
        try:
            call = self.abi.decode_call(contract or "", calldata)
        except (KeyError, ValueError):
            return f"{contract or target}: {calldata}"
        told = (f"{name}={self._told(name, value)}" for name, value in call.arguments.items())
        return f"{contract}.{call.function}({', '.join(told)})"

    def name_of(self, address: str) -> str | None:
        """The name of our contract at the address."""
        placed = self.registry.placements.items()
        return next((n for n, p in placed if p.address.lower() == address.lower()), None)

    def refusal(self, sender: str, to: str, data: str) -> str | None:
        """Why a call would fail now, in a sentence; None when it would not."""
        call = {"from": to_checksum_address(sender), "to": to_checksum_address(to), "data": data}
        try:
            networks.provider.web3.eth.call(call)
        except (ContractLogicError, Web3RPCError) as error:
            return self._sentence(error)
        return None

    def _sentence(self, error: Exception) -> str:
        data = getattr(error, "data", None)
        decoded = self.abi.decode_error(data) if isinstance(data, str) and len(data) > 9 else None
        if decoded is None:
            return f"The chain refuses: {error}"
        return f"{refusal_of(decoded, {}).sentence} ({decoded.name})"

    def _value(self, parameter: Parameter, word: str) -> Any:
        if parameter.type == "address":
            return self._address(word)
        if parameter.name == "roleId" and not word.isdecimal():
            return self._role(word)
        if parameter.type == "string":
            return word
        try:
            return json.loads(word)
        except ValueError:
            return word

    def _role(self, word: str) -> int:
        if word not in ROLE_IDS:
            raise CallError(f"No role {word}: one of {', '.join(ROLE_IDS)}.")
        return ROLE_IDS[word]

    def _address(self, word: str) -> str:
        if word in self.registry.placements:
            return self.registry.placements[word].address
        return to_checksum_address(word) if is_address(word) else address_of(word)

    def _told(self, name: str, value: Any) -> Any:
        roles = {number: role for role, number in ROLE_IDS.items()}
        if name == "roleId" and value in roles:
            return roles[value]
        if isinstance(value, str) and is_address(value):
            return self.name_of(value) or to_checksum_address(value)
        return value

    def _unknown(self, contract: str, function: str, count: int) -> str:
        if contract not in self.registry.placements:
            return f"No contract {contract}: one of {', '.join(self.registry.placements)}."
        named = [f.signature for f in self.abi.functions(contract) if f.name == function]
        if named:
            return f"{contract}.{function} takes {' or '.join(named)}, not {count} arguments."
        changing = sorted({f.name for f in self.abi.functions(contract) if f.mutability != "view"})
        return f"{contract} has no function {function}: one of {', '.join(changing)}."
