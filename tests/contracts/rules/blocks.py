"""Blocks of units: which can be disposed of, cut and handed on, and how (contracts/CRU.sol)."""

from __future__ import annotations

from tests.contracts.reporting import Serial, UnitStatus
from tests.contracts.samples import ZERO_ADDRESS, UnitType

from .world import (
    Block,
    Check,
    World,
)

TOO_LONG = "CRUTextTooLong"
LIVE = (UnitStatus.Held, UnitStatus.Buffer, UnitStatus.Locked)


def live(w: World, token_id: int) -> Check:
    held = w.blocks.get(token_id)
    if not held:
        yield ("ERC721NonexistentToken", token_id)
        return
    if held.status != UnitStatus.Held:
        yield ("CRUUnitNotHeld", token_id, held.status)
    yield from unexpired(w, token_id)


def unexpired(w: World, token_id: int) -> Check:
    if token_id in w.blocks and w.is_expired(token_id):
        yield ("CRUUnitExpired", token_id, w.series_of(token_id).monitoring_end_day)


def disposable(w: World, who: str, token_id: int) -> Check:
    yield from live(w, token_id)
    held = w.blocks.get(token_id)
    if not held:
        return
    if who not in (held.owner, held.approved) and (held.owner, who) not in w.allowances:
        yield ("ERC721InsufficientApproval", who, token_id)
    for account in (who, held.owner):
        if account in w.suspended:
            yield ("CRUAccountSuspended", account)


def movable(w: World, who: str, to: str, token_ids: list[int]) -> Check:
    if to == ZERO_ADDRESS:
        yield ("ERC721InvalidReceiver", to)
    if to == w.units:
        yield ("CRUInvalidReceiver", to)
    if to in w.suspended:
        yield ("CRUAccountSuspended", to)
    for token_id in token_ids:
        yield from disposable(w, who, token_id)


def cuttable(w: World, token_id: int, kg: int) -> Check:
    if token_id not in w.blocks:
        return
    whole, granularity = Serial.of(token_id).quantity_kg, w.series_of(token_id).granularity_kg
    if kg == 0:
        yield ("CRUZeroAmount",)
    if kg > whole:
        yield ("CRUExceedsBlock", token_id, kg)
    if kg % granularity:
        yield ("CRUNotMultipleOfGranularity", kg, granularity)


def same_type(w: World, token_ids: list[int]) -> Check:
    known = [one for one in token_ids if one in w.blocks]
    if not token_ids or token_ids[0] not in w.blocks:
        expected: int = UnitType.CRU
    else:
        expected = w.series_of(token_ids[0]).unit_type
    for token_id in known:
        kind = w.series_of(token_id).unit_type
        if kind != expected:
            yield ("CRUNotSameType", token_id, kind, expected)


def cut(w: World, token_id: int, kg: int) -> int:
    """The last kg of a block, which stays with its owner; gives its token id."""
    whole = Serial.of(token_id).quantity_kg
    return token_id if kg == whole else replace(w, token_id, [whole - kg, kg])[-1]


def end(w: World, token_id: int, status: int, reason: int = 0) -> None:
    """A new status; its approval, if any, is over."""
    block = w.blocks[token_id]
    block.status, block.approved, block.reason = status, "", reason


def create(w: World, token_id: int, owner: str, status: int) -> None:
    w.blocks[token_id] = Block(owner, status)


def hand(w: World, token_id: int, to: str) -> None:
    block = w.blocks[token_id]
    block.owner, block.approved = to, ""


def replace(w: World, token_id: int, quantities: list[int]) -> list[int]:
    held, serial = w.blocks.pop(token_id), Serial.of(token_id)
    parts, first = [], serial.first_kg
    for kg in quantities:
        part = serial._replace(first_kg=first, quantity_kg=kg).token_id
        w.blocks[part] = Block(held.owner, held.status)
        parts, first = [*parts, part], first + kg
    return parts
