"""From a reverted transaction to rows: which call of ours failed, who made it, and with what error.

Pure: the node's answers come in, rows go out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.deployments import Deployments
from indexer.models import FailedCall
from indexer.tracing import Frame, FullBlock, Transaction

FORWARDER = "RegistryForwarder"


@dataclass(frozen=True)
class Failures:
    """Makes rows of failed calls of one deployment's contracts."""

    abi: Abi
    deployments: Deployments

    def is_ours(self, address: str | None) -> bool:
        """True for our contracts and the forwarder that they trust."""
        return address is not None and self._name(address) is not None

    def traced(self, block: FullBlock, transaction: Transaction, trace: Frame) -> list[FailedCall]:
        """Every failed call of ours within a transaction, whoever passed it on."""
        return [
            self._row(block, transaction, place, frame, frame.output, "trace")
            for place, frame in enumerate(self._entries(trace))
        ]

    def untraced(
        self, block: FullBlock, transaction: Transaction, output: str | None
    ) -> list[FailedCall]:
        """A failed call straight to ours, of a node without traces; `output` as it is replayed."""
        frame = Frame(
            "CALL", transaction.sender, transaction.to, transaction.data, output or "0x", True, ()
        )
        return [self._row(block, transaction, 0, frame, output, "replay" if output else "unknown")]

    def _entries(self, frame: Frame) -> Iterator[Frame]:
        """The outermost failed calls of ours; what our contracts ask of each other is within."""
        if frame.failed and frame.kind == "CALL" and self.is_ours(frame.to):
            if frame.to == self.deployments.forwarder:
                passed_on = [found for call in frame.calls for found in self._entries(call)]
                yield from passed_on or [frame]
            else:
                yield frame
            return
        for call in frame.calls:
            yield from self._entries(call)

    def _row(
        self,
        block: FullBlock,
        transaction: Transaction,
        place: int,
        frame: Frame,
        output: str | None,
        source: str,
    ) -> FailedCall:
        contract = self._name(frame.to or "") or ""
        sender, data = self._unwrapped(frame)
        function, arguments = self._call(contract, data)
        error = self.abi.decode_error(output) if output and len(output) >= 10 else None
        passed_on = frame.sender != transaction.sender
        return FailedCall(
            block_number=block.header.number,
            tx_index=transaction.index,
            place=place,
            block_hash=block.header.hash,
            timestamp=block.header.timestamp,
            tx_hash=transaction.hash,
            sender=sender,
            origin=transaction.sender,
            through=frame.sender if passed_on else None,
            contract=contract,
            function=function,
            arguments=arguments,
            calldata=data,
            error=error.name if error else None,
            error_arguments=_textual(error.arguments) if error else None,
            error_data=output,
            error_source=source,
        )

    def _unwrapped(self, frame: Frame) -> tuple[str, str]:
        """Whom the contract takes for the caller: behind the forwarder the signer (ERC-2771)."""
        forwarded = frame.sender == self.deployments.forwarder and len(frame.data) >= 50
        if forwarded and frame.to != self.deployments.forwarder:
            return "0x" + frame.data[-40:], frame.data[:-40]
        return frame.sender, frame.data

    def _call(self, contract: str, data: str) -> tuple[str | None, dict[str, Any] | None]:
        try:
            call = self.abi.decode_call(contract, data)
        except (KeyError, ValueError):
            return None, None
        return call.function, _textual(call.arguments)

    def _name(self, address: str) -> str | None:
        if address == self.deployments.forwarder and int(address or "0x0", 16):
            return self.deployments.name_of(address) or FORWARDER
        return self.deployments.name_of(address)


def _textual(value: Any) -> Any:
    """Whole numbers as text, as the arguments of events are kept."""
    if isinstance(value, Mapping):
        return {name: _textual(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_textual(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
