"""Routes of statistics: the supply of units, and the registry in figures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.features.figures import projects_json, reports_json, units_json
from api.features.supply import supply_json
from api.filters import SupplyFilters
from api.pages import registry_page
from api.parameters import AsOf
from api.queries.figures import project_figures, report_figures, unit_figures
from api.queries.supply import deficit_kg, supply
from api.representations import HTML, JSON, VARYING, negotiated
from api.responses import answer

router = APIRouter(tags=["statistics"], prefix="/statistics")


@router.get("/supply", summary="Account for every issued kilogram")
def read_supply(registry: OfRegistry, filters: Annotated[SupplyFilters, Query()]) -> Response:
    """What was issued is held, in the buffer, retired, cancelled, expired or exported (kg CO2e); of
    a project also what it owes. Unit types never mix, so there is no total across them."""
    with registry.snapshot(filters.as_of) as snapshot:
        content: dict[str, Any] = {
            "supply": [supply_json(row) for row in supply(snapshot, filters)]
        }
        if filters.project:
            content["deficit_kg"] = deficit_kg(snapshot, filters.project)
        return answer(content, snapshot.position)


@router.get("/registry", summary="See the registry in figures")
def read_figures(
    request: Request, registry: OfRegistry, state: Annotated[AsOf, Query()]
) -> Response:
    """Projects and reports by status, projects by activity and country, and of each unit type the
    kg CO2e by status, vintage, year of retirement and month of issuance; a page for browsers.
    Months are those of UTC, the last 24."""
    kind = negotiated(request.headers.get("accept"), (JSON, HTML))
    with registry.snapshot(state.as_of) as snapshot:
        content = {
            "projects": projects_json(project_figures(snapshot)),
            "reports": reports_json(report_figures(snapshot)),
            "units": [units_json(one) for one in unit_figures(snapshot)],
        }
        if kind == HTML:
            return registry_page(content, snapshot.position)
        return answer(content, snapshot.position, headers=VARYING)
