"""Units: issuance, movement, splitting, ends, suspension (contracts/CRU.sol)."""

from __future__ import annotations

import itertools
from typing import Any

from tests.contracts.reporting import ReportStatus, RetirementReason, Serial, UnitStatus
from tests.contracts.reversing import CancellationReason
from tests.contracts.samples import ZERO_ADDRESS, ZERO_HASH, Terms, UnitType

from .world import (
    NONE,
    PURPOSE_LIMIT,
    REASON_LIMIT,
    URI_LIMIT,
    Block,
    Check,
    Report,
    Rule,
    Series,
    World,
    within,
)

TOO_LONG = "CRUTextTooLong"
LIVE = (UnitStatus.Held, UnitStatus.Buffer, UnitStatus.Locked)
Key = tuple[bytes, int]


def mint(w: World, who: str, report_id: bytes, vintage: int, kg: int) -> Rule:
    yield from _requestable(w, report_id, vintage, kg, 0)
    return lambda: _issue(w, report_id, vintage, kg)


def mint_batch(w: World, who: str, requests: list[tuple[bytes, int, int]]) -> Rule:
    if not requests:
        yield ("CRUEmptyBatch",)
    asked: dict[Key, int] = {}
    for report_id, vintage, kg in requests:
        before = asked.get((report_id, vintage), 0)
        yield from _requestable(w, report_id, vintage, kg, before)
        asked[report_id, vintage] = before + kg
        held = w.reports.get(report_id)
        first = w.reports.get(requests[0][0])
        if held and held.terms and first and first.terms:
            kind, expected = held.terms.unit_type, first.terms.unit_type
            if kind != expected:
                start = _issued(w, report_id, vintage) + before
                own = kg - buffer_share(held.terms, start + kg) + buffer_share(held.terms, start)
                token_id = Serial(report_id, vintage, start, own).token_id if own > 0 else 0
                yield ("CRUNotSameType", token_id, kind, expected)

    def effect() -> None:
        for report_id, vintage, kg in requests:
            _issue(w, report_id, vintage, kg)

    return effect


def issue_due(w: World, report_id: bytes, report: Report) -> None:
    """What a verification issues by itself."""
    if report.developer in w.suspended or w.deficits[report.project_id]:
        return
    for vintage, kg in _issuable(report).items():
        due = kg - _issued(w, report_id, vintage)
        if not due:
            continue
        series = _open(w, report_id, vintage, report)
        if not (series.expires and w.is_over(series.monitoring_end_day)):
            _issue(w, report_id, vintage, due)


def transfer_from(w: World, who: str, owner: str, to: str, token_id: int, *_: bytes) -> Rule:
    yield from _movable(w, who, to, [token_id])
    held = w.blocks.get(token_id)
    if held and held.owner != owner:
        yield ("ERC721IncorrectOwner", owner, token_id, held.owner)
    return lambda: _hand(w, token_id, to)


def transfer_batch(w: World, who: str, to: str, token_ids: list[int]) -> Rule:
    if not token_ids:
        yield ("CRUEmptyBatch",)
    yield from _movable(w, who, to, token_ids)
    yield from _same_type(w, token_ids)

    def effect() -> None:
        for token_id in token_ids:
            _hand(w, token_id, to)

    return effect


def transfer_part(w: World, who: str, to: str, token_id: int, kg: int) -> Rule:
    yield from _movable(w, who, to, [token_id])
    yield from cuttable(w, token_id, kg)
    return lambda: _hand(w, cut(w, token_id, kg), to)


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
    return lambda: _replace(w, token_id, quantities) and None


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
    yield from _same_type(w, token_ids)

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
    yield from _same_type(w, token_ids)

    def effect() -> None:
        for token_id in token_ids:
            end(w, token_id, UnitStatus.Expired)

    return effect


def prolong(
    w: World, who: str, report_id: bytes, vintage: int, until: int, evidence: bytes, uri: str
) -> Rule:
    if evidence == ZERO_HASH:
        yield ("CRUZeroHash",)
    yield from within(TOO_LONG, uri, URI_LIMIT)
    report, series = w.reports.get(report_id), w.series.get((report_id, vintage))
    expires, end_day = False, 0
    if series:
        expires, end_day = series.expires, series.monitoring_end_day
    elif not report or report.status != ReportStatus.Verified:
        status = report.status if report else NONE
        yield ("CRUReportNotVerified", report_id, status)
        return None
    elif report.terms and _issuable(report).get(vintage):
        expires, end_day = report.terms.expires, report.monitoring_end_day
    known = end_day if expires else 0
    if not known or w.is_over(known) or until <= known:
        yield ("CRUCannotProlong", report_id, vintage, known, until)

    def effect() -> None:
        opened = series or _open(w, report_id, vintage, w.reports[report_id])
        opened.monitoring_end_day = until

    return effect


def release_buffer(w: World, who: str, token_id: int, kg: int, evidence: bytes) -> Rule:
    if evidence == ZERO_HASH:
        yield ("CRUZeroHash",)
    held = w.blocks.get(token_id)
    if not held:
        yield ("ERC721NonexistentToken", token_id)
        return None
    if held.status != UnitStatus.Buffer:
        yield ("CRUUnexpectedStatus", token_id, held.status)
    yield from cuttable(w, token_id, kg)
    series = w.series_of(token_id)
    if not w.is_over(series.monitoring_end_day):
        yield ("CRUMonitoringNotOver", token_id, series.monitoring_end_day)
    if series.expires:
        yield ("CRUUnitExpired", token_id, series.monitoring_end_day)
    if owed := w.deficits[series.project_id]:
        yield ("CRUProjectHasDeficit", series.project_id, owed)
    report = w.reports.get(Serial.of(token_id).report_id)
    if report and report.developer in w.suspended:
        yield ("CRUAccountSuspended", report.developer)

    def effect() -> None:
        moved = cut(w, token_id, kg)
        w.blocks[moved].status = UnitStatus.Held
        _hand(w, moved, w.reports[Serial.of(token_id).report_id].developer)

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


def add_retirement_reason(w: World, who: str, code: int, label: str) -> Rule:
    is_label = 1 <= len(label) <= 31 and set(label) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    if not is_label:
        yield ("CRUInvalidLabel", label)
    if code == 0 or _is_reason(w, code):
        yield ("CRUReasonTaken", code)
    return lambda: w.labels.update({code: label})


def issuable(vintages: list[tuple[int, int]], terms: Terms) -> dict[int, int]:
    """kg CO2e in whole granules that each vintage may issue; the remainder goes on to the next."""
    total, given, answer = 0, 0, {}
    for vintage, kg in vintages:
        total += kg
        answer[vintage] = total - total % terms.granularity_kg - given
        given += answer[vintage]
    return answer


def buffer_share(terms: Terms, kg: int) -> int:
    """The buffer's share of the first kg of a vintage, rounded up to whole granules."""
    return -(-(kg // terms.granularity_kg) * terms.buffer_rate_bps // 10_000) * terms.granularity_kg


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


def cut(w: World, token_id: int, kg: int) -> int:
    """The last kg of a block, which stays with its owner; gives its token id."""
    whole = Serial.of(token_id).quantity_kg
    return token_id if kg == whole else _replace(w, token_id, [whole - kg, kg])[-1]


def end(w: World, token_id: int, status: int, reason: int = 0) -> None:
    """A new status; its approval, if any, is over."""
    block = w.blocks[token_id]
    block.status, block.approved, block.reason = status, "", reason


def create(w: World, token_id: int, owner: str, status: int) -> None:
    w.blocks[token_id] = Block(owner, status)


def _requestable(w: World, report_id: bytes, vintage: int, kg: int, before: int) -> Check:
    report = w.reports.get(report_id)
    status = report.status if report else NONE
    if status != ReportStatus.Verified:
        yield ("CRUReportNotVerified", report_id, status)
    if not report or not report.terms:
        return
    granularity = report.terms.granularity_kg
    issued = _issued(w, report_id, vintage) + before
    left = _issuable(report).get(vintage, 0) - issued
    if kg == 0:
        yield ("CRUZeroAmount",)
    if kg % granularity:
        yield ("CRUNotMultipleOfGranularity", kg, granularity)
    if kg > left:
        yield ("CRUExceedsVerified", report_id, vintage, kg, left)
    if report.developer in w.suspended:
        yield ("CRUAccountSuspended", report.developer)
    if owed := w.deficits[report.project_id]:
        yield ("CRUProjectHasDeficit", report.project_id, owed)
    series = w.series.get((report_id, vintage))
    end_day = series.monitoring_end_day if series else report.monitoring_end_day
    if report.terms.expires and w.is_over(end_day) and kg < 2**64:
        yield ("CRUUnitExpired", Serial(report_id, vintage, issued, kg).token_id, end_day)


def _issuable(report: Report) -> dict[int, int]:
    return issuable(report.vintages, report.terms) if report.terms else {}


def _issued(w: World, report_id: bytes, vintage: int) -> int:
    series = w.series.get((report_id, vintage))
    return series.issued_kg if series else 0


def _open(w: World, report_id: bytes, vintage: int, report: Report) -> Series:
    terms = report.terms
    assert terms
    shape = (report.project_id, terms.granularity_kg, terms.unit_type, terms.expires)
    made = Series(*shape, report.monitoring_end_day)
    return w.series.setdefault((report_id, vintage), made)


def _issue(w: World, report_id: bytes, vintage: int, kg: int) -> None:
    report = w.reports[report_id]
    assert report.terms
    series = _open(w, report_id, vintage, report)
    first, series.issued_kg = series.issued_kg, series.issued_kg + kg
    buffer_kg = buffer_share(report.terms, first + kg) - buffer_share(report.terms, first)
    own = Serial(report_id, vintage, first, kg - buffer_kg)
    if own.quantity_kg:
        create(w, own.token_id, report.developer, UnitStatus.Held)
    if buffer_kg:
        rest = Serial(report_id, vintage, first + own.quantity_kg, buffer_kg)
        create(w, rest.token_id, w.units, UnitStatus.Buffer)


def _movable(w: World, who: str, to: str, token_ids: list[int]) -> Check:
    if to == ZERO_ADDRESS:
        yield ("ERC721InvalidReceiver", to)
    if to == w.units:
        yield ("CRUInvalidReceiver", to)
    if to in w.suspended:
        yield ("CRUAccountSuspended", to)
    for token_id in token_ids:
        yield from disposable(w, who, token_id)


def _same_type(w: World, token_ids: list[int]) -> Check:
    known = [one for one in token_ids if one in w.blocks]
    if not token_ids or token_ids[0] not in w.blocks:
        expected: int = UnitType.CRU
    else:
        expected = w.series_of(token_ids[0]).unit_type
    for token_id in known:
        kind = w.series_of(token_id).unit_type
        if kind != expected:
            yield ("CRUNotSameType", token_id, kind, expected)


def _hand(w: World, token_id: int, to: str) -> None:
    block = w.blocks[token_id]
    block.owner, block.approved = to, ""


def _replace(w: World, token_id: int, quantities: list[int]) -> list[int]:
    held, serial = w.blocks.pop(token_id), Serial.of(token_id)
    parts, first = [], serial.first_kg
    for kg in quantities:
        part = serial._replace(first_kg=first, quantity_kg=kg).token_id
        w.blocks[part] = Block(held.owner, held.status)
        parts, first = [*parts, part], first + kg
    return parts


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
