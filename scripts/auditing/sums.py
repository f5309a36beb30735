"""Sums over the replayed registry: partitions, verified against issued, and the supply identity."""

from collections import Counter, defaultdict

from indexer.identity import UnitId
from scripts.auditing.checks import Checks
from scripts.auditing.replay import Replay

#: Where an issued kilogram can be (OGCR 5.2.3).
STATUSES = ("held", "buffer", "retired", "cancelled", "expired", "exported")


def check_sums(replay: Replay, checks: Checks) -> Counter[str]:
    """Compare all sums; gives kg CO2e by status, and under `issued` and `verified` their totals."""
    issued = replay.units.issuance.issued
    blocks: dict[tuple[str, int], list[UnitId]] = defaultdict(list)
    supply: Counter[str] = Counter()
    for block in replay.units.blocks.values():
        blocks[block.unit.report_id, block.unit.vintage].append(block.unit)
        # A locked block is held until the end of its export.
        status = "held" if block.status == "locked" else block.status
        supply[status] += block.unit.quantity_kg
    for key in sorted(issued.keys() | blocks.keys()):
        _check_partition(replay, key, blocks[key], checks)
    _check_supply(supply, sum(issued.values()), checks)
    supply["issued"] = sum(issued.values())
    supply["verified"] = sum(report.verified_kg for report in replay.reports.states.values())
    return supply


def _check_partition(
    replay: Replay, key: tuple[str, int], units: list[UnitId], checks: Checks
) -> None:
    report, vintage = replay.reports.states.get(key[0]), key[1]
    name = f"vintage {vintage} of {report.name if report else key[0]}"
    issued = replay.units.issuance.issued.get(key, 0)
    origin = replay.exchange.imports.get(key[0])
    imported = UnitId.from_token_id(origin.token_id).quantity_kg if origin else 0
    verified = report.vintages.get(vintage, 0) if report else imported
    checks.saw("sums", 2)
    checks.expect(
        issued <= verified, "sums", f"Of {name} {issued} kg are issued, {verified} verified."
    )
    reached = 0
    for unit in sorted(units, key=lambda unit: unit.first_kg):
        checks.expect(
            unit.first_kg == reached,
            "sums",
            f"The blocks of {name} do not tile what was issued: {unit.hex} begins at "
            f"{unit.first_kg} kg, not at {reached} kg.",
        )
        reached = unit.last_kg + 1
    checks.expect(
        reached == issued, "sums", f"The blocks of {name} end at {reached} kg of {issued} issued."
    )


def _check_supply(supply: Counter[str], issued: int, checks: Checks) -> None:
    found = sum(supply[status] for status in STATUSES)
    checks.saw("sums")
    checks.expect(
        found == issued and set(supply) <= set(STATUSES),
        "sums",
        f"Held, buffer, retired, cancelled, expired and exported make {found} kg, "
        f"issued are {issued} kg.",
    )
