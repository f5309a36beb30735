"""Units: movement, splitting, suspension (contracts/CRU.sol)."""

from __future__ import annotations

import itertools

from tests.contracts.reporting import Serial, UnitStatus
from tests.contracts.samples import ZERO_ADDRESS, ZERO_HASH

from .blocks import (
    TOO_LONG,
    cut,
    cuttable,
    disposable,
    hand,
    live,
    movable,
    replace,
    same_type,
)
from .endings import (
    add_retirement_reason,
    cancel,
    cancel_suspended,
    expire,
    expire_batch,
    retire,
    retire_batch,
)
from .issuance import mint, mint_batch, prolong, release_buffer
from .world import (
    REASON_LIMIT,
    Block,
    Check,
    Rule,
    World,
    within,
)


def transfer_from(w: World, who: str, owner: str, to: str, token_id: int, *_: bytes) -> Rule:
    yield from movable(w, who, to, [token_id])
    held = w.blocks.get(token_id)
    if held and held.owner != owner:
        yield ("ERC721IncorrectOwner", owner, token_id, held.owner)
    return lambda: hand(w, token_id, to)


def transfer_batch(w: World, who: str, to: str, token_ids: list[int]) -> Rule:
    if not token_ids:
        yield ("CRUEmptyBatch",)
    yield from movable(w, who, to, token_ids)
    yield from same_type(w, token_ids)

    def effect() -> None:
        for token_id in token_ids:
            hand(w, token_id, to)

    return effect


def transfer_part(w: World, who: str, to: str, token_id: int, kg: int) -> Rule:
    yield from movable(w, who, to, [token_id])
    yield from cuttable(w, token_id, kg)
    return lambda: hand(w, cut(w, token_id, kg), to)


def approve(w: World, who: str, to: str, token_id: int) -> Rule:
    yield from live(w, token_id)
    held = w.blocks.get(token_id)
    if not held:
        return None
    if to != ZERO_ADDRESS and held.owner in w.suspended:
        yield ("CRUAccountSuspended", held.owner)
    if who != held.owner and (held.owner, who) not in w.allowances:
        yield ("ERC721InvalidApprover", who)
    return lambda: setattr(held, "approved", "" if to == ZERO_ADDRESS else to)


def set_approval_for_all(w: World, who: str, operator: str, approved: bool) -> Rule:
    if operator == ZERO_ADDRESS:
        yield ("ERC721InvalidOperator", operator)
    if approved and who in w.suspended:
        yield ("CRUAccountSuspended", who)
    change = w.allowances.add if approved else w.allowances.discard
    return lambda: change((who, operator))


def split(w: World, who: str, token_id: int, quantities: list[int]) -> Rule:
    yield from disposable(w, who, token_id)
    if len(quantities) < 2:
        yield ("CRUTooFewParts", len(quantities))
    if token_id not in w.blocks:
        return None
    granularity = w.series_of(token_id).granularity_kg
    for kg in quantities:
        if kg == 0:
            yield ("CRUZeroAmount",)
        if kg % granularity:
            yield ("CRUNotMultipleOfGranularity", kg, granularity)
    if sum(quantities) != Serial.of(token_id).quantity_kg:
        yield ("CRUSumMismatch", token_id, sum(quantities))
    return lambda: replace(w, token_id, quantities) and None


def merge(w: World, who: str, token_ids: list[int]) -> Rule:
    if len(token_ids) < 2:
        yield ("CRUTooFewParts", len(token_ids))
    for token_id in token_ids:
        yield from disposable(w, who, token_id)
    first = w.blocks.get(token_ids[0]) if token_ids else None
    for one, other in itertools.pairwise(token_ids):
        a, b = Serial.of(one), Serial.of(other)
        is_next = (a.report_id, a.vintage, a.first_kg + a.quantity_kg) == b[:3]
        if not is_next:
            yield ("CRUNotAdjacent", one, other)
        held = w.blocks.get(other)
        if first and held and held.owner != first.owner:
            yield ("CRUNotSameOwner", other, held.owner)

    def effect() -> None:
        start = Serial.of(token_ids[0])
        kg = sum(Serial.of(one).quantity_kg for one in token_ids)
        owner = w.blocks[token_ids[0]].owner
        for one in token_ids:
            del w.blocks[one]
        whole = start._replace(quantity_kg=kg).token_id
        w.blocks[whole] = Block(owner, UnitStatus.Held)

    return effect


def suspend(w: World, who: str, account: str, evidence: bytes, reason: str) -> Rule:
    yield from _grounds(evidence, reason)
    if account in (ZERO_ADDRESS, w.units):
        yield ("CRUCannotSuspend", account)
    if account in w.suspended:
        yield ("CRUAccountSuspended", account)
    return lambda: w.suspended.add(account)


def reinstate(w: World, who: str, account: str, evidence: bytes, reason: str) -> Rule:
    yield from _grounds(evidence, reason)
    if account not in w.suspended:
        yield ("CRUAccountNotSuspended", account)
    return lambda: w.suspended.discard(account)


def _grounds(evidence: bytes, reason: str) -> Check:
    if evidence == ZERO_HASH:
        yield ("CRUZeroHash",)
    if not reason:
        yield ("CRUReasonRequired",)
    yield from within(TOO_LONG, reason, REASON_LIMIT)


RULES = {
    "mint": mint,
    "mintBatch": mint_batch,
    "approve": approve,
    "setApprovalForAll": set_approval_for_all,
    "transferFrom": transfer_from,
    "safeTransferFrom": transfer_from,
    "transferBatch": transfer_batch,
    "transferPart": transfer_part,
    "split": split,
    "merge": merge,
    "retire": retire,
    "retireBatch": retire_batch,
    "cancel": cancel,
    "cancelSuspended": cancel_suspended,
    "expire": expire,
    "expireBatch": expire_batch,
    "prolong": prolong,
    "releaseBuffer": release_buffer,
    "suspendAccount": suspend,
    "reinstateAccount": reinstate,
    "addRetirementReason": add_retirement_reason,
}
