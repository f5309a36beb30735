"""The bloom filter of a block header: what the block's logs can have been (Yellow Paper 4.4.3)."""

from collections.abc import Iterable
from functools import lru_cache

# Eight times as fast as the one that eth-utils finds: every new topic of a backlog goes through it.
from sha3 import keccak_256


@lru_cache(maxsize=4096)
def bits_of(item: str) -> int:
    """The three bits that an address or topic (`0x…`) sets in a bloom of 2048 bits."""
    digest = keccak_256(bytes.fromhex(item[2:])).digest()
    words = int.from_bytes(digest[:6], "big")
    return 1 << (words >> 32 & 2047) | 1 << (words >> 16 & 2047) | 1 << (words & 2047)


def may_hold(bloom: int, item: str) -> bool:
    """False when no log with that address or topic is in the block; True when one may be."""
    bits = bits_of(item)
    return bloom & bits == bits


def bloom_of(items: Iterable[str]) -> int:
    """The bloom of all addresses and topics of a block's logs."""
    bloom = 0
    for item in items:
        bloom |= bits_of(item)
    return bloom
