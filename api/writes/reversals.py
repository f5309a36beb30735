"""Reversals: compensation as a call to sign."""

from __future__ import annotations

from api.errors import Detail
from api.queries.reversals import ReversalRow
from api.queries.units import UnitRow
from api.requests import CompensationRequest
from api.snapshot import Snapshot
from api.writes.proposals import Proposal
from api.writes.units import held_units, number_of
from api.writes.write import Write


def compensation(snapshot: Snapshot, row: ReversalRow, request: CompensationRequest) -> Proposal:
    """The last kg of held units, cancelled for a reversal; never more than is outstanding."""
    names = [portion.unit for portion in request.units]
    rows, findings = held_units(snapshot, names, "/units")
    for place, (found, portion) in enumerate(zip(rows, request.units, strict=True)):
        findings += _findings(row, found, portion.quantity_kg, f"/units/{place}")
    if len({found.unit.token_id for found in rows}) < len(rows):
        message = "A unit is named more than once; name each one once."
        findings.append(Detail("/units", "REPEATED_UNIT", message))
    reversal = row.reversal
    left = (reversal.due_kg or 0) - reversal.covered_kg
    total = sum(_kg(f, p.quantity_kg) for f, p in zip(rows, request.units, strict=True))
    if total > left:
        message = f"{total} kg are more than the {left} kg that are left of the reversal."
        findings.append(Detail("/units", "EXCEEDS_OUTSTANDING", message, conflict=True))
    portions = [
        {"tokenId": number_of(found), "kg": _kg(found, portion.quantity_kg)}
        for found, portion in zip(rows, request.units, strict=True)
    ]
    arguments = {"reversalId": reversal.reversal_id, "portions": portions}
    path = f"/reversals/{reversal.reversal_id}"
    write = Write("reversal_compensation", "ReversalRegistry", "compensate", arguments, path)
    return Proposal(write, tuple(findings))


def _findings(row: ReversalRow, found: UnitRow, kg: int | None, place: str) -> list[Detail]:
    details = []
    unit, wanted = found.unit, row.reversal.unit_type
    if unit.unit_type != wanted:
        message = f"The unit is a {unit.unit_type}; only {wanted} make up for this reversal."
        details.append(Detail(place, "NOT_SAME_TYPE", message, conflict=True))
    if kg is not None and kg > (unit.quantity_kg or 0):
        message = f"The unit has {unit.quantity_kg} kg, {kg} kg were asked for; ask for less."
        details.append(Detail(f"{place}/quantity_kg", "EXCEEDS_UNIT", message))
    return details


def _kg(found: UnitRow, kg: int | None) -> int:
    """The whole unit unless a part of it is named."""
    return kg if kg is not None else found.unit.quantity_kg or 0
