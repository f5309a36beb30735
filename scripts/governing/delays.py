"""The delays that access control keeps, with a change that is still to take effect."""

from __future__ import annotations

from dataclasses import dataclass

from ape import networks
from eth_abi import encode
from eth_utils import keccak, to_int

from scripts.slots import erc7201, word

_TARGETS = erc7201("openzeppelin.storage.AccessManager")
_ROLES = _TARGETS + 1
_DELAY_BITS = 112


@dataclass(frozen=True)
class StoredDelay:
    """Seconds that count now, and those that will count from a UNIX time on.

    OpenZeppelin lets a change of these delays wait five days at least: no getter tells it before.
    """

    now: int
    later: int
    since: int

    def is_or_becomes(self, seconds: int) -> bool:
        """Whether nothing need be done for the delay to be that."""
        return self.later == seconds

    @property
    def is_changing(self) -> bool:
        """Whether another delay counts later."""
        return self.now != self.later


def target_delay(access: str, target: str) -> StoredDelay:
    """What the role table of a contract waits for at least, from the storage of access control."""
    return _delay(word(access, _entry("address", target, _TARGETS) + 1))


def grant_delay(access: str, role: int) -> StoredDelay:
    """What passes until a granted role holds, from the storage of access control."""
    # admin (64 bits) | guardian (64 bits) | delay, from the low end
    return _delay(word(access, _entry("uint64", role, _ROLES) + 1) >> 128)


def _entry(key: str, value: object, mapping: int) -> int:
    return to_int(keccak(encode([key, "uint256"], [value, mapping])))


def _delay(packed: int) -> StoredDelay:
    """OpenZeppelin's `Time.Delay`: since (48 bits) | before (32) | after (32)."""
    packed &= (1 << _DELAY_BITS) - 1
    since, before, after = packed >> 64, packed >> 32 & 0xFFFFFFFF, packed & 0xFFFFFFFF
    begun = since <= networks.provider.get_block("latest").timestamp
    return StoredDelay(after if begun else before, after, 0 if begun else since)
