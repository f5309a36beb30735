"""Exchange: the start and the abortion of an export as calls to sign (OGCR 2.3)."""

from __future__ import annotations

from api.errors import ConflictError, Detail, MissingError
from api.queries.exchange import exports_of
from api.queries.units import unit
from api.requests import ExportAbortRequest, ExportRequest
from api.snapshot import Snapshot
from api.writes.proposals import Proposal
from api.writes.units import held_units, number_of, unit_id
from api.writes.write import Write
from indexer.identity import UnitId


def export(snapshot: Snapshot, name: str, request: ExportRequest) -> Proposal:
    """The last kg of a held unit, locked for a registry that is to take it."""
    (row,), findings = held_units(snapshot, [name], "/creditId")
    whole = row.unit.quantity_kg or 0
    kg = whole if request.quantity_kg is None else request.quantity_kg
    if kg > whole:
        message = f"The unit has {whole} kg, {kg} kg were asked for; ask for less."
        findings.append(Detail("/quantity_kg", "EXCEEDS_UNIT", message))
    arguments = {
        "tokenId": number_of(row),
        "kg": kg,
        "targetRegistry": request.target_registry,
        "targetAccount": request.target_account,
    }
    first = UnitId.from_token_id(row.unit.token_id)
    start = first.first_kg + max(0, whole - kg)
    locked = UnitId(first.report_id, first.vintage, start, kg)
    path = f"/credits/{locked.hex}"
    write = Write("unit_export", "UnitExchange", "startExport", arguments, path)
    return Proposal(write, tuple(findings))


def export_abort(snapshot: Snapshot, name: str, request: ExportAbortRequest) -> Proposal:
    """A locked unit given back to its owner, before the end of its export."""
    identity = unit_id(name)
    if unit(snapshot, identity.hex) is None:
        raise MissingError(f"There is no unit {name}; it was never issued, or it was split.")
    found = exports_of(snapshot, [identity.hex]).get(identity.hex)
    if found is None or found.status != "started":
        state = "was not begun" if found is None else f"is {found.status} already"
        message = f"The export of the unit {state}."
        detail = Detail("/creditId", "EXPORT_NOT_STARTED", message, conflict=True)
        raise ConflictError(message, [detail])
    arguments = {"tokenId": identity.token_id, "reason": request.reason}
    path = f"/credits/{identity.hex}"
    return Proposal(Write("export_abort", "UnitExchange", "abortExport", arguments, path))
