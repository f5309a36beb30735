"""Supply: what became of the units of a type, as JSON."""

from __future__ import annotations

from typing import Any

from api.queries.supply import SupplyRow


def supply_json(row: SupplyRow) -> dict[str, Any]:
    """What was issued of a unit type, and where it is (kg CO2e)."""
    places = {f"{place}_kg": kg for place, kg in row.kg.items()}
    return {"unit_type": row.unit_type, "issued_kg": row.issued_kg, **places}
