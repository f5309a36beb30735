"""Logs become events: which contract of ours says what, in which block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.chain import Log
from indexer.deployments import Deployments
from indexer.errors import UndecodableEvent


@dataclass(slots=True)
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

    def values(self) -> tuple[Any, ...]:
        """Its row of the table `event`, in the order of `EVENT_COLUMNS`."""
        return (
            self.block_number,
            self.log_index,
            self.block_hash,
            self.tx_hash,
            self.tx_index,
            self.address,
            self.contract,
            self.name,
            self.enums.textual[self.contract, self.name](self.arguments),
        )


EVENT_COLUMNS = (
    "block_number",
    "log_index",
    "block_hash",
    "tx_hash",
    "tx_index",
    "address",
    "contract",
    "name",
    "arguments",
)


class EventDecoder:
    """Makes events of the logs of one deployment's contracts."""

    def __init__(self, abi: Abi, deployments: Deployments) -> None:
        self._abi = abi
        self._known = {
            (placed.address, event.topic): event
            for name, placed in deployments.contracts.items()
            for event in abi.events_of(name)
        }
        self._deployments = deployments

    def decode(self, logs: Sequence[Log], timestamps: Mapping[str, int]) -> list[ChainEvent]:
        """Events in the order of the logs; `timestamps` by block hash.

        Raises `UndecodableEvent` for a log of ours that the compiled contracts do not know.
        """
        return [self._decode(log, timestamps[log.block_hash]) for log in logs]

    def _decode(self, log: Log, timestamp: int) -> ChainEvent:
        topic = log.topics[0] if log.topics else "none"
        found = self._known.get((log.address, topic))
        if found is None:
            raise UndecodableEvent(self._unknown(log, f"topic {topic}"))
        try:
            arguments = found.decode(log.topics, log.data)
        except ValueError as error:
            raise UndecodableEvent(self._unknown(log, f"{found.name}: {error}")) from error
        return ChainEvent(
            found.contract,
            found.name,
            log.address,
            arguments,
            log.block_number,
            log.block_hash,
            timestamp,
            log.tx_hash,
            log.tx_index,
            log.log_index,
            self._abi,
        )

    def _unknown(self, log: Log, what: str) -> str:
        contract = self._deployments.name_of(log.address) or log.address
        return (
            f"{contract} emitted an event in block {log.block_number} (transaction "
            f"{log.tx_hash}) that the compiled contracts do not know ({what}): compile the version "
            "of the contracts that is deployed there and start again."
        )
