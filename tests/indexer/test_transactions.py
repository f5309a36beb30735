"""Transactions: their bytes out of what a node tells, held against those that a wallet signed."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from indexer.evidence import EvidenceError
from indexer.transactions import chain_of, transaction_bytes

WALLET = Account.from_key("0x" + "11" * 32)
TO = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
CALL = {"nonce": 7, "gas": 90_000, "to": TO, "value": 0, "data": "0x0102"}
FEES = {"maxFeePerGas": 9, "maxPriorityFeePerGas": 2}
LISTED = [{"address": TO, "storageKeys": ["0x" + "22" * 32]}]
AGREED = WALLET.sign_authorization({"chainId": 31337, "address": TO, "nonce": 8})
SENT: dict[str, dict[str, Any]] = {
    "legacy": {**CALL, "gasPrice": 5, "chainId": 31337},
    "older than EIP-155": {**CALL, "gasPrice": 5},
    "creation": {**CALL, "to": "", "gasPrice": 5, "chainId": 31337},
    "access list": {**CALL, "gasPrice": 5, "chainId": 31337, "type": 1, "accessList": LISTED},
    "fees": {**CALL, **FEES, "chainId": 31337, "type": 2, "accessList": LISTED},
    "delegation": {**CALL, **FEES, "chainId": 31337, "type": 4, "authorizationList": [AGREED]},
}


def told(sent: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """What a node tells of a transaction, and the bytes that the wallet signed."""
    signed = WALLET.sign_transaction(sent)
    numbers = {name: hex(value) for name, value in sent.items() if isinstance(value, int)}
    agreed = [
        {**{n: hex(getattr(AGREED, w)) for n, w in _AGREED.items()}, "address": TO}
        for _ in sent.get("authorizationList", ())
    ]
    ends = {"v": hex(signed.v), "r": hex(signed.r), "s": hex(signed.s)}
    if "type" in sent:
        ends["yParity"] = ends["v"]
    known = {"to": sent["to"] or None, "input": sent["data"], "authorizationList": agreed}
    lists = {"accessList": sent.get("accessList", [])}
    raw = bytes(signed.raw_transaction)
    return {**numbers, **ends, **known, **lists, "hash": "0x" + keccak(raw).hex()}, raw


_AGREED = {"chainId": "chain_id", "nonce": "nonce", "yParity": "y_parity", "r": "r", "s": "s"}


class TestTransaction:
    """
    of every kind that is known       its bytes are those that were signed
    when it hashes to another name    it is refused
    of a kind that is not known       it is refused
    """

    @pytest.mark.parametrize("kind", SENT)
    def test_is_what_was_signed(self, kind: str) -> None:
        content, raw = told(SENT[kind])
        assert transaction_bytes(content) == raw
        assert chain_of(raw) == SENT[kind].get("chainId")

    def test_is_refused_when_it_hashes_to_another_name(self) -> None:
        content, _ = told(SENT["fees"])
        with pytest.raises(EvidenceError, match="of a form"):
            transaction_bytes({**content, "nonce": "0x8"})

    def test_is_refused_given_a_kind_of_another_chain(self) -> None:
        with pytest.raises(EvidenceError, match="kind 126"):
            transaction_bytes({"type": "0x7e", "hash": "0x"})
