"""A plan: a call that the Safe is to make, in a file that goes from owner to owner."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ape import networks
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from eth_account import Account
from eth_utils import to_bytes, to_checksum_address, to_hex

from scripts.deployment import ACCESS
from scripts.governing.calls import Calls
from scripts.governing.safe import Safe, SafeTransaction

SCHEDULE, CARRY_OUT, CALL = "schedule", "carry out", "call"


class PlanError(Exception):
    """A plan that cannot go on; the message says what to do."""


@dataclass
class Plan:
    """What is to be called, the step that is due, and who has signed that step.

    A call that waits takes two steps of the Safe: access control is told of it (`schedule`), and
    after the delay it is made (`carry out`). What does not wait takes one (`call`).
    """

    calls: Calls
    safe: Safe
    target: str
    calldata: str
    step: str
    transaction: SafeTransaction
    signatures: dict[str, str] = field(default_factory=dict)
    is_done: bool = False

    @classmethod
    def of(cls, calls: Calls, safe: Safe, target: str, calldata: str, nonce: int | None) -> Plan:
        """The plan with its step that is due now; raises PlanError when no step can be taken."""
        step, to, data = _due(calls, safe, target, calldata)
        number = safe.nonce if nonce is None else nonce
        return cls(calls, safe, target, calldata, step, SafeTransaction(to, data, number))

    @classmethod
    def read(cls, path: Path, calls: Calls, safe: Safe) -> Plan:
        """A plan from its file, trusted in nothing: step and hash are made anew from the chain.

        Raises PlanError for a file of another registry, or that is no plan.
        """
        try:
            kept = json.loads(path.read_text())
            target, calldata = to_checksum_address(kept["target"]), str(kept["calldata"])
            signed, nonce = dict(kept["signatures"]), int(kept["nonce"])
            place = (int(kept["chain_id"]), to_checksum_address(kept["safe"]))
            done = bool(kept["done"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PlanError(f"{path} is no plan ({error}): make one with `propose`.") from error
        if place != (networks.provider.chain_id, safe.address):
            raise PlanError(
                f"{path} is for the Safe {place[1]} on chain {place[0]}, not for {safe.address} on "
                f"chain {networks.provider.chain_id}."
            )
        if done:
            raise PlanError(f"{path} was carried out. To do the same again, `propose` it anew.")
        plan = cls.of(calls, safe, target, calldata, max(nonce, safe.nonce))
        plan.signatures = {
            owner: signature
            for owner, signature in signed.items()
            if plan.is_signed_by(owner, signature)
        }
        return plan

    @property
    def operation(self) -> str:
        """The id under which access control keeps the call."""
        return to_hex(_operation(_access(self.calls), self.safe, self.target, self.calldata))

    @property
    def hash(self) -> str:
        """The Safe's hash of the step that is due, as every wallet of the Safe shows it."""
        return self.safe.hash_of(self.transaction)

    def is_signed_by(self, owner: str, signature: str) -> bool:
        """Whether the signature is that of a present owner under the step that is due."""
        try:
            signer = Account.recover_message(
                self.safe.signable(self.transaction), signature=to_bytes(hexstr=signature)
            )
        except ValueError:
            return False
        return signer == owner and owner in self.safe.owners

    def sign(self, owner: AccountAPI) -> None:
        """Add an owner's signature; raises PlanError for anybody else."""
        if owner.address not in self.safe.owners:
            owners = ", ".join(self.safe.owners)
            raise PlanError(f"{owner.address} is no owner of the Safe: {owners} are.")
        signature = owner.sign_message(self.safe.signable(self.transaction))
        if signature is None:
            raise PlanError(f"{owner.address} did not sign.")
        self.signatures[str(owner.address)] = to_hex(signature.encode_rsv())

    def send(self, account: AccountAPI) -> None:
        """Have the Safe take the step; raises PlanError while it cannot."""
        missing = self.safe.threshold - len(self.signatures)
        if missing > 0:
            raise PlanError(f"{missing} more of the owners must sign first.")
        if self.transaction.nonce != self.safe.nonce:
            raise PlanError(
                f"The plan has number {self.transaction.nonce}, and the Safe's next is "
                f"{self.safe.nonce}: send the plans before it first."
            )
        refusal = self.calls.refusal(
            self.safe.address, self.transaction.to, to_hex(self.transaction.data)
        )
        if refusal:
            raise PlanError(refusal)
        ordered = sorted(self.signatures.items(), key=lambda item: int(item[0], 16))
        signatures = b"".join(to_bytes(hexstr=signature) for _, signature in ordered)
        arguments = (*self.transaction.arguments(), signatures)
        self.safe.contract.execTransaction(*arguments, sender=account)
        self.is_done = self.step != SCHEDULE

    def record(self) -> Mapping[str, Any]:
        """The plan as its file holds it; `typed_data` is what any wallet can show and sign."""
        message = self.transaction.message(self.safe.address, networks.provider.chain_id)
        shown = {**message["message"], "data": to_hex(self.transaction.data)}
        return {
            "about": self.calls.described(self.target, self.calldata),
            "chain_id": networks.provider.chain_id,
            "safe": self.safe.address,
            "target": self.target,
            "calldata": self.calldata,
            "operation": self.operation,
            "done": self.is_done,
            "step": self.step,
            "nonce": self.transaction.nonce,
            "safe_transaction_hash": self.hash,
            "typed_data": {**message, "message": shown},
            "signatures": self.signatures,
        }


def _due(calls: Calls, safe: Safe, target: str, calldata: str) -> tuple[str, str, bytes]:
    access, data = _access(calls), to_bytes(hexstr=calldata)
    if access.getSchedule(_operation(access, safe, target, calldata)):
        return CARRY_OUT, access.address, bytes(access.execute.encode_input(target, data))
    schedule = bytes(access.schedule.encode_input(target, data, 0))
    if calls.refusal(safe.address, access.address, to_hex(schedule)) is None:
        return SCHEDULE, access.address, schedule
    refusal = calls.refusal(safe.address, target, calldata)
    if refusal:
        raise PlanError(f"{calls.described(target, calldata)} cannot be done: {refusal}")
    return CALL, target, data


def _operation(access: ContractInstance, safe: Safe, target: str, calldata: str) -> bytes:
    return bytes(access.hashOperation(safe.address, target, to_bytes(hexstr=calldata)))


def _access(calls: Calls) -> ContractInstance:
    return calls.registry[ACCESS]
