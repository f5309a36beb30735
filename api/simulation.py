"""Simulation: what the node says against a call or a transaction, in words that help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from api.errors import (
    ApiError,
    ConflictError,
    Detail,
    RefusedCall,
    UnavailableError,
    ValidationError,
    contract_error,
)
from api.queries.names import document_names
from api.registry import Registry
from indexer.abi import ContractError
from indexer.rpc import RpcError

_SENTENCES: tuple[tuple[str, type[ApiError], str, str], ...] = (
    (
        r"nonce (is )?too low|nonce already used|invalid nonce",
        ConflictError,
        "NONCE_TOO_LOW",
        "Another transaction of the signer used that nonce; sign again with the next one.",
    ),
    (
        r"nonce (is )?too high|nonce gap",
        ConflictError,
        "NONCE_TOO_HIGH",
        "The nonce leaves a gap after the signer's last transaction; sign with the next one.",
    ),
    (
        r"insufficient funds|insufficient balance|doesn't have enough funds|lack of funds",
        ConflictError,
        "INSUFFICIENT_FUNDS",
        "The signer's account cannot pay for gas and fees; fund it and send the same again.",
    ),
    (
        r"underpriced",
        ConflictError,
        "REPLACEMENT_UNDERPRICED",
        "A transaction with that nonce is waiting already; raise both fees by 10 % to replace it.",
    ),
    (
        r"fee cap|max fee per gas|less than block base fee|base fee",
        ValidationError,
        "FEE_TOO_LOW",
        "The fees are below what the chain asks for; sign again with higher fees.",
    ),
    (
        r"intrinsic gas|out of gas|gas required exceeds|gas limit|OutOfGas|gas too low",
        ValidationError,
        "GAS_TOO_LOW",
        "The gas limit is too low for this call, or above the block's; sign again with another.",
    ),
)


def check_call(registry: Registry, call: dict[str, str]) -> None:
    """Try a call on top of everything the node knows; raises the refusal as an `ApiError`."""
    error = registry.node.simulate(call)
    if error is None:
        return
    answer = node_error(registry, error)
    if not answer.details and _succeeds_with_more_gas(registry, call):
        raise _gas_too_low()
    answer.refused = _refused(registry, call, error)
    raise answer


def _refused(registry: Registry, call: dict[str, str], error: RpcError) -> RefusedCall | None:
    refused = decoded(registry, error)
    contract = registry.deployments.name_of(call["to"]) or ""
    if refused is None:
        return None
    try:
        function = registry.abi.decode_call(contract, call["data"]).function
    except (KeyError, ValueError):
        function = call["data"][:10]
    return RefusedCall(call["from"].lower(), contract, function, refused.name)


def _succeeds_with_more_gas(registry: Registry, call: dict[str, str]) -> bool:
    # A call within the call that runs out of gas looks like a revert without a reason.
    free = {name: value for name, value in call.items() if name != "gas"}
    return "gas" in call and registry.node.simulate(free) is None


def _gas_too_low() -> ValidationError:
    sentence = "The gas limit is too low for this call; sign again with a higher one."
    return ValidationError(sentence, [Detail("/signed_transaction", "GAS_TOO_LOW", sentence)])


def node_error(registry: Registry, error: RpcError) -> ApiError:
    """A node's refusal as an answer: the contract's custom error where there is one."""
    refused = decoded(registry, error)
    if refused is not None:
        return contract_error(refused, document_names(registry.engine, refused.arguments))
    for pattern, kind, code, sentence in _SENTENCES:
        if re.search(pattern, error.message, re.IGNORECASE):
            return kind(sentence, [Detail("/signed_transaction", code, sentence)])
    if "revert" in error.message.lower():
        return ValidationError("The contract refused the call without saying why.")
    return UnavailableError("The node refused for a reason of its own; try again in a moment.")


def decoded(registry: Registry, error: RpcError) -> ContractError | None:
    """The custom error within a node's refusal, None when there is none."""
    data = _revert_data(error.data)
    return registry.abi.decode_error(data) if data else None


def _revert_data(data: Any) -> str | None:
    # Some nodes wrap the bytes once more, or put a word in front of them.
    if isinstance(data, Mapping):
        return _revert_data(data.get("data"))
    found = re.search(r"0x(?:[0-9a-fA-F]{2}){4,}", data) if isinstance(data, str) else None
    return found[0] if found else None
