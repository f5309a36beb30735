"""Logs become events: which contract of ours says what, in which block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.chain import Log
from indexer.deployments import Deployments
from indexer.errors import UndecodableEvent


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """An event of one of our contracts; `arguments` as `Abi` decodes, `timestamp` of its block."""

    contract: str
    name: str
    address: str
    arguments: Mapping[str, Any]
    block_number: int
    block_hash: str
    timestamp: int
    tx_hash: str
    tx_index: int
    log_index: int
    enums: Abi

    def __getitem__(self, argument: str) -> Any:
        return self.arguments[argument]

    def row(self) -> dict[str, Any]:
        """The row of the table `event`."""
        return {
            "block_number": self.block_number,
            "log_index": self.log_index,
            "block_hash": self.block_hash,
            "tx_hash": self.tx_hash,
            "tx_index": self.tx_index,
            "address": self.address,
            "contract": self.contract,
            "name": self.name,
            "arguments": _textual(self.arguments),
        }


def decode_events(
    logs: Sequence[Log], timestamps: Mapping[str, int], abi: Abi, deployments: Deployments
) -> list[ChainEvent]:
    """Events in chain order; `timestamps` by block hash.

    Raises `UndecodableEvent` for a log of ours that the compiled contracts do not know.
    """
    return [_decode(log, timestamps[log.block_hash], abi, deployments) for log in logs]


def _decode(log: Log, timestamp: int, abi: Abi, deployments: Deployments) -> ChainEvent:
    contract = deployments.name_of(log.address)
    topic = log.topics[0] if log.topics else "none"
    found = abi.events.get((contract or "", topic))
    if contract is None or found is None:
        raise UndecodableEvent(_unknown(log, contract, f"topic {topic}"))
    try:
        arguments = found.decode(log.topics, log.data)
    except ValueError as error:
        raise UndecodableEvent(_unknown(log, contract, f"{found.name}: {error}")) from error
    return ChainEvent(
        contract=contract,
        name=found.name,
        address=log.address,
        arguments=arguments,
        block_number=log.block_number,
        block_hash=log.block_hash,
        timestamp=timestamp,
        tx_hash=log.tx_hash,
        tx_index=log.tx_index,
        log_index=log.log_index,
        enums=abi,
    )


def _unknown(log: Log, contract: str | None, what: str) -> str:
    return (
        f"{contract or log.address} emitted an event in block {log.block_number} (transaction "
        f"{log.tx_hash}) that the compiled contracts do not know ({what}): compile the version "
        "of the contracts that is deployed there and start again."
    )


def _textual(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _textual(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_textual(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
