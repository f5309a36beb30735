"""Batches of blocks, read from the chain in the way that fits their depth below the head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.abi import Abi
from indexer.ahead import WEIGHT, Ahead, weight_of
from indexer.chain import Chain, Header, Log
from indexer.completeness import Completeness
from indexer.deployments import Deployments
from indexer.errors import ChainMoved
from indexer.events import ChainEvent, EventDecoder

LINKED_BLOCKS = 64


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
        check_one_in: int = 1,
    ) -> None:
        self._chain = chain
        self._decoder = EventDecoder(abi, deployments)
        self._finality_depth = finality_depth
        self._linked_blocks = LINKED_BLOCKS
        self._addresses = deployments.addresses
        placed = deployments.contracts
        pairs = (
            (placed[contract].address, topic)
            for contract, topic in abi.events
            if contract in placed
        )
        self._completeness = Completeness(chain, pairs, check_one_in)
        self._ahead = Ahead(chain, deployments.addresses, self._completeness, range_blocks)

    def close(self) -> None:
        """End what is read ahead."""
        self._ahead.close()

    def look_anew(self) -> None:
        """Forget what was read ahead: the chain is another."""
        self._ahead.drop()

    def settled(self, target: int, head: int) -> int:
        """The last block to `target` that is read in ranges, on a chain that ends at `head`."""
        return min(target, head - self._finality_depth)

    def read(self, first: int, target: int, head: int, parent: str | None) -> Batch:
        """The next blocks from `first`, at most to `target`, on a chain that ends at `head`.

        `parent` is the hash that the block before `first` must have. Raises `TryLater`.
        """
        settled = self.settled(target, head)
        if first <= settled:
            return self._ranged(first, settled, parent)
        return self._linked(first, min(target, first + self._linked_blocks - 1), parent)

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
        given = self._chain.logs_of(headers, self._addresses)
        logs = self._completeness.near_head(headers, given)
        self._fit(len(headers), weight_of(logs))
        return self._decoded(first, headers, logs)

    def _fit(self, blocks: int, weight: int) -> None:
        """As many blocks at a time as make up one batch's weight."""
        fitting = blocks * WEIGHT // max(weight, 1)
        self._linked_blocks = max(1, min(LINKED_BLOCKS, fitting))

    def _ranged(self, first: int, settled: int, parent: str | None) -> Batch:
        stretch = self._ahead.take(first, settled)
        if parent is not None and stretch.parent_hash != parent:
            self._ahead.drop()
            raise ChainMoved(f"Block {first} does not follow the one before it.")
        self._fit(stretch.headers[-1].number - first + 1, stretch.weight)
        return self._decoded(first, stretch.headers, stretch.logs)

    def _decoded(self, first: int, headers: list[Header], logs: Sequence[Log]) -> Batch:
        timestamps = {header.hash: header.timestamp for header in headers}
        return Batch(first, headers, self._decoder.decode(logs, timestamps))
