"""Which rows of the index an event touches."""

from collections.abc import Iterator
from typing import Any

from indexer.identity import UnitId
from scripts.auditing.anchors import ZERO_HASH
from scripts.auditing.events import ChainEvent

Key = tuple[Any, ...]
Place = tuple[str, Key]

_TOKEN_EVENTS = (
    "CRUMinted",
    "CRUSplit",
    "CRUMerged",
    "CRURetired",
    "CRUCancelled",
    "CRUExpired",
    "ExportStatusChanged",
    "BufferReleased",
    "Transfer",
    "Approval",
)
_ROLE_EVENTS = ("RoleLabel", "RoleAdminChanged", "RoleGuardianChanged", "RoleGrantDelayChanged")
_CONTRACT_EVENTS = (
    "Upgraded",
    "Initialized",
    "AuthorityUpdated",
    "Paused",
    "Unpaused",
    "UnitsConnected",
    "ReportsConnected",
)


def touched_by(event: ChainEvent) -> Iterator[Place]:
    """Table and key of every row that an event can begin, change or end."""
    of, name = event.arguments, event.name
    if "methodologyKey" in of and event.contract == "MethodologyRegistry":
        yield "methodology", (of["methodologyKey"],)
    if "projectId" in of and event.contract == "ProjectRegistry":
        yield "project", (of["projectId"],)
    if name in ("PDDRegistered", "PDDUpdated"):
        yield "pdd_version", (of["projectId"], of.get("version", 1))
    if "reportId" in of and event.contract == "MRVRegistry":
        yield "report", (of["reportId"],)
    if name == "MRVSubmitted":
        yield "report_version", (of["reportId"], of["version"])
    if name == "MRVVerified":
        yield from (("report_vintage", (of["reportId"], one["vintage"])) for one in of["vintages"])
    if event.contract == "CRU":
        yield from _touched_units(event)
    if name in ("ExecutedForwardRequest", "ForwardRequestFailed"):
        yield "relayed_call", (event.transaction, event.log_index)
    if name == "NoncesInvalidated":
        yield "nonce_invalidation", (event.transaction, event.log_index)
    if event.contract == "ReversalRegistry":
        yield from _touched_reversals(event)
    if event.contract == "UnitExchange":
        yield from _touched_exchange(event)
    if _is_decision(event):
        yield "decision", (event.block, event.log_index)
    yield from _touched_access(event)


def _is_decision(event: ChainEvent) -> bool:
    made = {"ProjectStatusChanged": "decisionHash", "MRVStatusChanged": "statementHash"}
    return event.name in made and event.arguments[made[event.name]] != ZERO_HASH


def _touched_reversals(event: ChainEvent) -> Iterator[Place]:
    of, name = event.arguments, event.name
    if name in ("ReversalRecorded", "ReversalCovered", "UnitImpaired"):
        yield "reversal", (of["reversalId"],)
    if name == "ReversalCovered":
        yield "reversal_coverage", (of["reversalId"], f"{of['tokenId']:#066x}")
    if name in ("UnitImpaired", "UnitCompensated"):
        yield "impaired_unit", (f"{of['tokenId']:#066x}", of["reversalId"])


def _touched_exchange(event: ChainEvent) -> Iterator[Place]:
    of = event.arguments
    if event.name.startswith("Export"):
        yield "unit_export", (f"{of['tokenId']:#066x}",)
    if event.name == "UnitsImported":
        unit = UnitId.from_token_id(of["tokenId"])
        yield "unit_import", (of["reportId"],)
        # Only now is it known what the issuance before was for.
        yield "unit", (unit.hex,)
        yield "report_vintage", (unit.report_id, unit.vintage)


def _touched_units(event: ChainEvent) -> Iterator[Place]:
    of = event.arguments
    if event.name in _TOKEN_EVENTS:
        tokens = [of["tokenId"], *of.get("parts", ())]
        yield from (("unit", (f"{token:#066x}",)) for token in tokens)
    if event.name in ("CRUMinted", "MonitoringProlonged"):
        yield "report_vintage", (of["reportId"], of["vintage"])
    if event.name == "MonitoringProlonged":
        yield "monitoring_extension", (of["reportId"], of["vintage"], of["monitoringEndDay"])
    if event.name == "BufferReleased":
        yield "buffer_release", (f"{of['tokenId']:#066x}",)
    if event.name == "ApprovalForAll":
        yield "operator_approval", (of["owner"], of["operator"])
    yield from _touched_beside(event)


def _touched_beside(event: ChainEvent) -> Iterator[Place]:
    of = event.arguments
    if event.name in ("AccountSuspended", "AccountReinstated"):
        yield "suspended_account", (of["account"],)
    if event.name == "DeficitChanged":
        yield "project_deficit", (of["projectId"],)
    if event.name == "RetirementReasonAdded":
        yield "retirement_reason", (of["code"],)


def _touched_access(event: ChainEvent) -> Iterator[Place]:
    of, name = event.arguments, event.name
    if name in ("RoleGranted", "RoleRevoked"):
        yield "role_member", (str(of["roleId"]), of["account"])
    elif name in _ROLE_EVENTS:
        yield "role", (str(of["roleId"]),)
    elif name == "OrganisationSet":
        yield "organisation", (of["account"],)
    elif name.startswith("Accreditation"):
        yield "accreditation", (of["account"], str(of["roleId"]))
        if name == "AccreditationWithdrawn":
            place = (event.block, event.log_index)
            yield "accreditation_withdrawal", (of["account"], str(of["roleId"]), *place)
    elif name == "TargetFunctionRoleUpdated":
        yield "function_role", (of["target"], of["selector"])
    elif name.startswith("Operation"):
        yield "scheduled_operation", (of["operationId"], of["nonce"])
    elif name in ("TargetClosed", "TargetAdminDelayUpdated"):
        yield "contract", (of["target"],)
    elif name in _CONTRACT_EVENTS:
        yield "contract", (event.address,)
