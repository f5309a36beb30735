"""Comparison of contract storage with the replay, through views at the pinned block."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.deployments import FORWARDER
from scripts.auditing.blocks import Block
from scripts.auditing.checks import Checks
from scripts.auditing.methodologies import MethodologyState
from scripts.auditing.node import Node, Pin
from scripts.auditing.projects import ProjectState
from scripts.auditing.replay import Replay
from scripts.auditing.reports import ReportState
from scripts.auditing.reversals import ReversalState
from scripts.auditing.supply import supplies
from scripts.auditing.vintages import in_granules

#: States of a report in which its period is taken.
TAKING = ("submitted", "pending_verification", "verified", "archived")


@dataclass(frozen=True)
class View:
    """A view of a contract with the value that the replay expects of it; None expects a revert."""

    what: str
    contract: str
    function: str
    arguments: Sequence[Any]
    expected: Any


def check_storage(
    node: Node, pin: Pin, replay: Replay, checks: Checks, progress: Callable[[int, int], None]
) -> None:
    """Ask every view that the replay can foretell and name each answer that differs."""
    views = list(_views(replay, pin))
    abi, contracts = replay.access.abi, replay.deployments.contracts
    calls = [
        (contracts[v.contract].address, abi.encode_call(v.contract, v.function, v.arguments))
        for v in views
    ]
    checks.saw("storage", len(views))
    answers = node.calls(calls, pin)
    for done, (view, answer) in enumerate(zip(views, answers, strict=True), start=1):
        _compare(view, answer, replay, checks)
        if done % 500 == 0 or done == len(views):
            progress(done, len(views))


def _compare(view: View, answer: str | None, replay: Replay, checks: Checks) -> None:
    asked = f"{view.contract}.{view.function}({', '.join(map(str, view.arguments))})"
    if answer is None or answer == "0x":
        sentence = f"{asked} gives nothing for {view.what}, the events say {view.expected}."
        checks.expect(view.expected is None, "storage", sentence)
        return
    if view.expected is None:
        checks.discrepancy("storage", f"{asked} still gives {view.what}, which was burnt.")
        return
    found = replay.access.abi.decode_result(view.contract, view.function, answer)
    for name, said, held in _unequal(view.expected, found):
        sentence = f"Storage holds {held} as {name} of {view.what}, the events say {said}."
        checks.discrepancy("storage", sentence)


def _unequal(expected: Any, found: Any, name: str = "value") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            yield from _unequal(value, found.get(key), key)
    elif expected != found:
        yield name, expected, found


def _views(replay: Replay, pin: Pin) -> Iterator[View]:
    for methodology in replay.methodologies.states.values():
        yield _methodology_view(methodology)
    for project in replay.projects.states.values():
        yield _project_view(project)
    for report in replay.reports.states.values():
        yield from _report_views(report)
    for report_id, vintage in replay.units.issuance.issued:
        kg = replay.units.issuance.issued[report_id, vintage]
        what = f"what was issued of vintage {vintage}"
        yield View(what, "CRU", "issuedKg", (report_id, vintage), kg)
    yield from _unit_views(replay)
    for (function, named), supply in supplies(replay):
        yield View(f"the supply of {named}", "CRU", function, named, supply)
    yield from _reversal_views(replay)
    yield from _exchange_views(replay)
    yield from _access_views(replay, pin)
    yield from _accreditation_views(replay)
    yield from _issuable_views(replay)
    for (signer, word), bits in replay.relaying.used.items():
        what = f"the used nonces of {signer}"
        yield View(what, FORWARDER, "usedNonces", (signer, word), bits)


def _methodology_view(state: MethodologyState) -> View:
    expected = {"documentHash": state.document_hash, "status": state.status, "terms": state.terms}
    return View(state.name, "MethodologyRegistry", "methodology", (state.key,), expected)


def _project_view(state: ProjectState) -> View:
    current = state.current
    expected = {
        "pddHash": current.hash,
        "methodologyKey": current.methodology_key,
        "developer": state.developer,
        "status": state.status,
        "projectType": state.project_type,
        "startDay": current.start_day,
        "endDay": current.end_day,
        "version": current.number,
        "validator": state.validator,
        "decidedVersion": state.decided_version,
        "decidedAt": state.decided_at,
        "metadataHash": state.metadata_hash,
    }
    return View(state.name, "ProjectRegistry", "project", (state.id,), expected)


def _report_views(state: ReportState) -> Iterator[View]:
    current = state.current
    expected = {
        "reportHash": current.hash,
        "projectId": state.project.id,
        "verifier": state.verifier,
        "status": state.status,
        "startDay": current.start_day,
        "endDay": current.end_day,
        "version": current.number,
        "verifiedKg": state.verified_kg,
        "decidedAt": state.decided_at,
    }
    yield View(state.name, "MRVRegistry", "report", (state.id,), expected)
    vintages = [{"vintage": year, "kg": kg} for year, kg in state.vintages.items()]
    what = f"the vintages of {state.name}"
    yield View(what, "MRVRegistry", "verifiedVintages", (state.id,), vintages)
    if state.status in TAKING:
        days = (state.project.id, current.start_day, current.end_day)
        what = f"the period of {state.name}"
        yield View(what, "MRVRegistry", "overlappingReport", days, state.id)


def _unit_views(replay: Replay) -> Iterator[View]:
    balances: Counter[str] = Counter()
    for token, block in replay.units.blocks.items():
        end = replay.units.monitoring.end_of(block.unit)
        yield View(block.name, "CRU", "unit", (token,), _unit_values(block, end))
        approved = f"the approval of {block.name}"
        yield View(approved, "CRU", "getApproved", (token,), block.approved)
        balances[block.owner] += 1
    for owner, count in balances.items():
        yield View(f"the number of units of {owner}", "CRU", "balanceOf", (owner,), count)
    for token in sorted(replay.units.burnt):
        yield View(f"unit {token:#066x}", "CRU", "ownerOf", (token,), None)
    for account in replay.units.accounts.suspensions:
        is_suspended = replay.units.accounts.is_suspended(account)
        what = f"whether {account} is suspended"
        yield View(what, "CRU", "isSuspended", (account,), is_suspended)
    for code, added in replay.units.accounts.reasons.items():
        what = f"the retirement reason {code}"
        yield View(what, "CRU", "retirementReason", (code,), added.arguments["label"])
    for (owner, operator), is_approved in replay.units.operators.items():
        what = f"the approval of {operator} for all units of {owner}"
        yield View(what, "CRU", "isApprovedForAll", (owner, operator), is_approved)


def _unit_values(block: Block, end_day: int) -> dict[str, Any]:
    return {
        "reportId": block.unit.report_id,
        "vintage": block.unit.vintage,
        "firstKg": block.unit.first_kg,
        "quantityKg": block.unit.quantity_kg,
        "unitType": block.unit_type,
        "status": block.status,
        "owner": block.owner,
        "retirementReason": block.reason,
        "endedAt": block.ended_at,
        "expires": block.expires,
        "monitoringEndDay": end_day,
    }


def _reversal_views(replay: Replay) -> Iterator[View]:
    contract, reversals = "ReversalRegistry", replay.reversals
    for state in reversals.states.values():
        yield View(state.name, contract, "reversal", (state.id,), _reversal_values(state))
        for token_id, mark in state.marks.items():
            integrity = "impaired" if mark.compensated_at is None else "compensated"
            what = f"what the {state.name} did to unit {token_id:#066x}"
            expected = {"integrity": integrity, "kg": mark.kg}
            yield View(what, contract, "markOf", (token_id, state.id), expected)
            hit, made_up = reversals.hits_of(token_id)
            what = f"what reversals did to unit {token_id:#066x}"
            kg = {"hitKg": hit, "compensatedKg": made_up}
            yield View(what, contract, "integrityOf", (token_id,), kg)
    for project_id in sorted({state.project_id for state in reversals.states.values()}):
        owed = reversals.outstanding_kg(project_id)
        yield View(f"the deficit of {project_id}", "CRU", "deficitKg", (project_id,), owed)


def _reversal_values(state: ReversalState) -> dict[str, Any]:
    return {
        "reportId": state.report_id,
        "projectId": state.project_id,
        "liable": state.liable,
        "unitType": state.unit_type,
        "kg": state.kg,
        "dueKg": state.due_kg,
        "coveredKg": state.covered_kg,
        "impairedKg": state.impaired_kg,
        "avoidable": state.avoidable,
        "recordedAt": state.recorded_at,
        "evidenceHash": state.evidence_hash,
    }


def _exchange_views(replay: Replay) -> Iterator[View]:
    for token_id, export in replay.exchange.exports.items():
        expected = {
            "status": export.status,
            "owner": export.owner,
            "changedAt": export.ended_at or export.started_at,
            "targetRegistry": export.target_registry,
            "targetAccount": export.target_account,
        }
        what = f"the export of unit {token_id:#066x}"
        yield View(what, "UnitExchange", "exportOf", (token_id,), expected)
    for report_id, origin in replay.exchange.imports.items():
        names = (origin.registry, origin.key)
        known = {"reportId": report_id, "isImported": True}
        yield View(f"the import of {origin.key}", "UnitExchange", "importOf", names, known)


def _accreditation_views(replay: Replay) -> Iterator[View]:
    manager, held = "RegistryAccessControl", replay.accreditations
    for account, role in sorted(held.ever_accredited):
        expected = held.terms_of(account, role)
        what = f"the accreditation of {account} as {replay.access.role_name(role)}"
        yield View(what, manager, "accreditation", (account, role), expected)
    for account, organisation in sorted(held.organisations.items()):
        what = f"the organisation of {account}"
        yield View(what, manager, "organisationOf", (account,), organisation)


def _issuable_views(replay: Replay) -> Iterator[View]:
    for state in replay.reports.states.values():
        granule = replay.units.issuance.granularity_kg(state.id)
        if not state.verified_kg or not granule:
            continue
        issuable = in_granules(state.vintages, granule)
        pairs = [{"vintage": year, "kg": kg} for year, kg in issuable.items()]
        what = f"what may be issued for {state.name}"
        yield View(what, "MRVRegistry", "issuableVintages", (state.id,), pairs)
        carried = state.verified_kg - sum(issuable.values())
        what = f"what rounding leaves of {state.name}"
        yield View(what, "MRVRegistry", "carriedKg", (state.id,), carried)


def _access_views(replay: Replay, pin: Pin) -> Iterator[View]:
    access, manager = replay.access, "RegistryAccessControl"
    for role, account in sorted(access.ever_members):
        expected = {"isMember": access.holds(role, account, pin.timestamp)}
        what = f"the membership of {account} in {access.role_name(role)}"
        yield View(what, manager, "hasRole", (role, account), expected)
    for (target, selector), role in access.function_roles.items():
        contract = replay.deployments.name_of(target) or target
        what = f"the role that {selector} of {contract} asks for"
        yield View(what, manager, "getTargetFunctionRole", (target, selector), role)
    for contract, placed in replay.deployments.proxies.items():
        closed = placed.address in access.closed
        what = f"whether {contract} is closed"
        yield View(what, manager, "isTargetClosed", (placed.address,), closed)
        if contract != manager:
            paused = contract in access.paused
            yield View(f"whether {contract} is paused", contract, "paused", (), paused)
