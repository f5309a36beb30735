"""Issuance: what a verified report may issue, and the buffer's share (contracts/CRU.sol)."""

from __future__ import annotations

from tests.contracts.reporting import ReportStatus, Serial, UnitStatus
from tests.contracts.samples import ZERO_HASH, Terms

from .blocks import (
    TOO_LONG,
    create,
    cut,
    cuttable,
    hand,
)
from .world import (
    NONE,
    URI_LIMIT,
    Check,
    Report,
    Rule,
    Series,
    World,
    within,
)

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
        hand(w, moved, w.reports[Serial.of(token_id).report_id].developer)

    return effect


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
