"""Whether a node gave all logs of ours: held against the blooms of the block headers.

A bloom never denies what is in a block. So logs that make up all of a block's bloom, numbered from
0 without a gap, are all of its logs but perhaps for its end, of which `tails` makes sure. Where the
contracts of others fill the bloom as well, all logs of the block are asked for and held against it.

That is done with every block near the head, and with every block with logs of ours in long ranges
of settled blocks. The blocks without any are all looked at in a range of at most `WHOLE` blocks; in
a longer one as many as there are with some, and at least `LOOKS`, taken at random: so the cost
grows with the events, and not with the empty blocks. `one_in` spares a chain that is full of
others' logs, and gives up certainty for it.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from indexer.bloom import bloom_of, may_hold
from indexer.chain import Chain, Header, Log
from indexer.errors import TryLater
from indexer.tails import End, Tails

LOOKS, WHOLE = 64, 1024
Pair = tuple[str, str]


class Completeness:
    """Checks answers about the logs of some contracts; `pairs` of (address, topic) are the events
    that these contracts can emit. Every check raises `TryLater` when the node left out a log. In
    ranges, one in `one_in` of the blocks in which others have logs too is looked at.
    """

    def __init__(self, chain: Chain, pairs: Iterable[Pair], one_in: int = 1) -> None:
        self._chain = chain
        self._one_in = one_in
        self._random = random.Random()
        self._tails = Tails(chain)
        self._topics: dict[str, list[str]] = defaultdict(list)
        for address, topic in pairs:
            self._topics[address].append(topic)

    def near_head(self, headers: Sequence[Header], logs: Sequence[Log]) -> list[Log]:
        """All logs of ours in these blocks, of which the node gave these."""
        given = _by_block(logs)
        found: list[Log] = []
        ends: list[End] = []
        for header in headers:
            whole = given.get(header.number, [])
            if not _makes_up(header, whole):
                if not (whole or self._may_hold_more(header, whole)):
                    continue
                whole = self._whole(header)
            ends += _ends(header, whole)
            found += self._of_ours(whole)
        self._tails.require(ends, are_recent=True)
        return found

    def settled(self, first: int, headers: Sequence[Header], logs: Sequence[Log]) -> None:
        """Check a range from `first` to the last of the headers, those of blocks with logs."""
        given = _by_block(logs)
        ends: list[End] = []
        for header in headers:
            ours = given.get(header.number, [])
            if _makes_up(header, ours):
                ends += _ends(header, ours)
            elif self._is_worth_a_look(header, ours):
                ends += _ends(header, self._required(header, ours))
        for header in self._chain.headers(self._silent(first, headers)):
            if self._may_hold_more(header, []):
                ends += _ends(header, self._required(header, []))
        self._tails.require(ends, are_recent=False)

    def _is_worth_a_look(self, header: Header, ours: Sequence[Log]) -> bool:
        by_chance = bool(ours) and self._random.randrange(self._one_in) == 0
        return by_chance or self._may_hold_more(header, ours)

    def _silent(self, first: int, headers: Sequence[Header]) -> list[int]:
        """Some blocks of the range without logs, all of them when they are few."""
        last, known = headers[-1].number, {header.number for header in headers}
        wanted = max(LOOKS, len(known))
        if last - first + 1 <= max(WHOLE, wanted + len(known)):
            return [number for number in range(first, last + 1) if number not in known]
        chosen = self._random.sample(range(first, last + 1), wanted)
        return sorted(set(chosen) - known)

    def _required(self, header: Header, ours: Sequence[Log]) -> list[Log]:
        """All logs of the block, among which there must be no others of ours."""
        whole = self._whole(header)
        if _places(self._of_ours(whole)) != _places(ours):
            raise TryLater(f"The node left out logs of block {header.number} in a range.")
        return whole

    def _whole(self, header: Header) -> list[Log]:
        """All logs of the block, whosever they are."""
        logs = self._chain.all_logs_of(header)
        if not _makes_up(header, logs):
            raise TryLater(f"The node leaves out logs of block {header.number}: see its bloom.")
        return logs

    def _of_ours(self, logs: Iterable[Log]) -> list[Log]:
        return [log for log in logs if log.address in self._topics]

    def _may_hold_more(self, header: Header, ours: Iterable[Log]) -> bool:
        """Whether the bloom allows an event of ours that is not among these logs."""
        bloom = header.bloom
        if bloom == 0:
            return False
        found = {(log.address, log.topics[0]) for log in ours if log.topics}
        return any(
            may_hold(bloom, topic) and (address, topic) not in found
            for address, topics in self._topics.items()
            if may_hold(bloom, address)
            for topic in topics
        )


def _makes_up(header: Header, logs: Sequence[Log]) -> bool:
    """Whether these can be all logs of the block; yes on chains whose blocks have no bloom."""
    if header.bloom == 0:
        return True
    if [log.log_index for log in logs] != list(range(len(logs))):
        return False
    items = {log.address for log in logs}
    items.update(*[log.topics for log in logs])
    return header.bloom == bloom_of(items)


def _ends(header: Header, whole: Sequence[Log]) -> list[End]:
    """The end of a block all of whose logs are known, as far as its bloom says so."""
    return [End(header, whole[-1])] if whole and header.bloom else []


def _by_block(logs: Iterable[Log]) -> Mapping[int, list[Log]]:
    given: dict[int, list[Log]] = defaultdict(list)
    for log in logs:
        given[log.block_number].append(log)
    return given


def _places(logs: Iterable[Log]) -> list[tuple[str, int]]:
    return [(log.block_hash, log.log_index) for log in logs]
