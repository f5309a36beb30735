"""What the contracts' own views say, held against the current rows of the index."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, select

from indexer.database import engine, snapshot
from indexer.digest import digest
from indexer.follower import Follower
from indexer.models import (
    Accreditation,
    Contract,
    FunctionRole,
    ImpairedUnit,
    Methodology,
    OperatorApproval,
    Organisation,
    Project,
    Report,
    ReportVintage,
    Reversal,
    ReversalCoverage,
    RoleMember,
    Unit,
    UnitExport,
    UnitImport,
    Versioned,
    as_of,
)
from indexer.settings import IndexerSettings

from . import ledger_truth
from .stage import NOBODY, Registry, blocks_of_units

NOTHING = "0x" + "0" * 64


def digest_of(settings: IndexerSettings, block: int | None = None) -> str:
    """The digest of an index."""
    with snapshot(engine(settings.database_url)) as session:
        return digest(session, block)


def fresh_digest(settings: IndexerSettings) -> str:
    """The digest of an index made from nothing, read in ranges as the live one was not."""
    with Follower(settings.model_copy(update={"finality_depth": 0})) as follower:
        follower.catch_up(5)
    return digest_of(settings)


def current(database: Engine, table: type[Versioned]) -> list[Any]:
    """Current rows of a table."""
    with snapshot(database) as session:
        return list(session.scalars(select(table).where(as_of(table))))


def check_model(registry: Registry, settings: IndexerSettings) -> dict[str, int]:
    """Assert that the model is what the contracts' views say; gives how many were compared."""
    database = engine(settings.database_url)
    compared = {
        "projects": _check_projects(registry, current(database, Project)),
        "methodologies": _check_methodologies(registry, current(database, Methodology)),
        "reports": _check_reports(registry, current(database, Report)),
        "units": _check_units(registry, database),
        "vintages": _check_vintages(registry, database),
        "roles": _check_roles(registry, database),
        "accreditations": _check_accreditations(registry, database),
        **_check_ledgers(registry, database),
        "contracts": _check_contracts(registry, current(database, Contract)),
    }
    database.dispose()
    return compared


def _check_ledgers(registry: Registry, database: Engine) -> dict[str, int]:
    reversals = current(database, Reversal)
    coverage = current(database, ReversalCoverage)
    exports, imports = current(database, UnitExport), current(database, UnitImport)
    return {
        "reversals": ledger_truth.check_reversals(registry, reversals),
        "coverage": ledger_truth.check_coverage(registry, coverage, reversals),
        "impaired": ledger_truth.check_impaired(registry, current(database, ImpairedUnit)),
        "exchange": ledger_truth.check_exchange(registry, exports, imports),
    }


def _check_projects(registry: Registry, rows: list[Project]) -> int:
    for row in rows:
        held = registry.view("ProjectRegistry", "project", row.project_id)
        assert {
            "pddHash": "0x" + str(row.pdd_hash).removeprefix("sha256:"),
            "methodologyKey": row.methodology_key,
            "developer": row.developer,
            "status": row.status,
            "projectType": row.project_type,
            "startDay": row.start_day,
            "endDay": row.end_day,
            "version": row.version,
            "validator": row.validator or NOBODY,
            "decidedVersion": row.decided_version or 0,
            "decidedAt": row.decided_at or 0,
            "metadataHash": _hash(row.metadata_hash),
        } == held
    return len(rows)


def _check_methodologies(registry: Registry, rows: list[Methodology]) -> int:
    words = registry.abi.enum_words("ProjectType")
    for row in rows:
        held = registry.view("MethodologyRegistry", "methodology", row.methodology_key)
        bits = sum(1 << words.index(word) for word in row.project_types or [])
        assert held == {
            "documentHash": _hash(row.document_hash),
            "status": row.status,
            "terms": {
                "unitType": row.unit_type,
                "granularityKg": row.granularity_kg,
                "bufferRateBps": row.buffer_rate_bps,
                "automaticIssuance": row.automatic_issuance,
                "expires": row.expires,
                "durabilityYears": row.durability_years,
                "projectTypes": bits,
            },
        }
    return len(rows)


def _check_reports(registry: Registry, rows: list[Report]) -> int:
    for row in rows:
        assert registry.view("MRVRegistry", "report", row.report_id) == {
            "reportHash": _hash(row.report_hash),
            "projectId": row.project_id,
            "verifier": row.verifier or NOBODY,
            "status": row.status,
            "startDay": row.start_day,
            "endDay": row.end_day,
            "version": row.version,
            "verifiedKg": row.verified_kg or 0,
            "decidedAt": row.decided_at or 0,
        }
    return len(rows)


def _check_units(registry: Registry, database: Engine) -> int:
    rows = current(database, Unit)
    ends = {(v.report_id, v.vintage): v for v in current(database, ReportVintage)}
    reasons = registry.abi.enum_words("RetirementReason")
    found = {int(row.token_id, 16): row for row in rows}
    held = {unit["id"]: unit for unit in blocks_of_units(registry)}
    assert found.keys() == held.keys()
    for token, unit in held.items():
        row = found[token]
        assert unit == {
            "id": token,
            "reportId": row.report_id,
            "vintage": row.vintage,
            "firstKg": row.first_kg,
            "quantityKg": row.quantity_kg,
            "unitType": row.unit_type,
            "status": row.status,
            "owner": row.owner,
            "retirementReason": reasons.index(row.retirement_reason or "none"),
            "endedAt": row.ended_at or 0,
            "expires": row.expires,
            "monitoringEndDay": ends[row.report_id, row.vintage].monitoring_end_day,
        }
        assert registry.view("CRU", "getApproved", token) == (row.approved or NOBODY)
    return len(rows)


def _check_vintages(registry: Registry, database: Engine) -> int:
    rows = current(database, ReportVintage)
    blocks: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for unit in current(database, Unit):
        blocks[unit.report_id, unit.vintage].append((unit.first_kg, unit.quantity_kg))
    for row in rows:
        key = (row.report_id, row.vintage)
        assert registry.view("CRU", "issuedKg", *key) == row.issued_kg
        assert registry.view("MRVRegistry", "verifiedKg", *key) == (row.verified_kg or 0)
        assert _end_of_partition(sorted(blocks.pop(key, []))) == row.issued_kg
    assert not blocks
    return len(rows)


def _end_of_partition(blocks: list[tuple[int, int]]) -> int:
    end = 0
    for first, quantity in blocks:
        assert first == end
        end += quantity
    return end


def _check_roles(registry: Registry, database: Engine) -> int:
    access = "RegistryAccessControl"
    members = {(row.role_id, row.account): row for row in current(database, RoleMember)}
    for role in range(7):
        for account in (*registry.node.accounts, registry.address("MRVRegistry")):
            since, delay, pending, effect = registry.view(
                access, "getAccess", role, account
            ).values()
            row = members.get((str(role), account.lower()))
            assert since == (row.since if row else 0)
            assert (pending if effect else delay) == (row.execution_delay if row else 0)
    for row in current(database, FunctionRole):
        asked = (row.target, row.selector)
        assert registry.view(access, "getTargetFunctionRole", *asked) == int(row.role_id)
    for row in current(database, OperatorApproval):
        asked = (row.owner, row.operator)
        assert registry.view("CRU", "isApprovedForAll", *asked) == row.approved
    return len(members)


def _check_accreditations(registry: Registry, database: Engine) -> int:
    access, words = "RegistryAccessControl", registry.abi.enum_words("ProjectType")
    held = {(row.account, row.role_id): row for row in current(database, Accreditation)}
    houses = {row.account: row.organisation for row in current(database, Organisation)}
    for account in (one.lower() for one in registry.node.accounts):
        assert registry.view(access, "organisationOf", account) == (houses.get(account) or NOTHING)
        for role in (3, 4):
            row = held.get((account, str(role)), Accreditation())
            assert registry.view(access, "accreditation", account, role) == {
                "projectTypes": sum(1 << words.index(word) for word in row.project_types or []),
                "startDay": row.start_day or 0,
                "endDay": row.end_day or 0,
                "evidenceHash": _hash(row.evidence_hash),
            }
    return len(held)


def _check_contracts(registry: Registry, rows: list[Contract]) -> int:
    for row in rows:
        assert registry.record["contracts"][row.name]["implementation"] == row.implementation
        if row.name == "RegistryAccessControl":
            continue
        assert registry.view(row.name, "paused") == row.paused
        assert registry.view(row.name, "authority") == row.authority
    return len(rows)


def _hash(content: str | None) -> str:
    return "0x" + content.removeprefix("sha256:") if content else NOTHING
