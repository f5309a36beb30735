"""The supply of units by vintage, report, project and type: each sum anew from the blocks."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from scripts.auditing.replay import Replay

#: The contract's word for where a kilogram is, by the status of its block; a locked one is held.
MEMBERS = {
    "held": "heldKg",
    "locked": "heldKg",
    "buffer": "bufferKg",
    "retired": "retiredKg",
    "cancelled": "cancelledKg",
    "expired": "expiredKg",
    "exported": "exportedKg",
}
#: The view that gives a supply, with its arguments.
Asked = tuple[str, tuple[Any, ...]]


def supplies(replay: Replay) -> Iterator[tuple[Asked, dict[str, int]]]:
    """Every supply that the token contract must give, and what it must be (kg CO2e)."""
    found: dict[Asked, Counter[str]] = defaultdict(Counter)
    for block in replay.units.blocks.values():
        unit = block.unit
        report = replay.reports.states.get(unit.report_id)
        origin = replay.exchange.imports.get(unit.report_id)
        project = report.project.id if report else origin.project_id if origin else None
        views: tuple[Asked, ...] = (
            ("supplyOfVintage", (unit.report_id, unit.vintage)),
            ("supplyOfReport", (unit.report_id,)),
            ("supplyOfProject", (project,)),
            ("supplyOfType", (block.unit_type,)),
        )
        for view in views:
            found[view]["issuedKg"] += unit.quantity_kg
            found[view][MEMBERS[block.status]] += unit.quantity_kg
    names = ("issuedKg", *dict.fromkeys(MEMBERS.values()))
    for view, sums in found.items():
        yield view, {name: sums[name] for name in names}
