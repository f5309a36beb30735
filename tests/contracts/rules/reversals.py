"""Reversals and who makes up for them (contracts/ReversalRegistry.sol)."""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi import encode
from eth_utils import keccak

from tests.contracts.reporting import ReportStatus, Serial, UnitStatus
from tests.contracts.reversing import UnitIntegrity
from tests.contracts.samples import ZERO_HASH

from .blocks import cut, cuttable, end, live, unexpired
from .world import NONE, URI_LIMIT, Check, Reversal, Rule, World, within

Portions = Sequence[tuple[int, int]]
VERIFIED = (ReportStatus.Verified, ReportStatus.Archived)


def reversal_id_of(report_id: bytes, evidence: bytes) -> bytes:
    return keccak(encode(["bytes14", "bytes32"], [report_id, evidence]))


def record(
    w: World,
    who: str,
    report_id: bytes,
    kg: int,
    avoidable: bool,
    evidence: bytes,
    uri: str,
    buffer: Portions,
    held: Portions,
) -> Rule:
    reversal_id = reversal_id_of(report_id, evidence)
    if kg == 0:
        yield ("ReversalRegistryZeroAmount",)
    if evidence == ZERO_HASH:
        yield ("ReversalRegistryZeroHash",)
    yield from within("ReversalRegistryTextTooLong", uri, URI_LIMIT)
    if reversal_id in w.reversals:
        yield ("ReversalRegistryAlreadyRecorded", reversal_id)
    report = w.reports.get(report_id)
    if not report or report.status not in VERIFIED or not report.terms:
        yield ("ReversalRegistryNotVerified", report_id, report.status if report else NONE)
        return None
    granularity = report.terms.granularity_kg
    due = -(-kg // granularity) * granularity
    reversible = issued_of(w, report_id) - w.reversed[report_id]
    if due > reversible:
        yield ("ReversalRegistryExceedsIssued", report_id, min(due, 2**64 - 1), reversible)
    made = Reversal(report_id, report.project_id, report.developer, report.terms.unit_type, due)
    yield from _buffer(w, reversal_id, made, buffer)
    drawn = min(sum(kg for _, kg in buffer), due)
    yield from _drawn(w, reversal_id, made, held, due - drawn)

    def effect() -> None:
        w.reversals[reversal_id] = made
        w.reversed[report_id] += due
        _cover(w, made, [*buffer, *held])
        w.deficits[made.project_id] += made.outstanding_kg

    return effect


def draw_on_liable(w: World, who: str, reversal_id: bytes, held: Portions) -> Rule:
    made = yield from _coverable(w, reversal_id, held)
    if not made:
        return None
    yield from _drawn(w, reversal_id, made, held, made.outstanding_kg)
    return lambda: _repay(w, made, held)


def compensate(w: World, who: str, reversal_id: bytes, portions: Portions) -> Rule:
    made = yield from _coverable(w, reversal_id, portions)
    if not made:
        return None
    left = made.outstanding_kg
    for token_id, kg in portions:
        block = w.blocks.get(token_id)
        if not block:
            yield ("ERC721NonexistentToken", token_id)
            continue
        allowed = (block.owner, who) in w.allowances
        if who not in (block.owner, block.approved) and not allowed:
            yield ("ReversalRegistryNotAuthorized", token_id, who)
        yield from _covering(w, reversal_id, made, token_id, kg, left)
        left -= kg
        for account in (block.owner, who):
            if account in w.suspended:
                yield ("CRUAccountSuspended", account)
    return lambda: _repay(w, made, portions)


def mark_impaired(w: World, who: str, reversal_id: bytes, portions: Portions) -> Rule:
    made = yield from _coverable(w, reversal_id, portions)
    if not made:
        return None
    terms = w.reports[made.report_id].terms
    assert terms
    left = made.due_kg - made.impaired_kg
    for token_id, kg in portions:
        if kg == 0:
            yield ("ReversalRegistryZeroAmount",)
        if kg % terms.granularity_kg:
            yield ("ReversalRegistryNotMultipleOfGranularity", kg, terms.granularity_kg)
        if kg > left:
            yield ("ReversalRegistryExceedsDue", reversal_id, kg, left)
        left -= kg
        yield from _hittable(w, made, token_id, kg)
        if (token_id, reversal_id) in w.marks:
            integrity = w.marks[token_id, reversal_id][0]
            yield ("ReversalRegistryUnexpectedIntegrity", token_id, integrity)

    def effect() -> None:
        for token_id, kg in portions:
            w.marks[token_id, reversal_id] = (UnitIntegrity.Impaired, kg)
            made.impaired_kg += kg
            w.hits[token_id][0] += kg

    return effect


def mark_compensated(w: World, who: str, reversal_id: bytes, token_ids: Sequence[int]) -> Rule:
    made = yield from _coverable(w, reversal_id, token_ids)
    if not made:
        return None
    if made.outstanding_kg:
        yield ("ReversalRegistryNotCovered", reversal_id, made.outstanding_kg)
    for token_id in token_ids:
        integrity, _ = w.marks.get((token_id, reversal_id), (UnitIntegrity.Sound, 0))
        if integrity != UnitIntegrity.Impaired:
            yield ("ReversalRegistryUnexpectedIntegrity", token_id, integrity)

    def effect() -> None:
        for token_id in token_ids:
            kg = w.marks[token_id, reversal_id][1]
            w.marks[token_id, reversal_id] = (UnitIntegrity.Compensated, kg)
            w.hits[token_id][1] += kg

    return effect


def issued_of(w: World, report_id: bytes) -> int:
    return sum(one.issued_kg for (held, _), one in w.series.items() if held == report_id)


def buffer_of(w: World, project_id: bytes) -> int:
    """kg CO2e in a project's buffer, what nobody has called `expire` for included."""
    return sum(
        Serial.of(token_id).quantity_kg
        for token_id, block in w.blocks.items()
        if block.status == UnitStatus.Buffer and w.series_of(token_id).project_id == project_id
    )


def _buffer(w: World, reversal_id: bytes, made: Reversal, portions: Portions) -> Check:
    expected = min(made.due_kg, buffer_of(w, made.project_id))
    drawn = min(sum(kg for _, kg in portions), 2**64 - 1)
    if drawn != expected:
        yield ("ReversalRegistryBufferFirst", reversal_id, drawn, expected)
    left = made.due_kg
    for token_id, kg in portions:
        block = w.blocks.get(token_id)
        if not block:
            yield ("ERC721NonexistentToken", token_id)
            continue
        if block.status != UnitStatus.Buffer:
            yield ("ReversalRegistryNotOfBuffer", token_id, block.status)
        project_id = w.series_of(token_id).project_id
        if project_id != made.project_id:
            yield ("ReversalRegistryNotOfProject", token_id, made.project_id)
        if block.owner != w.units:
            yield ("ERC721IncorrectOwner", w.units, token_id, block.owner)
        yield from _amount(w, reversal_id, token_id, kg, left)
        left -= kg
        yield from unexpired(w, token_id)


def _drawn(w: World, reversal_id: bytes, made: Reversal, portions: Portions, left: int) -> Check:
    for token_id, kg in portions:
        block = w.blocks.get(token_id)
        if not block:
            yield ("ERC721NonexistentToken", token_id)
            continue
        if block.owner != made.liable:
            yield ("ReversalRegistryNotLiable", token_id, block.owner, made.liable)
        yield from _covering(w, reversal_id, made, token_id, kg, left)
        left -= kg


def _covering(
    w: World, reversal_id: bytes, made: Reversal, token_id: int, kg: int, left: int
) -> Check:
    kind = w.series_of(token_id).unit_type
    if kind != made.unit_type:
        yield ("ReversalRegistryNotSameType", token_id, kind, made.unit_type)
    yield from live(w, token_id)
    yield from _amount(w, reversal_id, token_id, kg, left)


def _amount(w: World, reversal_id: bytes, token_id: int, kg: int, left: int) -> Check:
    if "units" in w.paused:
        yield ("EnforcedPause",)
    if kg == 0:
        yield ("ReversalRegistryZeroAmount",)
    if kg > left:
        yield ("ReversalRegistryExceedsDue", reversal_id, kg, left)
    yield from cuttable(w, token_id, kg)


def _hittable(w: World, made: Reversal, token_id: int, kg: int) -> Check:
    block = w.blocks.get(token_id)
    if not block:
        yield ("ERC721NonexistentToken", token_id)
        return
    serial = Serial.of(token_id)
    if serial.report_id != made.report_id:
        yield ("ReversalRegistryNotOfReport", token_id, made.report_id)
    if block.status != UnitStatus.Retired:
        yield ("ReversalRegistryNotRetired", token_id)
    sound = serial.quantity_kg - w.hits[token_id][0]
    if kg > sound:
        yield ("ReversalRegistryExceedsBlock", token_id, kg, sound)


def _coverable(w: World, reversal_id: bytes, parts: Sequence[object]) -> object:
    if not parts:
        yield ("ReversalRegistryEmptyBatch",)
    if reversal_id not in w.reversals:
        yield ("ReversalRegistryUnknownReversal", reversal_id)
    return w.reversals.get(reversal_id)


def _cover(w: World, made: Reversal, portions: Portions) -> None:
    for token_id, kg in portions:
        end(w, cut(w, token_id, kg), UnitStatus.Cancelled)
        made.covered_kg += kg


def _repay(w: World, made: Reversal, portions: Portions) -> None:
    before = made.outstanding_kg
    _cover(w, made, portions)
    w.deficits[made.project_id] -= before - made.outstanding_kg


RULES = {
    "recordReversal": record,
    "drawOnLiable": draw_on_liable,
    "compensate": compensate,
    "markImpaired": mark_impaired,
    "markCompensated": mark_compensated,
}
