"""Batches of blocks, read from the chain in the way that fits their depth below the head."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.abi import Abi
from indexer.chain import Chain, Header, Log
from indexer.deployments import Deployments
from indexer.errors import ChainMoved, RangeTooLarge, TryLater
from indexer.events import ChainEvent, decode_events

LINKED_BLOCKS = 64
FEW_LOGS = 2_000
MANY_LOGS = 20_000
LONGEST_RANGE = 1_000_000


@dataclass(frozen=True)
class Batch:
    """Consecutive blocks: their events in chain order, and the headers worth remembering.

    The last header is that of the last block.
    """

    first: int
    headers: list[Header]
    events: list[ChainEvent]

    @property
    def last(self) -> Header:
        """The block that the index has reached with this batch."""
        return self.headers[-1]


class BatchReader:
    """Reads the next batch: ranges below finality, blocks linked by their hashes above it."""

    def __init__(
        self,
        chain: Chain,
        abi: Abi,
        deployments: Deployments,
        finality_depth: int,
        range_blocks: int,
    ) -> None:
        self._chain = chain
        self._abi = abi
        self._deployments = deployments
        self._finality_depth = finality_depth
        self._range = range_blocks
        self._addresses = deployments.addresses
        self._pairs = [
            (deployments.contracts[contract].address, topic)
            for contract, topic in abi.events
            if contract in deployments.contracts
        ]

    def read(self, first: int, target: int, head: int, parent: str | None) -> Batch:
        """The next blocks from `first`, at most to `target`, on a chain that ends at `head`.

        `parent` is the hash that the block before `first` must have. Raises `TryLater`.
        """
        settled = min(target, head - self._finality_depth)
        if first <= settled:
            return self._ranged(first, settled)
        return self._linked(first, min(target, first + LINKED_BLOCKS - 1), parent)

    def read_all(self, first: int, target: int, head: int, parent: str | None) -> Iterator[Batch]:
        """Batch after batch up to `target`."""
        while first <= target:
            batch = self.read(first, target, head, parent)
            yield batch
            first, parent = batch.last.number + 1, batch.last.hash

    def _linked(self, first: int, last: int, parent: str | None) -> Batch:
        headers = self._chain.headers(range(first, last + 1))
        for header in headers:
            if parent is not None and header.parent_hash != parent:
                raise ChainMoved(f"Block {header.number} does not follow the one before it.")
            parent = header.hash
        logs = self._chain.logs_of(headers, self._addresses, self._pairs)
        return Batch(first, headers, self._decoded(logs, headers))

    def _ranged(self, first: int, settled: int) -> Batch:
        while True:
            last = min(settled, first + self._range - 1)
            try:
                logs, end = self._chain.logs_in(first, last, self._addresses)
                break
            except RangeTooLarge:
                if self._range == 1:
                    raise
                self._range = max(1, (last - first + 1) // 2)
            except TryLater:
                self._range = max(1, (last - first + 1) // 2)
                raise
        self._adapt(len(logs))
        headers = self._headers_of(logs, end)
        return Batch(first, headers, self._decoded(logs, headers))

    def _adapt(self, logs: int) -> None:
        if logs < FEW_LOGS:
            self._range = min(LONGEST_RANGE, self._range * 2)
        elif logs > MANY_LOGS:
            self._range = max(1, self._range // 2)

    def _headers_of(self, logs: list[Log], end: Header) -> list[Header]:
        numbers = sorted({log.block_number for log in logs} - {end.number})
        headers = [*self._chain.headers(numbers), end]
        hashes = {header.number: header.hash for header in headers}
        if any(log.block_hash != hashes[log.block_number] for log in logs):
            raise ChainMoved("The node gave logs of another fork than its headers.")
        return headers

    def _decoded(self, logs: list[Log], headers: list[Header]) -> list[ChainEvent]:
        timestamps = {header.hash: header.timestamp for header in headers}
        return decode_events(logs, timestamps, self._abi, self._deployments)
