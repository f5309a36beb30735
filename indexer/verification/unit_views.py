"""Views of units: what is held, issued, reversed and exchanged."""

from collections.abc import Sequence
from typing import Any

from indexer.abi import Abi
from indexer.models import (
    ImpairedUnit,
    OperatorApproval,
    ProjectDeficit,
    ReportVintage,
    RetirementReason,
    Reversal,
    ReversalCoverage,
    SuspendedAccount,
    Unit,
    UnitExport,
    UnitImport,
)
from indexer.verification.questions import Compared, Moment, Question, View, members, struct, value


def _unit() -> View:
    def asks(row: Unit, _abi: Abi) -> list[Question]:
        token = (int(row.token_id, 16),)
        return [Question("CRU", "unit", token), Question("CRU", "getApproved", token)]

    def compares(row: Unit, answers: Sequence[Any], moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            if name == "retirement_reason":
                words = moment.abi.enum_words("RetirementReason")
                known = words[held] if held < len(words) else str(held)
                yield name, row.retirement_reason, known if held else None
            elif name != "monitoring_end_day":  # kept once for a whole vintage
                yield name, getattr(row, name), held
        yield "approved", row.approved, answers[1]

    return View(Unit, asks, compares)


def _vintage() -> View:
    def asks(row: ReportVintage, _abi: Abi) -> list[Question]:
        key = (row.report_id, row.vintage)
        return [Question("CRU", "issuedKg", key), Question("MRVRegistry", "verifiedKg", key)]

    def compares(row: ReportVintage, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "issued_kg", row.issued_kg, answers[0]
        yield "verified_kg", row.verified_kg, answers[1]

    return View(ReportVintage, asks, compares)


def _coverage() -> View:
    def asks(row: ReversalCoverage, _abi: Abi) -> list[Question]:
        return [Question("CRU", "unit", (int(row.token_id, 16),))]

    def compares(row: ReversalCoverage, answers: Sequence[Any], _moment: Moment) -> Compared:
        is_cancelled = answers[0]["status"] == "cancelled"
        yield "kg", row.kg, answers[0]["quantityKg"] if is_cancelled else 0

    return View(ReversalCoverage, asks, compares)


def _mark() -> View:
    def asks(row: ImpairedUnit, _abi: Abi) -> list[Question]:
        key = (int(row.token_id, 16), row.reversal_id)
        return [Question("ReversalRegistry", "markOf", key)]

    def compares(row: ImpairedUnit, answers: Sequence[Any], _moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            yield name, getattr(row, name), held

    return View(ImpairedUnit, asks, compares)


def _export() -> View:
    def asks(row: UnitExport, _abi: Abi) -> list[Question]:
        return [Question("UnitExchange", "exportOf", (int(row.token_id, 16),))]

    def compares(row: UnitExport, answers: Sequence[Any], _moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            if name != "changed_at":
                yield name, getattr(row, name), held
        yield "ended_at", row.ended_at or row.started_at, answers[0]["changedAt"]

    return View(UnitExport, asks, compares)


def _import() -> View:
    def asks(row: UnitImport, _abi: Abi) -> list[Question]:
        names = (row.origin_registry, row.origin_key)
        return [Question("UnitExchange", "importOf", names)]

    def compares(row: UnitImport, answers: Sequence[Any], _moment: Moment) -> Compared:
        held = answers[0]
        yield "report_id", row.report_id, held["reportId"] if held["isImported"] else None

    return View(UnitImport, asks, compares)


UNITS: tuple[View, ...] = (
    _vintage(),
    _unit(),
    value(SuspendedAccount, "suspended", "CRU", "isSuspended", "account"),
    value(ProjectDeficit, "deficit_kg", "CRU", "deficitKg", "project_id"),
    value(RetirementReason, "label", "CRU", "retirementReason", "code"),
    value(OperatorApproval, "approved", "CRU", "isApprovedForAll", "owner", "operator"),
    struct(Reversal, "ReversalRegistry", "reversal", "reversal_id"),
    _coverage(),
    _mark(),
    _export(),
    _import(),
)
