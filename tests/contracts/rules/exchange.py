"""Units that cross between registries (contracts/UnitExchange.sol)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.contracts.reporting import Serial, UnitStatus
from tests.contracts.reversing import ExportStatus, Import
from tests.contracts.samples import ZERO_ADDRESS, ZERO_HASH, UnitType

from .blocks import create, cut, cuttable, disposable, unexpired
from .reports import EPOCH
from .world import (
    AMOUNT_LIMIT,
    NONE,
    PURPOSE_LIMIT,
    REASON_LIMIT,
    URI_LIMIT,
    Check,
    Rule,
    Series,
    World,
    within,
)

TOO_LONG = "UnitExchangeTextTooLong"


def start(w: World, who: str, token_id: int, kg: int, registry: str, account: str) -> Rule:
    if kg == 0:
        yield ("UnitExchangeZeroAmount",)
    yield from _registry(registry)
    yield from within(TOO_LONG, account, PURPOSE_LIMIT)
    yield from _running(w)
    yield from disposable(w, who, token_id)
    yield from cuttable(w, token_id, kg)

    def effect() -> None:
        locked = cut(w, token_id, kg)
        w.blocks[locked].status, w.blocks[locked].approved = UnitStatus.Locked, ""
        w.exports[locked] = (ExportStatus.Started, w.blocks[locked].owner)

    return effect


def abort(w: World, who: str, token_id: int, reason: str) -> Rule:
    status, owner = w.exports.get(token_id, (NONE, ZERO_ADDRESS))
    if status != ExportStatus.Started:
        yield ("UnitExchangeUnexpectedStatus", token_id, status)
        return None
    if who != owner and who not in w.members["operator"]:
        yield ("UnitExchangeNotOwnerOrOperator", token_id, who)
    yield from within(TOO_LONG, reason, REASON_LIMIT)
    is_locked = w.blocks[token_id].status == UnitStatus.Locked
    if is_locked:
        yield from _running(w)

    def effect() -> None:
        w.exports[token_id] = (ExportStatus.Aborted, owner)
        if is_locked:
            w.blocks[token_id].status = UnitStatus.Held

    return effect


def complete(w: World, who: str, token_id: int, evidence: bytes, uri: str) -> Rule:
    status, owner = w.exports.get(token_id, (NONE, ZERO_ADDRESS))
    if evidence == ZERO_HASH:
        yield ("UnitExchangeZeroHash",)
    yield from within(TOO_LONG, uri, URI_LIMIT)
    if status != ExportStatus.Started:
        yield ("UnitExchangeUnexpectedStatus", token_id, status)
        return None
    yield from _running(w)
    block = w.blocks[token_id]
    if block.status != UnitStatus.Locked:
        yield ("CRUUnexpectedStatus", token_id, block.status)
    yield from unexpired(w, token_id)
    if block.owner in w.suspended:
        yield ("CRUAccountSuspended", block.owner)

    def effect() -> None:
        w.exports[token_id] = (ExportStatus.Completed, owner)
        block.status = UnitStatus.Exported

    return effect


def import_units(w: World, who: str, struct: tuple[Any, ...]) -> Rule:
    units = Import(struct[3], *struct[:3], *struct[4:])
    origin = (units.origin_registry.lower(), units.origin_key.lower())
    report_id = keccak(encode(["string", "string", "string"], ["import", *origin]))[:14]
    yield from _sound(w, units)
    if report_id in w.imported:
        yield ("UnitExchangeAlreadyImported", report_id)
    yield from _running(w)
    if units.kg > AMOUNT_LIMIT:
        yield ("CRUAmountTooLarge", units.kg, AMOUNT_LIMIT)
    if units.granularity_kg and units.kg % units.granularity_kg:
        yield ("CRUNotMultipleOfGranularity", units.kg, units.granularity_kg)
    if units.to == w.units:
        yield ("CRUInvalidReceiver", units.to)
    if units.to in w.suspended:
        yield ("CRUAccountSuspended", units.to)

    def effect() -> None:
        project = ["import project", origin[0], units.origin_project.lower()]
        project_id = keccak(encode(["string", "string", "string"], project))
        shape = (units.granularity_kg, units.unit_type, units.expires, units.monitoring_end_day)
        w.imported.add(report_id)
        w.series[report_id, units.vintage] = Series(project_id, *shape, units.kg)
        whole = Serial(report_id, units.vintage, 0, units.kg)
        create(w, whole.token_id, units.to, UnitStatus.Held)

    return effect


def _sound(w: World, units: Import) -> Check:
    if units.to == ZERO_ADDRESS:
        yield ("UnitExchangeZeroAddress",)
    if units.kg == 0:
        yield ("UnitExchangeZeroAmount",)
    if units.evidence_hash == ZERO_HASH:
        yield ("UnitExchangeZeroHash",)
    yield from _registry(units.origin_registry)
    for key in (units.origin_key, units.origin_project):
        if not re.fullmatch(r"[!-~]{1,200}", key):
            yield ("UnitExchangeInvalidKey", key)
    yield from within(TOO_LONG, units.uri, URI_LIMIT)
    is_whole = units.granularity_kg % 1_000 == 0 or units.unit_type == UnitType.CRU
    if not units.granularity_kg or not is_whole:
        yield ("UnitExchangeInvalidGranularity", units.unit_type, units.granularity_kg)
    is_temporary = units.unit_type in (UnitType.CFS, UnitType.CSP)
    if units.unit_type != UnitType.CRU and units.expires != is_temporary:
        yield ("UnitExchangeInvalidExpiry", units.unit_type, units.expires)
    if units.expires and units.monitoring_end_day < w.day:
        yield ("UnitExchangeExpired", units.monitoring_end_day)
    if not 1970 <= units.vintage <= (EPOCH + timedelta(w.day)).year:
        yield ("UnitExchangeInvalidVintage", units.vintage)


def _registry(name: str) -> Check:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name):
        yield ("UnitExchangeInvalidRegistry", name)


def _running(w: World) -> Check:
    if "units" in w.paused:
        yield ("EnforcedPause",)


RULES = {
    "startExport": start,
    "abortExport": abort,
    "completeExport": complete,
    "importUnits": import_units,
}
