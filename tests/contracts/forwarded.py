"""Reaches a contract through an ERC-2771 forwarder, as somebody does whose fees another pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .encoding import result
from .ledger import Contract, Receipt


class Forwarded(Contract):
    """A contract whose functions are called by `sender=`, but sent by the payer."""

    def __init__(self, contract: Contract, forwarder: Contract, payer: str) -> None:
        super().__init__(contract.ledger, contract.address, contract.abi)
        self.forwarder, self.payer = forwarder, payer
        self.receipts: list[Receipt] = []

    def __getattr__(self, function: str) -> Callable[..., Any]:
        plain = super().__getattr__(function)

        def invoke(*arguments: Any, sender: str | None = None) -> Any:
            if sender is None:
                return plain(*arguments)
            declared = self.declared(function, arguments)
            data = self.calldata(function, *arguments)
            receipt = self.forwarder.forward(self.address, data, sender, sender=self.payer)
            self.receipts.append(replace(receipt, value=result(declared, receipt.value)))
            return self.receipts[-1]

        return invoke
