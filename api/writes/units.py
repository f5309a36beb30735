"""Units: transfer, split, merge and retirement as calls to sign (OGCR 4.2.3)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from eth_utils.crypto import keccak

from api.errors import Detail, MissingError, ValidationError
from api.queries.units import UnitRow, unit
from api.registry import Registry
from api.requests import (
    Beneficiary,
    MergeRequest,
    RetirementRequest,
    SplitRequest,
    TransferRequest,
)
from api.snapshot import Snapshot
from api.writes.proposals import Proposal
from api.writes.write import Write
from indexer.identity import Serial, UnitId

NOBODY = "0x" + "0" * 64


@dataclass(frozen=True)
class Commitment:
    """A beneficiary as the chain keeps it: `value` is keccak256(salt, utf8(name)); `salt` is known
    only here and to whoever is told."""

    value: str
    salt: str | None = None


def unit_id(name: str) -> UnitId:
    """The unit that a decimal token id, `0x…` token id or serial names; `MissingError` for none."""
    try:
        return Serial.parse(name).unit if "-" in name else UnitId.from_token_id(name.lower())
    except ValueError as error:
        message = f"“{name}” names no unit; give its token id (decimal or 0x…) or its serial."
        raise MissingError(message) from error


def transfer(registry: Registry, snapshot: Snapshot, request: TransferRequest) -> Proposal:
    """Units that go to another account, all or none."""
    rows, findings = held_units(snapshot, request.units, "/units")
    findings += [*_repeated(request.units), *_receiver(registry, request.to)]
    owners = sorted({row.unit.owner or "" for row in rows})
    if len(owners) > 1:
        message = f"The units have several owners ({', '.join(owners)}); transfer each one's apart."
        findings.append(Detail("/units", "SEVERAL_OWNERS", message, conflict=True))
    if request.from_ and owners not in ([], [request.from_]):
        message = f"The units belong to {', '.join(owners)}, not to {request.from_}."
        findings.append(Detail("/from", "NOT_THE_OWNER", message, conflict=True))
    return Proposal(_transfer_write(rows, request.to), tuple(findings))


def split(snapshot: Snapshot, request: SplitRequest) -> Proposal:
    """A unit that is cut into parts, in order; they stay with the owner."""
    rows, findings = held_units(snapshot, [request.unit], "/unit")
    row, total = rows[0], sum(request.quantities_kg)
    if total != row.unit.quantity_kg:
        message = f"The parts sum to {total} kg, the unit has {row.unit.quantity_kg} kg."
        findings.append(Detail("/quantities_kg", "SUM_MISMATCH", message))
    arguments = {"tokenId": number_of(row), "quantitiesKg": request.quantities_kg}
    write = Write("unit_split", "CRU", "split", arguments, _path(row))
    return Proposal(write, tuple(findings))


def merge(snapshot: Snapshot, request: MergeRequest) -> Proposal:
    """Consecutive units that become one."""
    rows, findings = held_units(snapshot, request.units, "/units")
    for place, (row, following) in enumerate(pairwise(rows), start=1):
        if not _follows(row, following):
            message = f"The unit does not begin where the one before it ends ({number_of(row)})."
            findings.append(Detail(f"/units/{place}", "NOT_ADJACENT", message))
        elif row.unit.owner != following.unit.owner:
            message = "The units have several owners; merge each one's apart."
            findings.append(Detail(f"/units/{place}", "SEVERAL_OWNERS", message, conflict=True))
    whole = sum(row.unit.quantity_kg or 0 for row in rows)
    first = UnitId.from_token_id(rows[0].unit.token_id)
    path = f"/credits/{UnitId(first.report_id, first.vintage, first.first_kg, whole).hex}"
    write = Write("unit_merge", "CRU", "merge", {"tokenIds": [number_of(r) for r in rows]}, path)
    return Proposal(write, tuple(findings))


def retirement(
    registry: Registry, snapshot: Snapshot, name: str, request: RetirementRequest
) -> tuple[Proposal, Commitment]:
    """A unit that is withdrawn for ever, and the commitment to whom it is for."""
    rows, findings = held_units(snapshot, [name], "/creditId")
    commitment = _commitment(request.beneficiary)
    reason = registry.abi.enum_words("RetirementReason").index(request.reason)
    details = {"reason": reason, "beneficiary": commitment.value, "purpose": request.purpose}
    arguments = {"tokenId": number_of(rows[0]), "retirement": details}
    write = Write("unit_retirement", "CRU", "retire", arguments, _path(rows[0]))
    return Proposal(write, tuple(findings)), commitment


def held_units(
    snapshot: Snapshot, names: Sequence[str], place: str
) -> tuple[list[UnitRow], list[Detail]]:
    """The units of those names, and which of them nobody can act on; `MissingError` for none."""
    rows, findings = [], []
    for index, name in enumerate(names):
        pointer = f"{place}/{index}" if place == "/units" else place
        row = unit(snapshot, unit_id(name).hex)
        if row is None:
            raise MissingError(
                f"There is no unit {name}; it was never issued, or it was split or merged.",
                [Detail(pointer, "UNIT_UNKNOWN", f"There is no unit {name}.")],
            )
        rows.append(row)
        if row.unit.status != "held":
            message = f"The unit is {row.unit.status}; only held units can be acted on."
            findings.append(Detail(pointer, "UNIT_NOT_HELD", message, conflict=True))
    return rows, findings


def _repeated(names: Sequence[str]) -> list[Detail]:
    if len({unit_id(name) for name in names}) == len(names):
        return []
    message = "A unit is named more than once; name each one once."
    return [Detail("/units", "REPEATED_UNIT", message)]


def _receiver(registry: Registry, to: str) -> list[Detail]:
    name = registry.deployments.name_of(to)
    if name is None:
        return []
    message = f"{to} is the registry's contract {name}, from where nothing comes back."
    return [Detail("/to", "INVALID_RECEIVER", message)]


def _transfer_write(rows: Sequence[UnitRow], to: str) -> Write:
    if len(rows) > 1:
        arguments = {"to": to, "tokenIds": [number_of(row) for row in rows]}
        return Write("unit_transfer", "CRU", "transferBatch", arguments)
    single = {"from": rows[0].unit.owner, "to": to, "tokenId": number_of(rows[0])}
    return Write("unit_transfer", "CRU", "safeTransferFrom", single, _path(rows[0]))


def _commitment(beneficiary: Beneficiary | None) -> Commitment:
    if beneficiary is None:
        return Commitment(NOBODY)
    if (beneficiary.name is None) == (beneficiary.commitment is None):
        message = "Give the beneficiary either as a name (and salt) or as a commitment."
        detail = Detail("/beneficiary", "NAME_OR_COMMITMENT", message)
        raise ValidationError(message, [detail])
    if beneficiary.commitment is not None:
        return Commitment(beneficiary.commitment.lower())
    salt = beneficiary.salt or "0x" + secrets.token_hex(32)
    name = (beneficiary.name or "").encode()
    return Commitment("0x" + keccak(bytes.fromhex(salt[2:]) + name).hex(), salt)


def _follows(row: UnitRow, following: UnitRow) -> bool:
    one = UnitId.from_token_id(row.unit.token_id)
    other = UnitId.from_token_id(following.unit.token_id)
    same = (one.report_id, one.vintage) == (other.report_id, other.vintage)
    return same and other.first_kg == one.last_kg + 1


def number_of(row: UnitRow) -> int:
    """The unit's token id."""
    return int(row.unit.token_id, 16)


def _path(row: UnitRow) -> str:
    return f"/credits/{row.unit.token_id}"
