"""Routes of statistics: the supply of units."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.filters import SupplyFilters
from api.queries.supply import SupplyRow, deficit_kg, supply
from api.responses import answer

router = APIRouter(tags=["statistics"], prefix="/statistics")


@router.get("/supply", summary="Account for every issued kilogram")
def read_supply(registry: OfRegistry, filters: Annotated[SupplyFilters, Query()]) -> Response:
    """What was issued is held, in the buffer, retired, cancelled, expired or exported (kg CO2e); of
    a project also what it owes. Unit types never mix, so there is no total across them."""
    with registry.snapshot(filters.as_of) as snapshot:
        content: dict[str, Any] = {"supply": [_entry(row) for row in supply(snapshot, filters)]}
        if filters.project:
            content["deficit_kg"] = deficit_kg(snapshot, filters.project)
        return answer(content, snapshot.position)


def _entry(row: SupplyRow) -> dict[str, Any]:
    places = {f"{place}_kg": kg for place, kg in row.kg.items()}
    return {"unit_type": row.unit_type, "issued_kg": row.issued_kg, **places}
