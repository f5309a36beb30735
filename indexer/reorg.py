"""Where two branches part: pure, so that any shape of reorganisation can be tried on it.

A stored block is canonical when the node has the same hash at its number. Canonicity is monotone:
below a canonical block every block is canonical, above another one none is.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

WIDTH = 32


class Stored(NamedTuple):
    """A block that the index remembers."""

    number: int
    hash: str


Ask = Callable[[Sequence[int]], Sequence[str | None]]


def fork_point(stored: Sequence[Stored], ask: Ask) -> Stored | None:
    """The highest of the stored blocks (ascending) that is canonical, None when none is.

    `ask` gives the node's hashes of block numbers, None for a block it does not have; it is asked
    for at most `WIDTH` at a time, the highest first, then for ever narrower spans.
    """
    low, high = 0, len(stored)
    picks = range(max(0, high - WIDTH), high)
    while low < high:
        low, high = _narrowed(stored, low, high, picks, ask([stored[p].number for p in picks]))
        picks = _spread(low, high)
    return stored[low - 1] if low else None


def _narrowed(
    stored: Sequence[Stored],
    low: int,
    high: int,
    picks: Sequence[int],
    hashes: Sequence[str | None],
) -> tuple[int, int]:
    """All blocks before `low` are canonical, none from `high` on is."""
    for pick, found in zip(picks, hashes, strict=True):
        if found == stored[pick].hash:
            low = max(low, pick + 1)
        else:
            return low, min(high, pick)
    return low, high


def _spread(low: int, high: int) -> range:
    return range(low, high, max(1, -(-(high - low) // WIDTH)))
