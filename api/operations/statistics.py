"""Statistics: the supply, and the registry in figures."""

from __future__ import annotations

from api.models.figures import RegistryFigures
from api.models.supply import SupplyStatistics
from api.operations.operation import LIST, READ_ANY, READ_CREDITS, Operation, read

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/statistics/supply"): read(
        "The supply.", SupplyStatistics, "supply", errors=LIST, scopes=READ_CREDITS
    ),
    ("get", "/statistics/registry"): read(
        "The figures.",
        RegistryFigures,
        "registry-figures",
        errors=(400, 405, 406, 500, 503),
        scopes=READ_ANY,
    ),
}
