"""The bloom filter of a block header: what the block's logs can have been (Yellow Paper 4.4.3)."""

from collections.abc import Iterable
from functools import lru_cache

from eth_utils.crypto import keccak


@lru_cache(maxsize=4096)
def bits_of(item: str) -> int:
    """The three bits that an address or topic (`0x…`) sets in a bloom of 2048 bits."""
    digest = keccak(bytes.fromhex(item[2:]))
    bits = 0
    for start in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[start : start + 2], "big") & 2047)
    return bits


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
