"""Forwarding: what a signer signs for the relayer (EIP-712), and what the forwarder is handed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from api.registry import Registry
from indexer.deployments import FORWARDER
from indexer.rpc import RpcError
from indexer.values import Parameter
from schemas.typed_data import typed_data

#: A batch with a refund receiver lets each request stand for itself; no value is ever refunded.
_EACH_FOR_ITSELF = "0x" + "0" * 39 + "1"
#: JSON readers keep whole numbers up to here.
_EXACT = 2**53


@dataclass(frozen=True)
class Forward:
    """A call that its signer lets others deliver: addresses and data are lower-case `0x…` text,
    `deadline` UNIX seconds, `gas` what the call gets."""

    chain_id: int
    signer: str
    to: str
    data: str
    nonce: int
    deadline: int
    gas: int
    value: int = 0


@dataclass(frozen=True)
class SignedForward:
    """A call with its signer's signature, `0x…`."""

    forward: Forward
    signature: str


def to_sign(registry: Registry, forward: Forward) -> dict[str, Any] | None:
    """The typed data as `eth_signTypedData_v4` takes it; None for what is no action."""
    contract = registry.deployments.name_of(forward.to)
    file = typed_data(contract or "", forward.data[:10])
    if file is None or contract is None or registry.forwarder is None:
        return None
    call = registry.abi.decode_call(contract, forward.data)
    function = next(f for f in registry.abi.functions(contract) if f.selector == forward.data[:10])
    message = {
        "signer": to_checksum_address(forward.signer),
        "contractAddress": to_checksum_address(forward.to),
        **{p.name: _shown(p, call.arguments[p.name]) for p in function.inputs},
        "nonce": str(forward.nonce),
        "deadline": forward.deadline,
        "gas": forward.gas,
    }
    place = {
        "chainId": forward.chain_id,
        "verifyingContract": to_checksum_address(registry.forwarder),
    }
    return {
        "types": file["types"],
        "primaryType": file["primaryType"],
        "domain": {**file["domain"], **place},
        "message": message,
    }


def identifier(typed: Mapping[str, Any]) -> str:
    """What is signed, as 32 bytes: it names the request."""
    return "0x" + keccak(b"\x19" + b"".join(_signable(typed))).hex()


def is_signed(registry: Registry, typed: Mapping[str, Any], signed: SignedForward) -> bool:
    """True when the signature is the signer's, by its key or as its code says (ERC-1271)."""
    try:
        recovered = Account.recover_message(_signable(typed), signature=HexBytes(signed.signature))
    except Exception:
        # The library raises whatever its inner layers do; a smart account may sign with anything.
        recovered = None
    if recovered is not None and recovered.lower() == signed.forward.signer:
        return True
    data = registry.abi.encode_call(FORWARDER, "verify", [_struct(signed)])
    answer = registry.node.view(registry.forwarder or "", data)
    return not isinstance(answer, RpcError) and int(answer, 16) == 1


def execution(registry: Registry, signed: SignedForward) -> str:
    """The data of a call to the forwarder that delivers one request, and reverts when it fails."""
    return registry.abi.encode_call(FORWARDER, "execute", [_struct(signed)])


def batch(registry: Registry, requests: Iterable[SignedForward]) -> str:
    """The data of a call that delivers several, each for itself."""
    structs = [_struct(one) for one in requests]
    return registry.abi.encode_call(FORWARDER, "executeBatch", [structs, _EACH_FOR_ITSELF])


def _struct(signed: SignedForward) -> dict[str, Any]:
    forward = signed.forward
    return {
        "from": forward.signer,
        "to": forward.to,
        "value": 0,
        "gas": forward.gas,
        "deadline": forward.deadline,
        "data": forward.data,
        "signature": f"0x{forward.nonce:064x}{signed.signature.removeprefix('0x')}",
    }


def _signable(typed: Mapping[str, Any]) -> SignableMessage:
    return encode_typed_data(full_message=dict(typed))


def _shown(parameter: Parameter, value: Any) -> Any:
    if parameter.is_array:
        return [_shown(parameter.item, item) for item in value]
    if parameter.members:
        return {m.name: _shown(m, value[m.name]) for m in parameter.members}
    if parameter.words:
        return parameter.words.index(value)
    if parameter.type == "address":
        return to_checksum_address(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= _EXACT:
        return str(value)
    return value
