"""Ends of units: retired, cancelled, expired (contracts/CRU.sol)."""

from __future__ import annotations

from typing import Any

from tests.contracts.reporting import RetirementReason, UnitStatus
from tests.contracts.reversing import CancellationReason
from tests.contracts.samples import ZERO_HASH

from .blocks import (
    LIVE,
    TOO_LONG,
    cut,
    cuttable,
    disposable,
    end,
    live,
    same_type,
)
from .world import (
    PURPOSE_LIMIT,
    Check,
    Rule,
    World,
    within,
)


def retire(w: World, who: str, token_id: int, kg: int, retirement: Any) -> Rule:
    yield from _sound_retirement(w, retirement)
    yield from disposable(w, who, token_id)
    yield from cuttable(w, token_id, kg)
    return lambda: end(w, cut(w, token_id, kg), UnitStatus.Retired, retirement[0])


def retire_batch(w: World, who: str, token_ids: list[int], retirement: Any) -> Rule:
    if not token_ids:
        yield ("CRUEmptyBatch",)
    yield from _sound_retirement(w, retirement)
    for token_id in token_ids:
        yield from disposable(w, who, token_id)
    yield from same_type(w, token_ids)

    def effect() -> None:
        for token_id in token_ids:
            end(w, token_id, UnitStatus.Retired, retirement[0])

    return effect


def cancel(w: World, who: str, token_id: int, kg: int, cancellation: Any) -> Rule:
    own = (CancellationReason.Voluntary, CancellationReason.Other)
    yield from _sound_cancellation(cancellation, own)
    yield from disposable(w, who, token_id)
    yield from cuttable(w, token_id, kg)
    return lambda: end(w, cut(w, token_id, kg), UnitStatus.Cancelled)


def cancel_suspended(w: World, who: str, token_id: int, kg: int, cancellation: Any) -> Rule:
    wrong = (CancellationReason.ErroneousIssuance, CancellationReason.Fraud)
    yield from _sound_cancellation(cancellation, wrong)
    yield from live(w, token_id)
    yield from cuttable(w, token_id, kg)
    held = w.blocks.get(token_id)
    if held and held.owner not in w.suspended:
        yield ("CRUAccountNotSuspended", held.owner)
    return lambda: end(w, cut(w, token_id, kg), UnitStatus.Cancelled)


def expire(w: World, who: str, token_id: int) -> Rule:
    return (yield from expire_batch(w, who, [token_id]))


def expire_batch(w: World, who: str, token_ids: list[int]) -> Rule:
    if not token_ids:
        yield ("CRUEmptyBatch",)
    for token_id in token_ids:
        if token_id not in w.blocks:
            yield ("ERC721NonexistentToken", token_id)
            continue
        series, status = w.series_of(token_id), w.blocks[token_id].status
        if not series.expires:
            yield ("CRUNeverExpires", token_id)
        if status not in LIVE:
            yield ("CRUUnexpectedStatus", token_id, status)
        if not w.is_over(series.monitoring_end_day):
            yield ("CRUUnitNotExpired", token_id, series.monitoring_end_day)
    yield from same_type(w, token_ids)

    def effect() -> None:
        for token_id in token_ids:
            end(w, token_id, UnitStatus.Expired)

    return effect


def add_retirement_reason(w: World, who: str, code: int, label: str) -> Rule:
    is_label = 1 <= len(label) <= 31 and set(label) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    if not is_label:
        yield ("CRUInvalidLabel", label)
    if code == 0 or _is_reason(w, code):
        yield ("CRUReasonTaken", code)
    return lambda: w.labels.update({code: label})


def _is_reason(w: World, code: int) -> bool:
    return 0 < code < len(RetirementReason) or code in w.labels


def _sound_retirement(w: World, retirement: Any) -> Check:
    reason, _, purpose, start, last = retirement
    if not _is_reason(w, reason):
        yield ("CRUInvalidReason", reason)
    yield from within(TOO_LONG, purpose, PURPOSE_LIMIT)
    if start > last or (start == 0 and last != 0):
        yield ("CRUInvalidClaimPeriod", start, last)


def _sound_cancellation(cancellation: Any, permitted: tuple[int, ...]) -> Check:
    reason, beneficiary, purpose = cancellation
    if reason not in permitted:
        yield ("CRUInvalidReason", reason)
    if beneficiary == ZERO_HASH:
        yield ("CRUBeneficiaryRequired",)
    if not purpose:
        yield ("CRUPurposeRequired",)
    yield from within(TOO_LONG, purpose, PURPOSE_LIMIT)
