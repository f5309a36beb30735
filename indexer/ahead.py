"""Settled blocks in long ranges, asked for before they are needed."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

from indexer.chain import Chain, Header, Log
from indexer.completeness import Completeness
from indexer.errors import ChainMoved, RangeTooLarge, TryLater

#: Characters of logs that a range should have. One of more than half of that is asked for at a
#: time, lighter ones several at a time: there the node is waited for, here the processor.
WEIGHT, LIGHT_ONES = 2_000_000, 2
#: Bytes of an answer above which it is not read on, but asked for in two halves.
MOST_BYTES = 2 * WEIGHT
FIRST_RANGE, LONGEST_RANGE = 16, 1_000_000


@dataclass(frozen=True)
class Stretch:
    """Consecutive settled blocks: headers of those with logs and of the last one, and the logs.

    `parent_hash` is what the node says of the block before, `weight` is that of the logs.
    """

    first: int
    parent_hash: str | None
    headers: list[Header]
    logs: list[Log]
    weight: int


class Ahead:
    """Reads stretches one after another, some ahead of the one that is asked for.

    Their length follows what the node gives: short where logs are many or the node refuses, long
    where there are few.
    """

    def __init__(
        self,
        chain: Chain,
        addresses: Sequence[str],
        completeness: Completeness,
        range_blocks: int,
    ) -> None:
        self._chain = chain
        self._addresses = addresses
        self._completeness = completeness
        self._length, self._most = min(FIRST_RANGE, range_blocks), range_blocks
        self._at_a_time = LIGHT_ONES
        self._asked: deque[tuple[int, int, Future[Stretch]]] = deque()
        self._threads = ThreadPoolExecutor(LIGHT_ONES, "ahead")

    def take(self, first: int, settled: int) -> Stretch:
        """The blocks from `first` on, as many as fit, at most to `settled`; raises `TryLater`."""
        while True:
            start, last, answer = self._ask(first, settled)
            try:
                stretch = answer.result()
            except RangeTooLarge:
                self._most = self._shorten(last - start + 1)
                if start == last:
                    raise
            except TryLater:
                # A node that does not answer in time may answer about less.
                self._shorten(last - start + 1)
                raise
            else:
                self._asked.popleft()
                self._adapt(last - start + 1, stretch.weight)
                self._ask_on(last + 1, settled)
                return stretch

    def drop(self) -> None:
        """Forget what was asked for; answers on their way are not waited for."""
        for _, _, answer in self._asked:
            answer.cancel()
        self._asked.clear()

    def close(self) -> None:
        """End the threads."""
        self.drop()
        self._threads.shutdown(wait=False)

    def _ask(self, first: int, settled: int) -> tuple[int, int, Future[Stretch]]:
        if not self._asked or self._asked[0][0] != first:
            self.drop()
        self._ask_on(first, settled)
        return self._asked[0]

    def _ask_on(self, first: int, settled: int) -> None:
        """Ask for the blocks from `first` on, past those that are asked for already."""
        if self._asked:
            first = self._asked[-1][1] + 1
        while len(self._asked) < self._at_a_time and first <= settled:
            last = min(settled, first + self._length - 1)
            self._asked.append((first, last, self._threads.submit(self._read, first, last)))
            first = last + 1

    def _read(self, first: int, last: int) -> Stretch:
        most = None if first == last else MOST_BYTES
        parent, logs, end = self._chain.logs_in(first, last, self._addresses, most)
        numbers = sorted({log.block_number for log in logs} - {end.number})
        headers = [*self._chain.headers(numbers), end]
        check_links(parent, first, headers)
        hashes = {header.number: header.hash for header in headers}
        if any(log.block_hash != hashes[log.block_number] for log in logs):
            raise ChainMoved("The node gave logs of another fork than its headers.")
        self._completeness.settled(first, headers, logs)
        return Stretch(first, parent, headers, logs, weight_of(logs))

    def _shorten(self, blocks: int) -> int:
        self.drop()
        self._length = max(1, blocks // 2)
        return self._length

    def _adapt(self, blocks: int, weight: int) -> None:
        self._at_a_time = 1 if 2 * weight > WEIGHT else LIGHT_ONES
        fitting = blocks * WEIGHT // max(weight, 1)
        if blocks >= self._most:
            self._most = min(LONGEST_RANGE, self._most + max(1, self._most // 2))
        self._length = max(1, min(fitting, 2 * blocks, self._most))


def check_links(parent: str | None, first: int, headers: Sequence[Header]) -> None:
    """Raise `ChainMoved` unless these blocks can be of one chain: `first` follows the block of the
    hash `parent`, where both are known, and each one the one before it, where there is no gap."""
    if parent is not None and headers[0].number == first and headers[0].parent_hash != parent:
        raise ChainMoved(f"Block {first} does not follow the one before it.")
    for one, two in pairwise(headers):
        if two.number == one.number + 1 and two.parent_hash != one.hash:
            raise ChainMoved(f"Block {two.number} does not follow the one before it.")


def weight_of(logs: Iterable[Log]) -> int:
    """Characters of logs in a node's answer, about."""
    return sum(500 + 70 * len(log.topics) + len(log.data) for log in logs)
