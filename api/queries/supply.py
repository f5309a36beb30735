"""Queries: what became of every issued kilogram, by unit type, as the token contract counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, func, or_
from sqlmodel import select

from api.filters import SupplyFilters
from api.queries.counts import remembered_in, state_of
from api.queries.prepared import Prepared
from api.queries.projects import ids_of
from api.queries.statements import Deficits, Reports, Units
from api.snapshot import Snapshot

#: Where an issued kilogram can be. A locked unit is held, and one whose time is over what it was
#: until somebody records that, as in the contract.
PLACES = ("held", "buffer", "retired", "cancelled", "expired", "exported")


@dataclass(frozen=True)
class SupplyRow:
    """kg CO2e of one unit type by place; they sum to what was issued."""

    unit_type: str
    kg: Mapping[str, int] = field(default_factory=dict)

    @property
    def issued_kg(self) -> int:
        """kg CO2e issued."""
        return sum(self.kg.values())


def supply(snapshot: Snapshot, filters: SupplyFilters) -> Sequence[SupplyRow]:
    """Issued units of every type that matches, in the order of the types' names."""
    query = select(Units.unit_type, Units.status, func.sum(Units.quantity_kg))
    matching = query.where(snapshot.valid(Units), *_conditions(snapshot, filters))
    found: dict[str, dict[str, int]] = {}
    # In this order SQLite takes the index of the status, which has all of it.
    grouped = matching.group_by(Units.status, Units.unit_type)
    for unit_type, status, kg in remembered_in(
        snapshot,
        state_of(snapshot, Units, Reports),
        f"supply {filters.model_dump_json()}",
        lambda: snapshot.session.exec(grouped).all(),
    ):
        places = found.setdefault(unit_type, dict.fromkeys(PLACES, 0))
        places["held" if status == "locked" else status] += int(kg)
    return [SupplyRow(unit_type, found[unit_type]) for unit_type in sorted(found)]


def deficit_kg(snapshot: Snapshot, project: str) -> int:
    """kg CO2e that a project owes after reversals."""
    return sum(_DEFICITS.all(snapshot, ids=ids_of(project)))


_DEFICITS = Prepared(
    lambda valid: select(Deficits.deficit_kg).where(
        valid(Deficits), Deficits.project_id.in_(bindparam("ids"))
    )
)


def _conditions(snapshot: Snapshot, filters: SupplyFilters) -> list[Any]:
    found: list[Any] = []
    if filters.project:
        found.append(Units.project_id.in_(ids_of(filters.project)))
    if filters.report:
        named = select(Reports.report_id).where(
            snapshot.valid(Reports), Reports.document_id == filters.report
        )
        found.append(or_(Units.report_id == filters.report.lower(), Units.report_id.in_(named)))
    if filters.unit_type:
        found.append(Units.unit_type == filters.unit_type)
    return found
