"""Signing what the API gives to sign, as any wallet would, and seeing it through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.address import to_checksum_address
from httpx import Response

from .running import Running

GAS = 8_000_000
PRICE = 10**11


class Signing(Running):
    """What runs, and people who sign."""

    def signed(self, who: int, to_sign: Mapping[str, Any], **fields: Any) -> str:
        """A raw transaction of what is to be signed, as any wallet would make it."""
        pending = self.node.rpc("eth_getTransactionCount", self.address(who), "pending")
        transaction = {
            "type": 2,
            "chainId": to_sign["chain_id"],
            "to": to_checksum_address(to_sign["to"]),
            "data": to_sign["data"],
            "value": 0,
            "nonce": int(pending, 16),
            "gas": GAS,
            "maxFeePerGas": PRICE,
            "maxPriorityFeePerGas": 10**9,
            **fields,
        }
        if "gasPrice" in fields:
            for name in ("maxFeePerGas", "maxPriorityFeePerGas", "type"):
                transaction.pop(name)
            transaction |= {k: v for k, v in fields.items() if k == "type"}
        return "0x" + self.keys[who].sign_transaction(transaction).raw_transaction.hex()

    def call(self, contract: str, function: str, *arguments: Any) -> dict[str, Any]:
        """What a wallet that never asks the API would sign."""
        data = self.registry.abi.encode_call(contract, function, list(arguments))
        return {"chain_id": 31337, "to": self.registry.address(contract), "data": data}

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        """What a view of one of our contracts answers now."""
        call = self.call(contract, function, *arguments)
        answer = self.node.rpc("eth_call", {"to": call["to"], "data": call["data"]}, "latest")
        return self.registry.abi.decode_result(contract, function, answer)

    def sign(self, who: int, answer: Response, **fields: Any) -> Response:
        """Sign the task of an answer and hand the signature in."""
        assert answer.status_code == 202, answer.text
        task = answer.json()
        raw = self.signed(who, task["to_sign"], **fields)
        return self.post(f"/tasks/{task['id']}", {"signed_transaction": raw})

    def done(self, who: int, answer: Response) -> dict[str, Any]:
        """Sign a task, mine and index it; gives the task."""
        sent = self.sign(who, answer)
        assert sent.status_code == 202, sent.text
        self.mine()
        return self.task(sent.json()["id"], "indexed")

    def task(self, task_id: str, state: str) -> dict[str, Any]:
        """A task, which must be in a state."""
        task: dict[str, Any] = self.get(f"/tasks/{task_id}").json()
        assert task["state"] == state, task
        return task

    def relay(
        self, who: int, contract: str, function: str, *arguments: Any, along: Sequence[Any] = ()
    ) -> dict[str, Any]:
        """Sign a call of one of our contracts, relay, mine and index it; gives the task."""
        raw = self.signed(who, self.call(contract, function, *arguments))
        sent = self.post("/relay", {"signed_transaction": raw, "documents": list(along)})
        assert sent.status_code == 202, sent.text
        self.mine()
        return self.task(sent.json()["id"], "indexed")

    def direct(self, who: int, contract: str, function: str, *arguments: Any) -> None:
        """Send a call without the API, mine and index it."""
        raw = self.signed(who, self.call(contract, function, *arguments))
        self.node.rpc("eth_sendRawTransaction", raw)
        self.mine()
