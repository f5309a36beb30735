"""Signs actions for the forwarder from the published files alone, as any wallet library does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from .encoding import selector
from .ledger import Contract

FOLDER = Path(__file__).parents[2] / "schemas/typed-data"
FILES = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
BY_SELECTOR = {entry["selector"]: entry for entry in FILES.values()}

#: The mnemonic of the accounts that Ape's local chain starts with.
_MNEMONIC = "test test test test test test test test test test test junk"
FAR = 2**48 - 1
SOME_GAS = 500_000
#: Not the zero address: every request of the batch stands for itself.
EACH_FOR_ITSELF = "0x" + "00" * 19 + "01"
ALL_OR_NONE = "0x" + "00" * 20


class Request(NamedTuple):
    """`ForwardRequestData` of OpenZeppelin's ERC2771Forwarder."""

    signer: str
    target: str
    value: int
    gas: int
    deadline: int
    data: bytes
    signature: bytes

    @property
    def nonce(self) -> int:
        return int.from_bytes(self.signature[:32], "big")


def wallets() -> dict[str, LocalAccount]:
    """The ten accounts of the local chain, with their keys, by address."""
    Account.enable_unaudited_hdwallet_features()
    paths = (f"m/44'/60'/0'/0/{number}" for number in range(10))
    found = (Account.from_mnemonic(_MNEMONIC, account_path=path) for path in paths)
    return {account.address: account for account in found}


@dataclass
class Signing:
    """Makes requests that their signer signed for one forwarder on one chain."""

    forwarder: Contract
    chain_id: int
    keys: Mapping[str, LocalAccount] = field(default_factory=wallets)

    def request(
        self,
        contract: Contract,
        function: str,
        *arguments: Any,
        signer: str,
        nonce: int = 0,
        deadline: int = FAR,
        gas: int = SOME_GAS,
        key: LocalAccount | None = None,
    ) -> Request:
        """What a relayer is handed: the call, and the signature of what the wallet showed."""
        declared = contract.declared(function, arguments)
        data = contract.calldata(function, *arguments)
        message = {
            "signer": signer,
            "contractAddress": contract.address,
            **named(declared["inputs"], arguments),
            "nonce": nonce,
            "deadline": deadline,
            "gas": gas,
        }
        typed = self.typed(BY_SELECTOR["0x" + selector(declared).hex()], message)
        signature = sign(key or self.keys[signer], typed)
        return Request(
            signer, contract.address, 0, gas, deadline, data, nonce.to_bytes(32, "big") + signature
        )

    def typed(self, published: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
        """A published file, with what only the signer knows filled in."""
        place = {"chainId": self.chain_id, "verifyingContract": self.forwarder.address}
        return {
            "types": published["types"],
            "primaryType": published["primaryType"],
            "domain": {**published["domain"], **place},
            "message": dict(message),
        }


def sign(key: LocalAccount, typed: dict[str, Any]) -> bytes:
    return bytes(key.sign_message(encode_typed_data(full_message=typed)).signature)


def named(parameters: list[Any], values: Any) -> dict[str, Any]:
    """Arguments by name, structs as objects."""
    return {one["name"]: _value(one, value) for one, value in zip(parameters, values, strict=True)}


def _value(parameter: Mapping[str, Any], value: Any) -> Any:
    kind: str = parameter["type"]
    if kind.endswith("[]"):
        return [_value({**parameter, "type": kind.removesuffix("[]")}, one) for one in value]
    return named(parameter["components"], value) if kind == "tuple" else value
