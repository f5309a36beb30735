"""Routes of units, which the specification calls credits (OGCR 4.2.3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.bodies import modelled
from api.dependencies import JsonBody, OfPrincipal, OfRegistry, UnitName
from api.errors import MissingError
from api.features.units import unit_feature
from api.filters import UnitFilters
from api.parameters import AsOfQuery, SenderQuery
from api.queries.units import UnitRow, issued_in, units
from api.requests import (
    CancellationRequest,
    ExpiryRequest,
    ExportAbortRequest,
    ExportRequest,
    MergeRequest,
    RetirementRequest,
    SplitRequest,
    TransferRequest,
)
from api.responses import collection, feature
from api.snapshot import Snapshot
from api.writes import exchange
from api.writes import units as unit_writes
from api.writes.taking import taken
from schemas import to_tonnes

router = APIRouter(tags=["credits"], prefix="/credits")


@router.get("", summary="List units")
def list_units(
    request: Request, registry: OfRegistry, filters: Annotated[UnitFilters, Query()]
) -> Response:
    """Units as a GeoJSON FeatureCollection, with the kg CO2e of all that match (OGCR 4.2.3)."""
    with registry.listing(filters) as snapshot:
        page = units(snapshot, filters)
        _, kg = page.totals
        sums = {"ogcr:quantity_kg": kg, "ogcr:quantity_tco2e": to_tonnes(kg)}
        features = page.of(lambda row: unit_feature(registry, snapshot, row))
        return collection(request, registry, snapshot, features, **sums)


@router.post("/transfer", status_code=202, summary="Transfer units")
def transfer_units(
    registry: OfRegistry, principal: OfPrincipal, query: SenderQuery, body: JsonBody
) -> Response:
    """Units to another account, all or none, or the last kilograms of a single one."""
    wanted = modelled(TransferRequest, body)
    with registry.snapshot() as snapshot:
        proposal = unit_writes.transfer(registry, snapshot, wanted)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


@router.post("/split", status_code=202, summary="Split a unit")
def split_unit(
    registry: OfRegistry, principal: OfPrincipal, query: SenderQuery, body: JsonBody
) -> Response:
    """A unit into consecutive parts that stay with the owner."""
    wanted = modelled(SplitRequest, body)
    with registry.snapshot() as snapshot:
        proposal = unit_writes.split(snapshot, wanted)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


@router.post("/merge", status_code=202, summary="Merge units")
def merge_units(
    registry: OfRegistry, principal: OfPrincipal, query: SenderQuery, body: JsonBody
) -> Response:
    """Consecutive units of one report, vintage and owner into one."""
    wanted = modelled(MergeRequest, body)
    with registry.snapshot() as snapshot:
        proposal = unit_writes.merge(snapshot, wanted)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


@router.get("/{creditId}", summary="Read a unit")
def read_unit(request: Request, registry: OfRegistry, name: UnitName, query: AsOfQuery) -> Response:
    """A unit with its provenance and what became of it; retired ones stay readable for ever."""
    with registry.snapshot(query.as_of) as snapshot:
        row = require_unit(snapshot, name)
        return feature(request, registry, unit_feature(registry, snapshot, row), snapshot.position)


@router.post("/{creditId}/retire", status_code=202, summary="Retire a unit")
def retire_unit(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: UnitName,
    query: SenderQuery,
    body: JsonBody,
) -> Response:
    """A unit, or its last kilograms, withdrawn for a claim, for ever. The answer alone tells the
    salt of the commitment to the beneficiary: keep it, it is stored nowhere."""
    wanted = modelled(RetirementRequest, body)
    with registry.snapshot() as snapshot:
        proposal, commitment = unit_writes.retirement(registry, snapshot, name, wanted)
    signed, told = wanted.signed_transaction, commitment.disclosed
    return taken(registry, principal, proposal, signed, query.sender, beneficiary=told)


@router.post("/{creditId}/cancel", status_code=202, summary="Cancel a unit")
def cancel_unit(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: UnitName,
    query: SenderQuery,
    body: JsonBody,
) -> Response:
    """A unit, or its last kilograms, ended by its owner without a claim, for ever. The answer alone
    tells the salt of the commitment to the beneficiary."""
    wanted = modelled(CancellationRequest, body)
    with registry.snapshot() as snapshot:
        proposal, commitment = unit_writes.cancellation(registry, snapshot, name, wanted)
    signed, told = wanted.signed_transaction, commitment.disclosed
    return taken(registry, principal, proposal, signed, query.sender, beneficiary=told)


@router.post("/{creditId}/expire", status_code=202, summary="Expire a unit")
def expire_unit(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: UnitName,
    query: SenderQuery,
    body: JsonBody,
) -> Response:
    """The record that a unit's monitoring period is over; anybody may make it."""
    wanted = modelled(ExpiryRequest, body)
    with registry.snapshot() as snapshot:
        proposal = unit_writes.expiry(snapshot, name)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


@router.post("/{creditId}/export", status_code=202, summary="Export a unit")
def export_unit(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: UnitName,
    query: SenderQuery,
    body: JsonBody,
) -> Response:
    """A unit that is locked for another registry, until an operator ends it here for ever or its
    owner takes it back."""
    wanted = modelled(ExportRequest, body)
    with registry.snapshot() as snapshot:
        proposal = exchange.export(snapshot, name, wanted)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


@router.post("/{creditId}/export/abort", status_code=202, summary="Abort an export")
def abort_export(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: UnitName,
    query: SenderQuery,
    body: JsonBody,
) -> Response:
    """A locked unit that its owner holds again; only before the end of the export."""
    wanted = modelled(ExportAbortRequest, body)
    with registry.snapshot() as snapshot:
        proposal = exchange.export_abort(snapshot, name, wanted)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


def require_unit(snapshot: Snapshot, name: str) -> UnitRow:
    """The unit of that token id or serial number; raises `MissingError`."""
    row = unit_writes.named_unit(snapshot, name)
    if row is None:
        token = unit_writes.unit_id(name).hex
        later = snapshot.not_yet(issued_in(snapshot, token))
        raise MissingError(
            f"There was no unit {name} {later}"
            if later
            else f"There is no unit {name}; it was never issued, or it was split or merged."
        )
    return row
